// C shim for Sodium.
#pragma once
#include <sodium.h>
