// One vector of floats, as wide as the instruction set that this file is
// included for. APUS_WIDTH is set by the including file.
//
// Every function of an instruction set's translation unit gets that set's
// target attribute from the pragma around the includes.

#pragma STDC FP_CONTRACT OFF

typedef float vfloat __attribute__((vector_size(4 * APUS_WIDTH)));
typedef int32_t vint __attribute__((vector_size(4 * APUS_WIDTH)));
typedef uint32_t vuint __attribute__((vector_size(4 * APUS_WIDTH)));
typedef float vfloat_unaligned __attribute__((vector_size(4 * APUS_WIDTH), aligned(4), may_alias));
typedef int32_t vint_unaligned __attribute__((vector_size(4 * APUS_WIDTH), aligned(4), may_alias));

#define APUS_INLINE static inline __attribute__((always_inline))

APUS_INLINE vfloat load(const float *from) { return *(const vfloat_unaligned *)from; }
APUS_INLINE void store(float *to, vfloat value) { *(vfloat_unaligned *)to = value; }
APUS_INLINE vint load_int(const int32_t *from) { return *(const vint_unaligned *)from; }
APUS_INLINE void store_int(int32_t *to, vint value) { *(vint_unaligned *)to = value; }
APUS_INLINE vfloat splat(float value) { return value - (vfloat){}; }
/// a * b + c with one rounding.
APUS_INLINE vfloat fused(vfloat a, vfloat b, vfloat c) { return __builtin_elementwise_fma(a, b, c); }
