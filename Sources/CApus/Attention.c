// Scratch of attention.

#include "Kernels/AttentionPlan.h"

int64_t apus_attention_scratch(const apus_attention *x) {
  const int64_t stride = attention_stride(x), width = attention_width(x);
  int64_t floats = x->size * stride + ATTENTION_BLOCK * stride + ATTENTION_BLOCK * width;
  if (x->is_gradient) floats += x->size * stride + ATTENTION_BLOCK * stride;
  if (x->is_gradient && x->length > APUS_CHAIN) floats += 2 * x->length * width;
  return floats;
}
