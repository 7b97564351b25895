// C shim for Zstd.
#pragma once
#include <zstd.h>
