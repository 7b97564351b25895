// C shim for SimdJSON.
#pragma once
#include <stddef.h>
