// What follows from the sizes of the caches.

#ifndef APUS_CACHES_H
#define APUS_CACHES_H

#include <stddef.h>

#include "../include/CApus.h"

/// Bytes of a line.
enum { APUS_LINE = 64 };

/// Those that a caller describes.
static inline const apus_caches *apus_caches_of(const apus_caches *caches) {
  return caches != NULL ? caches : &apus_fallback_caches;
}

/// How many lines `row` floats apart a cache holds at once: they fall into few of its
/// sets where that is a multiple of a large power of two.
static inline int64_t apus_cache_lines(const apus_cache *cache, int64_t row) {
  const int64_t bytes = 4 * (row < 0 ? -row : row), all = cache->bytes / APUS_LINE, sets = all / cache->ways;
  if (bytes == 0 || bytes % APUS_LINE != 0) return all;
  int64_t apart = bytes / APUS_LINE, rest = sets;
  while (rest != 0) {
    const int64_t next = apart % rest;
    apart = rest, rest = next;
  }
  return sets / apart * cache->ways;
}

#endif
