// Scalar functions in double precision and the counter-based random numbers.
//
// Only +, -, *, / and bit operations: the same bits on every machine. They are
// for what is computed once a step or once a model (schedules, beta^t,
// Box-Muller, fitted means), so they are written for clarity, not for speed.
// Largest errors found over 10,000 arguments each, in units in the last place:
// exp 0.8, log 0.6, sin 0.93, cos 1.0, tanh 1.4, erf 3.8; pow 4e-15 relative.

#include <stdint.h>
#include <string.h>

#include "CApus.h"

#pragma STDC FP_CONTRACT OFF

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  return bits;
}

static double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, 8);
  return x;
}

static double magnitude(double x) { return double_of(bits_of(x) & 0x7fffffffffffffff); }

/// |x| with the sign of `sign`.
static double with_sign(double x, double sign) {
  return double_of((bits_of(x) & 0x7fffffffffffffff) | (bits_of(sign) & 0x8000000000000000));
}

/// 2^n for -1022 <= n <= 1023.
static double power_of_two(int64_t n) { return double_of((uint64_t)(n + 1023) << 52); }

/// To the nearest integer, halves to even, for |x| < 2^51.
static double nearest(double x) { return (x + 0x1.8p52) - 0x1.8p52; }

/// An unevaluated sum of two doubles, |low| at most half an ulp of high.
typedef struct double_double {
  double high, low;
} double_double;

/// a + b exactly, for |a| >= |b| or a == 0 (Dekker).
static double_double fast_sum(double a, double b) {
  double sum = a + b;
  return (double_double){sum, b - (sum - a)};
}

/// The upper 26 bits of x: what is left fits 27.
static double upper_half(double x) { return double_of(bits_of(x) & 0xfffffffff8000000); }

/// a * b exactly, short of under- and overflow (Dekker).
static double_double product(double a, double b) {
  double ah = upper_half(a), al = a - ah, bh = upper_half(b), bl = b - bh;
  double high = a * b;
  return (double_double){high, ((ah * bh - high) + ah * bl + al * bh) + al * bl};
}

/// ln 2 in two pieces; multiples of the first up to 2^20 are exact.
static const double ln2_high = 0x1.62e42ff000000p-1, ln2_low = -0x1.718432a1b0e26p-35;

/// e^(x + tail) for |tail| < 2^-40 |x|: x = n ln 2 + r, Taylor's series of e^r.
static double exp_of_sum(double x, double tail) {
  if (x != x) return x;
  if (x > 710) return double_of(0x7ff0000000000000);
  if (x < -746) return 0;
  double n = nearest(x * 0x1.71547652b82fep0);
  double high = x - n * ln2_high;
  double r = high + (tail - n * ln2_low);
  double rest = (high - r) + (tail - n * ln2_low);
  // e^r - 1 - r = r^2/2 + r^3/6 + ... + r^14/14!, |r| <= 0.35, to 2^-64.
  double p = 0;
  for (int k = 14; k >= 3; k--) p = (p + 1) * r / k;
  double sum = 1 + (r + (rest + (p + 1) * r * r / 2));
  // In two factors: the result may be subnormal, or the power too large.
  int64_t whole = (int64_t)n;
  int64_t half = whole / 2;
  return sum * power_of_two(half) * power_of_two(whole - half);
}

/// log(x) for finite x > 0 as a sum of two doubles, relative error about 2^-62:
/// x = 2^k m, s = (m - 1) / (m + 1), log m = 2 (s + s^3/3 + s^5/5 + ...).
static double_double log_in_two(double x) {
  int64_t k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  int64_t up = ((int64_t)bits_of(x) - 0x3fe6a09e667f3bcd) >> 52;
  k += up;
  double m = double_of(bits_of(x) - ((uint64_t)up << 52));
  double f = m - 1;  // exact
  double_double denominator = fast_sum(2, f);
  double s = f / denominator.high;
  double_double back = product(s, denominator.high);
  double s_low = (((f - back.high) - back.low) - s * denominator.low) / denominator.high;
  double z = s * s;
  double series = 0;
  for (int j = 23; j >= 3; j -= 2) series = z * (1.0 / j + series);
  // |s| < 0.172, so the series is below 1 % of s.
  double_double result = fast_sum(2 * s, 2 * (s_low + s * series));
  if (k == 0) return result;
  double_double total = fast_sum((double)k * ln2_high, result.high);
  return fast_sum(total.high, total.low + ((double)k * ln2_low + result.low));
}

