// The exponential family and the logarithms, of every lane of a vector.
//
// Each function is a fixed sequence of correctly rounded operations, so its
// bits depend only on the argument. The polynomials are minimax fits (weights
// in parentheses), their coefficients rounded one after the other, lowest first.
//
// Largest errors found, against double precision, over 20 million floats spread
// over the whole range, in ULP: exp 0.97, expm1 1.4, log 0.76, log1p 1.4, tanh 1.4,
// sigmoid 2.3, softplus 1.6, erf 1.01. NaN stays NaN; its sign and payload are
// not part of "the same bits", as processors choose them differently.

/// Coefficients of q in exp(r) = 1 + r + r^2 q(r), |r| <= ln 2 / 2 (relative
/// to r, as expm1 needs it): 4e-10.
APUS_INLINE vfloat exp_polynomial(vfloat r) {
  vfloat q = splat(0.000199442715f);
  q = horner(q, r, 0.00139327231f);
  q = horner(q, r, 0.00833320804f);
  q = horner(q, r, 0.0416664891f);
  q = horner(q, r, 0.166666672f);
  return horner(q, r, 0.5f);
}

typedef struct reduced_exponent {
  vfloat n;  // x = n ln 2 + r
  vfloat r;
} reduced_exponent;

/// x = n ln 2 + r with |r| <= ln 2 / 2 and an integer n, for |x| < 2^20.
/// Adding 1.5 * 2^23 rounds to an integer; ln 2 is used in two pieces of 24 bits.
APUS_INLINE reduced_exponent exp_reduce(vfloat x) {
  const float shift = 0x1.8p23f;
  vfloat n = fused(x, splat(0x1.715476p0f), splat(shift)) - shift;
  vfloat r = fused(n, splat(-0x1.62e43p-1f), x);
  return (reduced_exponent){n, fused(n, splat(0x1.05c61p-29f), r)};
}

/// 2^n for integers -126 <= n <= 127.
APUS_INLINE vfloat power_of_two(vint n) { return (vfloat)(((vuint)n + 127) << 23); }

/// p * 2^n with one rounding, for 0.5 <= p <= 2 and integers |n| <= 252.
APUS_INLINE vfloat scale_by_power_of_two(vfloat p, vfloat n) {
#if APUS_WIDTH == 16
  return (vfloat)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  // The first product is exact, so only the second one rounds.
  vint whole = __builtin_convertvector(n, vint);
  vint half = whole >> 1;
  return p * power_of_two(half) * power_of_two(whole - half);
#endif
}

/// e^x for -104 <= x <= 89, or NaN.
APUS_INLINE vfloat exp_in_range(vfloat x) {
  reduced_exponent at = exp_reduce(x);
  vfloat p = fused(at.r * at.r, exp_polynomial(at.r), at.r) + 1.0f;
#if APUS_WIDTH == 16
  return scale_by_power_of_two(p, at.n);
#else
  // A NaN has no integer: it stays in p, and n may be anything.
  return scale_by_power_of_two(p, choose(at.n == at.n, at.n, splat(0)));
#endif
}

/// The comparisons are such that a NaN stays.
APUS_INLINE vfloat at_most(vfloat x, float most) { return choose(splat(most) < x, splat(most), x); }
APUS_INLINE vfloat at_least(vfloat x, float least) { return choose(splat(least) > x, splat(least), x); }

/// e^x. Below -104 the result rounds to 0, above 89 it is infinite.
APUS_INLINE vfloat vector_exp(vfloat x) { return exp_in_range(at_least(at_most(x, 89.0f), -104.0f)); }

/// e^x - 1 = 2^n (e^r - 1) + (2^n - 1), of which the half is taken so that 2^128
/// stays finite.
APUS_INLINE vfloat vector_expm1(vfloat x) {
  reduced_exponent at = exp_reduce(at_least(at_most(x, 89.0f), -60.0f));
  vfloat p = fused(at.r * at.r, exp_polynomial(at.r), at.r);
  vfloat half = power_of_two(__builtin_convertvector(choose(at.n == at.n, at.n, splat(0)), vint) - 1);
  vfloat scaled = fused(p, half, half - 0.5f);
  // n == 0: p itself, whose half could be subnormal. The result has x's sign, zeros included.
  return copy_sign(choose(at.n == 0.0f, p, scaled + scaled), x);
}

