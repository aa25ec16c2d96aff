// Philox 4x32-10 (Salmon et al. 2011) of several counters at once.

/// As many 64-bit lanes as a vector holds: one counter each. Only the low halves
/// of the words count; the high ones are left as they fall.
#define APUS_COUNTERS (APUS_WIDTH / 2)
typedef uint64_t vlong __attribute__((vector_size(8 * APUS_COUNTERS)));
typedef uint64_t vlong_unaligned __attribute__((vector_size(8 * APUS_COUNTERS), aligned(4), may_alias));

APUS_INLINE vlong low_half(vlong x) { return x & 0xffffffff; }

/// Writes the 4 * APUS_COUNTERS words of the counters {block + lane, sample, step}.
APUS_INLINE void philox_vector(uint32_t block, uint32_t sample, const uint32_t step[2],
                               const uint32_t key[2], vlong output[4]) {
#if APUS_COUNTERS == 8
  const vlong lanes = {0, 1, 2, 3, 4, 5, 6, 7};
#elif APUS_COUNTERS == 4
  const vlong lanes = {0, 1, 2, 3};
#else
  const vlong lanes = {0, 1};
#endif
  vlong c0 = lanes + block, c1 = sample - (vlong){}, c2 = step[0] - (vlong){}, c3 = step[1] - (vlong){};
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; round++) {
    vlong p0 = low_half(c0) * 0xd2511f53u;
    vlong p1 = low_half(c2) * 0xcd9e8d57u;
    c0 = (p1 >> 32) ^ c1 ^ k0;
    c2 = (p0 >> 32) ^ c3 ^ k1;
    c1 = p1;
    c3 = p0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  output[0] = c0;
  output[1] = c1;
  output[2] = c2;
  output[3] = c3;
}

/// (bits >> 8) * 2^-24, in memory order: word 0 ... 3 of the first counter, then
/// of the second, and so on.
APUS_INLINE void uniform_vectors(const vlong words[4], float *to) {
  // Words 0 and 1 of each counter, then 2 and 3: the low halves, as a shuffle of
  // 32-bit lanes (shifted up they would become slow 64-bit products).
#if APUS_COUNTERS == 8
#define APUS_PAIR_LOW(a, b) \
  (vlong)__builtin_shufflevector((vuint)(a), (vuint)(b), 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#elif APUS_COUNTERS == 4
#define APUS_PAIR_LOW(a, b) (vlong)__builtin_shufflevector((vuint)(a), (vuint)(b), 0, 8, 2, 10, 4, 12, 6, 14)
#else
#define APUS_PAIR_LOW(a, b) (vlong)__builtin_shufflevector((vuint)(a), (vuint)(b), 0, 4, 2, 6)
#endif
  vlong even = APUS_PAIR_LOW(words[0], words[1]);
  vlong odd = APUS_PAIR_LOW(words[2], words[3]);
#undef APUS_PAIR_LOW
#if APUS_COUNTERS == 8
  vlong first = __builtin_shufflevector(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
  vlong second = __builtin_shufflevector(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
#elif APUS_COUNTERS == 4
  vlong first = __builtin_shufflevector(even, odd, 0, 4, 1, 5);
  vlong second = __builtin_shufflevector(even, odd, 2, 6, 3, 7);
#else
  vlong first = __builtin_shufflevector(even, odd, 0, 2);
  vlong second = __builtin_shufflevector(even, odd, 1, 3);
#endif
  // 24 bits: as signed integers they convert exactly.
  store(to, __builtin_convertvector((vint)((vuint)first >> 8), vfloat) * 0x1p-24f);
  store(to + APUS_WIDTH, __builtin_convertvector((vint)((vuint)second >> 8), vfloat) * 0x1p-24f);
}

/// Elements first ..< first + count of one sample, whose stream is `key`.
static void uniform_of_sample(float *to, int64_t first, int64_t count, uint32_t sample,
                              const uint32_t step[2], const uint32_t key[2]) {
  const int64_t group = 2 * APUS_WIDTH;
  vlong words[4];
  while (count > 0) {
    int64_t skip = first % 4;
    int64_t made = group - skip < count ? group - skip : count;
    philox_vector((uint32_t)(first / 4), sample, step, key, words);
    if (made == group) {
      uniform_vectors(words, to);
    } else {
      float whole[2 * APUS_WIDTH] __attribute__((aligned(64)));
      uniform_vectors(words, whole);
      memcpy(to, whole + skip, 4 * (size_t)made);
    }
    to += made;
    first += made;
    count -= made;
  }
}

/// `count` numbers for the positions from `position` on: see apus_step.
static void uniform_numbers(float *to, int64_t position, int64_t count, const apus_step *step, const int32_t *seed_and_step) {
  const uint32_t counter[2] = {(uint32_t)seed_and_step[2], (uint32_t)seed_and_step[3]};
  const uint32_t key[2] = {
    (uint32_t)seed_and_step[0] ^ (uint32_t)step->stream,
    (uint32_t)seed_and_step[1] ^ (uint32_t)(step->stream >> 32),
  };
  int64_t sample = position / step->sample_size;
  int64_t element = position % step->sample_size;
  while (count > 0) {
    int64_t rest = step->sample_size - element;
    int64_t made = rest < count ? rest : count;
    uniform_of_sample(to, element, made, (uint32_t)sample, counter, key);
    to += made;
    count -= made;
    sample++;
    element = 0;
  }
}

/// What a shuffle of many samples is made of, several counters at once.
static void random_bits_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_random_bits *r = arguments;
  const uint32_t stream[2] = {(uint32_t)r->stream, (uint32_t)(r->stream >> 32)};
  const uint32_t key[2] = {(uint32_t)r->seed, (uint32_t)(r->seed >> 32)};
  int64_t first, last;
  share((r->count + APUS_COUNTERS - 1) / APUS_COUNTERS, part, parts, &first, &last);
  for (int64_t i = first * APUS_COUNTERS; i < last * APUS_COUNTERS; i += APUS_COUNTERS) {
    const uint64_t counter = r->first + (uint64_t)i;
    const int64_t made = r->count - i < APUS_COUNTERS ? r->count - i : APUS_COUNTERS;
    if ((uint32_t)counter > UINT32_MAX - APUS_COUNTERS) {  // a counter of these carries into the second word
      for (int64_t lane = 0; lane < made; lane++) {
        const uint64_t one = counter + (uint64_t)lane;
        uint32_t words[4], whole[4] = {(uint32_t)one, (uint32_t)(one >> 32), stream[0], stream[1]};
        apus_philox(whole, key, words);
        r->bits[i + lane] = words[0] | (uint64_t)words[1] << 32;
      }
      continue;
    }
    vlong words[4];
    philox_vector((uint32_t)counter, (uint32_t)(counter >> 32), stream, key, words);
    const vlong bits = low_half(words[0]) | words[1] << 32;
    if (made == APUS_COUNTERS) *(vlong_unaligned *)(r->bits + i) = bits;
    else memcpy(r->bits + i, &bits, 8 * (size_t)made);
  }
}
