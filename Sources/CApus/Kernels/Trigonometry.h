// sin and cos, of every lane of a vector, to 1.6 ULP for any argument.

/// 2 / pi in binary: 320 bits of its fraction, as words of 32 bits.
static const uint32_t two_over_pi[10] = {
  0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599,
  0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0,
};

/// |x| = (4 k + *quadrant) pi/2 + r exactly reduced (Payne and Hanek), for 2 <= |x| < inf.
///
/// |x| = m 2^e with a 24-bit m. Of m * (2/pi) * 2^e only the bits from 2^1 down
/// count: they come from 96 bits of 2/pi that start at most 31 bits before.
static float reduce_large_angle(float x, int32_t *quadrant) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  int32_t exponent = (int32_t)((bits >> 23) & 0xff) - 150;
  uint32_t m = (bits & 0x7fffff) | 0x800000;
  // Leading bits of 2/pi whose products with m 2^e are multiples of 4.
  int32_t skip = exponent - 2 > 0 ? exponent - 2 : 0;
  const uint32_t *word = two_over_pi + skip / 32;
  int32_t offset = skip % 32;
  uint64_t high = (uint64_t)word[0] << 32 | word[1];
  uint64_t low = (uint64_t)word[2] << 32 | word[3];
  // 64 bits of 2/pi from `skip` on, and the next 32.
  uint64_t window = offset ? high << offset | low >> (64 - offset) : high;
  uint64_t next = (offset ? low << offset : low) >> 32;
  // m * window / 2^64, in turns of 2^(exponent - skip): three 32-bit digits after the point.
  uint64_t third = m * next;
  uint64_t second = m * (window & 0xffffffff) + (third >> 32);
  uint64_t first = m * (window >> 32) + (second >> 32);
  // first has 56 bits: value = (first * 2^32 + second's low half) * 2^(exponent - skip - 64).
  uint64_t fraction = first << 32 | (second & 0xffffffff);  // modulo 2^64, of units 2^-64
  uint64_t integer = first >> 32;
  int32_t up = exponent - skip;  // 2 where bits were skipped, else exponent <= 2, maybe negative
  if (up >= 0) {
    integer = up ? integer << up | fraction >> (64 - up) : integer;
    fraction <<= up;
  } else {
    fraction = fraction >> -up | integer << (64 + up);
    integer >>= -up;
  }
  // To the nearest quarter turn.
  int64_t centered = (int64_t)fraction;
  *quadrant = (int32_t)((integer + (fraction >> 63)) & 3);
  return (float)((double)centered * 0x1.921fb54442d18p-64);
}

/// sin(x + `quarters` pi/2) for quarters 0 or 1. |x| = n pi/2 + r, |r| <= pi/4;
/// r + r^3 S(r^2) (relative: 2e-10) or 1 - r^2/2 + r^4 C(r^2) (1e-10).
APUS_INLINE vfloat sine_of_quarters(vfloat x, int32_t quarters) {
  const float shift = 0x1.8p23f;
  vfloat n = fused(x, splat(0x1.45f306p-1f), splat(shift)) - shift;
  // pi/2 in three pieces of 24 bits; the first product cancels exactly for |n| < 2^17.
  vfloat r = fused(n, splat(-0x1.921fb6p0f), x);
  r = fused(n, splat(0x1.777a5cp-25f), r);
  r = fused(n, splat(0x1.ee59dap-50f), r);
  vint large = ~(absolute(x) <= 0x1p17f);
  vint turn = __builtin_convertvector(choose(large, splat(0), n), vint);
  if (__builtin_expect(__builtin_reduce_or(large) != 0, 0)) {
    for (int lane = 0; lane < APUS_WIDTH; lane++) {
      if (!large[lane]) continue;
      int32_t quadrant = 0;
      float remainder = x[lane] - x[lane];  // NaN for infinities and NaN
      if (remainder == 0) {
        remainder = reduce_large_angle(x[lane], &quadrant);
        if (x[lane] < 0) {
          remainder = -remainder;
          quadrant = -quadrant;
        }
      }
      r[lane] = remainder;
      turn[lane] = quadrant;
    }
  }
  turn += quarters;
  vfloat square = r * r;
  vfloat s = splat(2.83730651e-06f);
  s = horner(s, square, -0.00019853501f);
  s = horner(s, square, 0.00833338033f);
  s = horner(s, square, -0.166666672f);
  vfloat sine = fused(square * r, s, r);
  vfloat c = splat(2.44306684e-05f);
  c = horner(c, square, -0.00138873013f);
  c = horner(c, square, 0.0416666456f);
  vfloat cosine = fused(square * square, c, fused(square, splat(-0.5f), splat(1.0f)));
  vfloat result = choose((turn & 1) != 0, cosine, sine);
  return (vfloat)((vint)result ^ ((turn & 2) << 30));
}

APUS_INLINE vfloat vector_sin(vfloat x) {
  // Zeros keep their sign.
  return choose(x == 0.0f, x, sine_of_quarters(x, 0));
}

APUS_INLINE vfloat vector_cos(vfloat x) { return sine_of_quarters(x, 1); }