/// e ln 2 + log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1, integers |e| <= 150:
/// log(1 + f) = f - f^2 / 2 + f^3 P(f), P (relative to log(1 + f)): 8e-10.
APUS_INLINE vfloat log_polynomial(vfloat f, vfloat e) {
  vfloat p = splat(0.0674926788f);
  p = horner(p, f, -0.116700977f);
  p = horner(p, f, 0.118835486f);
  p = horner(p, f, -0.124062337f);
  p = horner(p, f, 0.142203584f);
  p = horner(p, f, -0.166679889f);
  p = horner(p, f, 0.200020716f);
  p = horner(p, f, -0.250000089f);
  p = horner(p, f, 0.333333135f);
  vfloat square = f * f;
  vfloat tail = fused(square * f, p, e * 0x1.7f7d1cp-20f);
  tail = fused(square, splat(-0.5f), tail);
  return fused(e, splat(0x1.62e4p-1f), f + tail);  // 17 bits of ln 2: the product is exact
}

/// The k for which 2^-k u lies between sqrt(1/2) and sqrt(2); u > 0, normal.
APUS_INLINE vint log_exponent(vfloat u) { return (vint)((vuint)u - 0x3f3504f3) >> 23; }

/// log's and log1p's values outside their open domain, whose left end is `x == 0`
/// after the shift: -inf there, NaN left of it, and +inf and NaN for themselves.
APUS_INLINE vfloat log_special(vfloat result, vfloat x, float pole) {
  const vfloat infinity = splat(__builtin_inff());
  vfloat special = choose(x < pole, splat(__builtin_nanf("")), x);
  special = choose(x == pole, -infinity, special);
  return choose((x > pole) & (x < infinity), result, special);
}

APUS_INLINE vfloat vector_log(vfloat x) {
  vint tiny = x < 0x1p-126f;  // subnormals are scaled up first
  vfloat u = choose(tiny, x * 0x1p23f, x);
  vint k = log_exponent(u);
  vfloat f = (vfloat)((vint)((vuint)(vint)u - ((vuint)k << 23))) - 1.0f;
  vfloat e = __builtin_convertvector(k - (tiny & 23), vfloat);
  return log_special(log_polynomial(f, e), x, 0.0f);
}

/// log(1 + x) for 0 <= x <= 1.
APUS_INLINE vfloat log1p_of_fraction(vfloat x) {
  vint k = log_exponent(x + 1.0f);  // 0 or 1
  vfloat scale = power_of_two(-k);
  return log_polynomial(fused(x, scale, scale - 1.0f), __builtin_convertvector(k, vfloat));
}

/// With u = 1 + x rounded and 2^-k u near 1, f = 2^-k x + (2^-k - 1) has one
/// rounding, however much of x the sum u lost. A quarter of x is used, because
/// 2^-128 is no normal number.
APUS_INLINE vfloat vector_log1p(vfloat x) {
  vint k = log_exponent(x + 1.0f);
  k = choose_int((k < -30) | (k > 128), splat_int(0), k);  // outside the domain
  vfloat scale = power_of_two(2 - k);
  vfloat f = fused(x * 0.25f, scale, scale * 0.25f - 1.0f);
  vfloat result = log_polynomial(f, __builtin_convertvector(k, vfloat));
  result = choose(absolute(x) < 0x1p-25f, x, result);
  return log_special(result, x, -1.0f);
}

/// 1 / (1 + e^-x), from e^-|x| so that small values keep their precision.
APUS_INLINE vfloat vector_sigmoid(vfloat x) {
  vfloat e = exp_in_range(at_least(-absolute(x), -104.0f));
  return choose(x < 0.0f, e, splat(1.0f)) / (e + 1.0f);
}

