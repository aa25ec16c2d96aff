// One vector of floats, as wide as the instruction set that this file is
// included for. APUS_WIDTH is set by the including file.
//
// Every function of an instruction set's translation unit gets that set's
// target attribute from the pragma around the includes.

#pragma STDC FP_CONTRACT OFF

// Vectors wider than the machine's are passed to functions that are always
// inlined: no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float vfloat __attribute__((vector_size(4 * APUS_WIDTH)));
typedef int32_t vint __attribute__((vector_size(4 * APUS_WIDTH)));
typedef uint32_t vuint __attribute__((vector_size(4 * APUS_WIDTH)));
typedef float vfloat_unaligned __attribute__((vector_size(4 * APUS_WIDTH), aligned(4), may_alias));
typedef int32_t vint_unaligned __attribute__((vector_size(4 * APUS_WIDTH), aligned(4), may_alias));

/// Before a loop over a few axes, operands or registers: vector code for it would
/// take longer to set up than the loop takes.
#define APUS_SHORT_LOOP _Pragma("clang loop vectorize(disable) unroll(disable)")

/// Before a loop of a constant number of turns over registers.
#define TILE_UNROLL _Pragma("clang loop unroll(full)")

#define APUS_INLINE static inline __attribute__((always_inline))

APUS_INLINE vfloat load(const float *from) { return *(const vfloat_unaligned *)from; }
APUS_INLINE void store(float *to, vfloat value) { *(vfloat_unaligned *)to = value; }
APUS_INLINE vint load_int(const int32_t *from) { return *(const vint_unaligned *)from; }
APUS_INLINE void store_int(int32_t *to, vint value) { *(vint_unaligned *)to = value; }
APUS_INLINE vfloat splat(float value) { return value - (vfloat){}; }
/// a * b + c with one rounding.
APUS_INLINE vfloat fused(vfloat a, vfloat b, vfloat c) { return __builtin_elementwise_fma(a, b, c); }
/// Four bytes of any type in every lane.
APUS_INLINE vint splat_int(int32_t value) { return value - (vint){}; }
/// Lane by lane: where `mask` (all ones or all zeros) is set, `a`, else `b`.
APUS_INLINE vint choose_int(vint mask, vint a, vint b) { return (mask & a) | (~mask & b); }
APUS_INLINE vfloat choose(vint mask, vfloat a, vfloat b) { return (vfloat)choose_int(mask, (vint)a, (vint)b); }
APUS_INLINE vfloat absolute(vfloat x) { return (vfloat)((vint)x & 0x7fffffff); }
/// |magnitude| with the sign of `sign`.
APUS_INLINE vfloat copy_sign(vfloat magnitude, vfloat sign) {
  return (vfloat)(((vint)magnitude & 0x7fffffff) | ((vint)sign & (int32_t)0x80000000));
}
/// The larger one; a NaN wins. Of +0 and -0, `b`.
APUS_INLINE vfloat maximum(vfloat a, vfloat b) { return choose(a != a, a, choose(a > b, a, b)); }
APUS_INLINE vfloat minimum(vfloat a, vfloat b) { return choose(a != a, a, choose(a < b, a, b)); }
/// The polynomial a + b * x, for Horner's rule.
APUS_INLINE vfloat horner(vfloat b, vfloat x, float a) { return fused(b, x, splat(a)); }

// The first `count` (0 ... APUS_WIDTH) lanes only: nothing past them is read or
// written in memory. The other lanes are zeros.

#if APUS_WIDTH == 16
APUS_INLINE vfloat load_head(const float *from, int64_t count) {
  return (vfloat)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}
APUS_INLINE void store_head(float *to, vfloat value, int64_t count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)value);
}
#elif APUS_WIDTH == 8
APUS_INLINE vint head_mask(int64_t count) {
  return splat_int((int32_t)count) > (vint){0, 1, 2, 3, 4, 5, 6, 7};
}
APUS_INLINE vfloat load_head(const float *from, int64_t count) {
  return (vfloat)_mm256_maskload_ps(from, (__m256i)head_mask(count));
}
/// In pieces: before Zen 5 AMD's processors take a dozen cycles for a masked store.
APUS_INLINE void store_head(float *to, vfloat value, int64_t count) {
  if (count == APUS_WIDTH) return store(to, value);
  __m128 rest = _mm256_castps256_ps128((__m256)value);
  if (count & 4) {
    _mm_storeu_ps(to, rest);
    rest = _mm256_extractf128_ps((__m256)value, 1);
    to += 4;
  }
  if (count & 2) {
    _mm_storel_pi((__m64 *)to, rest);
    rest = _mm_movehl_ps(rest, rest);
    to += 2;
  }
  if (count & 1) _mm_store_ss(to, rest);
}
#elif defined(APUS_NEON)
// There are no masks: two lanes at once and one by itself.
APUS_INLINE vfloat load_head(const float *from, int64_t count) {
  if (count >= 4) return load(from);
  const float32x2_t none = vdup_n_f32(0);
  const float32x2_t one = count & 1 ? vld1_lane_f32(from + (count & 2), none, 0) : none;
  return (vfloat)(count & 2 ? vcombine_f32(vld1_f32(from), one) : vcombine_f32(one, none));
}
APUS_INLINE void store_head(float *to, vfloat value, int64_t count) {
  if (count >= 4) return store(to, value);
  const float32x4_t lanes = (float32x4_t)value;
  if (count & 2) vst1_f32(to, vget_low_f32(lanes));
  if (count & 1) vst1_lane_f32(to + (count & 2), count & 2 ? vget_high_f32(lanes) : vget_low_f32(lanes), 0);
}
#else
APUS_INLINE vfloat load_head(const float *from, int64_t count) {
  vfloat value = {};
  memcpy(&value, from, 4 * (size_t)count);
  return value;
}
APUS_INLINE void store_head(float *to, vfloat value, int64_t count) { memcpy(to, &value, 4 * (size_t)count); }
#endif
