// How much scratch attention needs: the same for every instruction set.

#ifndef APUS_ATTENTION_PLAN_H
#define APUS_ATTENTION_PLAN_H

#include <stdint.h>

#include "../include/CApus.h"

enum {
  /// Queries whose scores are computed together; divides APUS_CHAIN.
  ATTENTION_BLOCK = 32,
};

/// Floats from one row of keys, values or scores to the next: whole vectors, and not a multiple of 4 KB, whose rows
/// would share a set of the cache.
static inline int64_t attention_stride(const apus_attention *x) {
  int64_t floats = (x->length + 15) / 16 * 16;
  return floats % 1024 == 0 ? floats + 16 : floats;
}

static inline int64_t attention_width(const apus_attention *x) { return (x->size + 15) / 16 * 16; }

#endif