/// x + x^3 P(x^2) up to 0.55 (relative: 1e-9), beyond it 1 - 2 / (e^2|x| + 1).
APUS_INLINE vfloat vector_tanh(vfloat x) {
  vfloat a = absolute(x);
  vfloat square = x * x;
  vfloat p = splat(-0.006295586f);
  p = horner(p, square, 0.0210882761f);
  p = horner(p, square, -0.0538568459f);
  p = horner(p, square, 0.133326367f);
  p = horner(p, square, -0.333333194f);
  vfloat small = fused(square * x, p, x);
  vfloat bounded = at_most(a, 10.0f);
  vfloat large = 1.0f - 2.0f / (exp_in_range(bounded + bounded) + 1.0f);
  return copy_sign(choose(a < 0.55f, small, large), x);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
APUS_INLINE vfloat vector_softplus(vfloat x) {
  vfloat e = exp_in_range(at_least(-absolute(x), -104.0f));
  vfloat positive = choose(x > 0.0f, x, splat(0));
  return positive + choose(e == e, log1p_of_fraction(e), e);
}

/// x + x Q(x^2) up to 0.925 (relative: 2e-8); beyond it 1 - exp(-|x| - |x| R(|x|))
/// (R relative to erf: 3e-9), which is 1 from 4 on.
APUS_INLINE vfloat vector_erf(vfloat x) {
  vfloat a = absolute(x);
  vfloat square = x * x;
  vfloat q = splat(-0.00059595838f);
  q = horner(q, square, 0.00498735253f);
  q = horner(q, square, -0.0267629661f);
  q = horner(q, square, 0.11281731f);
  q = horner(q, square, -0.376124889f);
  q = horner(q, square, 0.128379151f);
  vfloat small = fused(q, x, x);
  vfloat t = at_most(a, 4.0f);
  vfloat r = splat(-0.000213991167f);
  r = horner(r, t, 0.00321499095f);
  r = horner(r, t, -0.0228900388f);
  r = horner(r, t, 0.105261914f);
  r = horner(r, t, 0.635718286f);
  r = horner(r, t, 0.128514364f);
  vfloat large = 1.0f - exp_in_range(-fused(r, t, t));
  return copy_sign(choose(a < 0.925f, small, large), x);
}

/// The normal distribution below x: (1 + erf(x / sqrt 2)) / 2.
APUS_INLINE vfloat vector_normal(vfloat x) { return fused(vector_erf(x * 0.707106769f), splat(0.5f), splat(0.5f)); }

APUS_INLINE vfloat vector_gelu(vfloat x) { return x * vector_normal(x); }

/// The derivative of x times the distribution: the distribution, and x times its density.
APUS_INLINE vfloat vector_gelu_slope(vfloat x) {
  vfloat density = vector_exp(x * x * -0.5f) * 0.398942292f;
  return fused(x, density, vector_normal(x));
}

/// To an integer, halves to even: |x| + 2^23 has no fraction bits left.
///
/// The sign goes on after the choice, not before: clang 21 turns
/// choose(m, copy_sign(y, x), x) into a masked vpternlogd whose operands are
/// swapped without its truth table (AVX-512, constant folded as a broadcast).
APUS_INLINE vfloat vector_round(vfloat x) {
  vfloat a = absolute(x);
  return copy_sign(choose(a < 0x1p23f, (a + 0x1p23f) - 0x1p23f, a), x);
}

APUS_INLINE vfloat vector_floor(vfloat x) {
  vfloat rounded = vector_round(x);
  return choose(rounded > x, rounded - 1.0f, rounded);
}

APUS_INLINE vfloat vector_ceil(vfloat x) {
  vfloat rounded = vector_round(x);
  return choose(rounded < x, copy_sign(rounded + 1.0f, x), rounded);
}

#include "Trigonometry.h"
#include "Power.h"
