// Asks memory for a cache line: Swift has no word for it.
#pragma once

/// A hint only: any address will do, and nothing else happens.
static inline void prefetchLine(const void *_Nonnull address) { __builtin_prefetch(address, 1, 3); }
