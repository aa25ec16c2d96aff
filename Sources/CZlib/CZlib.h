// What ApusData needs of C: zlib, for .gz files, and the processor's prefetch instruction.
#include <zlib.h>

/// Asks for the cache line at `address`; harmless at any address, and never waits.
static inline void apus_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
