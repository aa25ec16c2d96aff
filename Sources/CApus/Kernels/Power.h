// x to the power y, of every lane of a vector, to 0.501 ULP: computed in double
// precision, without fused operations, which few processors lack but x86-64's
// baseline does.

typedef double wide_double __attribute__((vector_size(8 * APUS_WIDTH)));
typedef int64_t wide_int __attribute__((vector_size(8 * APUS_WIDTH)));

APUS_INLINE wide_double choose_wide(wide_int mask, wide_double a, wide_double b) {
  return (wide_double)((mask & (wide_int)a) | (~mask & (wide_int)b));
}

/// log2(x) for finite x > 0: with x = 2^k m, m from sqrt(1/2) to sqrt(2) and
/// s = (m - 1) / (m + 1), log(m) = 2 (s + s^3/3 + s^5/5 + ...) to 2^-40.
APUS_INLINE wide_double log2_wide(wide_double x) {
  wide_int k = ((wide_int)x - 0x3fe6a09e667f3bcd) >> 52;
  wide_double m = (wide_double)((wide_int)x - (k << 52));
  wide_double s = (m - 1.0) / (m + 1.0);
  wide_double z = s * s;
  wide_double p = z * (1.0 / 13) + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  p = p * z + 1.0;
  // k fits 12 bits: an exact conversion that every instruction set has.
  wide_double e = (wide_double)(k + 0x4338000000000000) - 0x1.8p52;
  return p * s * 0x1.71547652b82fep1 + e;
}

/// 2^t for |t| <= 200: 2^n e^(f ln 2), |f| <= 1/2, Taylor's series to 2^-37.
APUS_INLINE wide_double exp2_wide(wide_double t) {
  wide_double shifted = t + 0x1.8p52;
  wide_double r = (t - (shifted - 0x1.8p52)) * 0x1.62e42fefa39efp-1;
  wide_double p = r * (1.0 / 362880) + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return (wide_double)((wide_int)p + ((wide_int)shifted << 52));
}

/// |x|^y in double precision, rounded once, with the special cases of C's pow.
APUS_INLINE vfloat vector_pow(vfloat x, vfloat y) {
  const vfloat infinity = splat(__builtin_inff());
  vfloat a = absolute(x);
  wide_double base = __builtin_convertvector(a, wide_double);
  wide_double logarithm = log2_wide(base);
  logarithm = choose_wide(base == 0.0, -(wide_double){} - __builtin_inf(), logarithm);
  logarithm = choose_wide(base == __builtin_inf(), (wide_double){} + __builtin_inf(), logarithm);
  wide_double t = __builtin_convertvector(y, wide_double) * logarithm;
  t = choose_wide(t > 200.0, (wide_double){} + 200.0, t);
  t = choose_wide(t > -200.0, t, (wide_double){} - 200.0);  // NaN too: set right below
  vfloat result = __builtin_convertvector(exp2_wide(t), vfloat);
  // A negative x: minus for odd y, NaN where y is no integer.
  vfloat size = absolute(y);
  vint integer = (size >= 0x1p23f) | (vector_round(size) == size);
  vfloat half = size * 0.5f;
  vint odd = integer & (size < 0x1p24f) & (vector_round(half) != half);
  result = (vfloat)((vint)result | (odd & (vint)x & (int32_t)0x80000000));
  result = choose((x < 0.0f) & (a < infinity) & ~integer, splat(__builtin_nanf("")), result);
  result = choose((x != x) | (y != y), x + y, result);
  return choose((y == 0.0f) | (x == 1.0f) | ((a == 1.0f) & (size == infinity)), splat(1.0f), result);
}