double apus_exp(double x) { return exp_of_sum(x, 0); }

double apus_log(double x) {
  if (x != x || x == double_of(0x7ff0000000000000)) return x;
  if (x == 0) return double_of(0xfff0000000000000);
  if (x < 0) return double_of(0x7ff8000000000000);
  return log_in_two(x).high;
}

/// x^y, the special cases as C's pow. Relative error below 1e-14, mostly 2^-53.
double apus_pow(double x, double y) {
  const double infinity = double_of(0x7ff0000000000000);
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return x + y;
  double a = magnitude(x), size = magnitude(y);
  int integer = size >= 0x1p52 || ((size + 0x1p52) - 0x1p52) == size;
  double half = size * 0.5;
  int odd = integer && size < 0x1p53 && ((half + 0x1p52) - 0x1p52) != half;
  int negative = bits_of(x) >> 63 && odd;
  double result;
  if (size == infinity) {
    result = a == 1 ? 1 : (a > 1) == (y > 0) ? infinity : 0;
  } else if (a == 0 || a == infinity) {
    result = (a == 0) == (y > 0) ? 0 : infinity;
  } else if (x < 0 && !integer) {
    return double_of(0x7ff8000000000000);
  } else if (a == 1) {
    result = 1;
  } else {
    double_double logarithm = log_in_two(a);
    double estimate = y * logarithm.high;
    if (estimate > 720) {
      result = infinity;
    } else if (estimate < -760) {
      result = 0;
    } else if (size > 0x1p900 || size < 0x1p-900) {
      result = exp_of_sum(estimate, 0);  // |x^y - 1| is below rounding, or over- and underflow came before
    } else {
      double_double exponent = product(y, logarithm.high);
      result = exp_of_sum(exponent.high, exponent.low + y * logarithm.low);
    }
  }
  return negative ? -result : result;
}

/// Below 1 Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))),
/// beyond it 1 - 2 / (e^2x + 1).
double apus_tanh(double x) {
  double a = magnitude(x);
  if (x != x) return x;
  if (a > 20) return with_sign(1, x);
  if (a >= 1) return with_sign(1 - 2 / (apus_exp(2 * a) + 1), x);
  double square = x * x, fraction = 25;
  for (int k = 23; k >= 1; k -= 2) fraction = k + square / fraction;
  return x / fraction;
}

/// Up to 1.4 the series 2/sqrt(pi) e^(-x^2) (x + 2x^3/3 + 4x^5/15 + ...), all terms
/// of one sign; beyond it 1 - erfc(x) by Laplace's continued fraction.
double apus_erf(double x) {
  if (x != x) return x;
  double a = magnitude(x);
  if (a > 6) return with_sign(1, x);
  double_double square = product(a, a);
  double gauss = a < 1e-150 ? 1 : exp_of_sum(-square.high, -square.low);
  if (a < 1.4) {
    double series = 1;
    for (int k = 30; k >= 1; k--) series = 1 + 2 * square.high / (2 * k + 1) * series;
    return with_sign(a * (0x1.20dd750429b6dp0 * gauss) * series, x);
  }
  double fraction = a;
  for (int k = 120; k >= 1; k--) fraction = a + k * 0.5 / fraction;
  return with_sign(1 - gauss * 0x1.20dd750429b6dp-1 / fraction, x);
}

void apus_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xd2511f53 * c0;
    uint64_t p1 = (uint64_t)0xcd9e8d57 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  output[0] = c0;
  output[1] = c1;
  output[2] = c2;
  output[3] = c3;
}
