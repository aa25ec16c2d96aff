// sin and cos in double precision, the same bits on every machine.

#include <stdint.h>
#include <string.h>

#include "CApus.h"

#pragma STDC FP_CONTRACT OFF

/// 2 / pi in binary: 1280 bits of its fraction.
static const uint64_t two_over_pi[20] = {
  0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
  0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
  0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
};

/// x = (4 k + quadrant) pi/2 + high + low, |high| <= pi/4.
typedef struct reduced_angle {
  double high, low;
  int quadrant;
} reduced_angle;

/// 64 bits of 2/pi from bit `first` of its fraction on; zeros stand before it.
static uint64_t window(int first) {
  if (first <= -64) return 0;
  if (first < 0) return two_over_pi[0] >> -first;
  int word = first / 64, offset = first % 64;
  return offset ? two_over_pi[word] << offset | two_over_pi[word + 1] >> (64 - offset) : two_over_pi[word];
}

/// Payne and Hanek: with x = m 2^e, of m * 2/pi * 2^e only what lies below 2^2
/// matters; 192 bits of 2/pi from there on leave over 120 bits of fraction, of
/// which at most 61 are leading zeros.
static reduced_angle reduce_angle(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  uint64_t m = (bits & 0xfffffffffffff) | 0x10000000000000;
  int exponent = (int)(bits >> 52 & 0x7ff) - 1075;
  // Bit b of the fraction is worth 2^(exponent - 1 - b): the first one taken 2^1.
  int first = exponent - 2;
  typedef unsigned __int128 wide;
  wide low = (wide)m * window(first + 128);
  wide middle = (wide)m * window(first + 64) + (uint64_t)(low >> 64);
  uint64_t top = m * window(first) + (uint64_t)(middle >> 64);  // modulo 2^64
  uint64_t next = (uint64_t)middle;
  // top.next in units of 2^(2 - 64): two bits of quadrant, then the fraction.
  int quadrant = (int)(top >> 62);
  wide fraction = (wide)top << 66 | (wide)next << 2;
  int negative = (int)(fraction >> 127);
  if (negative) {
    quadrant++;
    fraction = -fraction;
  }
  // As a sum of doubles, then times pi/2 with the error of the product.
  double high = (double)(uint64_t)(fraction >> 75) * 0x1p-53;                         // 53 bits
  double low_part = (double)(uint64_t)((fraction >> 11) & 0xffffffffffffffff) * 0x1p-117;  // 64 more
  double sum = high + low_part;
  low_part = low_part - (sum - high);
  const double half_pi = 0x1.921fb54442d18p0, half_pi_rest = 0x1.1a62633145c07p-54;
  double h = sum * half_pi;
  // sum * half_pi - h exactly, by halves (Dekker).
  double split = sum * 134217729.0, sh = split - (split - sum), sl = sum - sh;
  const double ph = 0x1.921fb54p0, pl = 0x1.10b4611a62633p-30;
  double error = ((sh * ph - h) + sh * pl + sl * ph) + sl * pl;
  double l = error + (sum * half_pi_rest + low_part * half_pi);
  return negative ? (reduced_angle){-h, -l, quadrant} : (reduced_angle){h, l, quadrant};
}

/// sin(x + quarters pi/2) by Taylor's series around 0.
static double sine_of_quarters(double x, int quarters) {
  if (x - x != 0) return x - x;  // NaN
  double a = x < 0 ? -x : x;
  reduced_angle at = {a, 0, 0};
  if (a > 0x1.921fb54442d18p-1) at = reduce_angle(a);
  if (x < 0) {
    at.high = -at.high;
    at.low = -at.low;
    at.quadrant = -at.quadrant;
  }
  int quadrant = (at.quadrant + quarters) & 3;
  double square = at.high * at.high, tail = 0, result;
  if (quadrant & 1) {
    // cos(h + l) = 1 - h^2/2 + (h^4/24 - ...) - h l
    for (int k = 18; k >= 4; k -= 2) tail = square / (k * (k - 1)) * (1 - tail);
    double half = 0.5 * square, rough = 1 - half;
    result = rough + (((1 - rough) - half) + (half * tail - at.high * at.low));
  } else {
    // sin(h + l) = h - h^3/6 + ... + l (1 - h^2/2)
    for (int k = 19; k >= 3; k -= 2) tail = square / (k * (k - 1)) * (1 - tail);
    result = at.high - (at.high * tail - at.low * (1 - 0.5 * square));
  }
  return quadrant & 2 ? -result : result;
}

double apus_sin(double x) { return x == 0 ? x : sine_of_quarters(x, 0); }
double apus_cos(double x) { return sine_of_quarters(x, 1); }
