// SHA-256 (FIPS 180-4) of bytes that come in pieces.

#ifndef REPLAY_SHA256_H
#define REPLAY_SHA256_H

#include <stdint.h>
#include <string.h>

typedef struct sha256 {
  uint32_t state[8];
  uint64_t count;
  uint8_t block[64];
} sha256;

static inline uint32_t sha256_turned(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static inline void sha256_start(sha256 *hash) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(hash->state, start, sizeof start);
  hash->count = 0;
}

static inline void sha256_block(sha256 *hash, const uint8_t *block) {
  static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  };
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++) {
    const uint8_t *at = block + 4 * i;
    w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
  }
  for (int i = 16; i < 64; i++) {
    const uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (sha256_turned(a, 7) ^ sha256_turned(a, 18) ^ a >> 3)
           + (sha256_turned(b, 17) ^ sha256_turned(b, 19) ^ b >> 10);
  }
  memcpy(v, hash->state, sizeof v);
  for (int i = 0; i < 64; i++) {
    const uint32_t a = v[0], e = v[4];
    const uint32_t first = v[7] + (sha256_turned(e, 6) ^ sha256_turned(e, 11) ^ sha256_turned(e, 25))
                           + ((e & v[5]) ^ (~e & v[6])) + constants[i] + w[i];
    const uint32_t second = (sha256_turned(a, 2) ^ sha256_turned(a, 13) ^ sha256_turned(a, 22))
                            + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += first;
    v[0] = first + second;
  }
  for (int i = 0; i < 8; i++) hash->state[i] += v[i];
}

static inline void sha256_add(sha256 *hash, const void *bytes, uint64_t count) {
  const uint8_t *at = bytes;
  while (count > 0) {
    const uint64_t filled = hash->count % 64, taken = count < 64 - filled ? count : 64 - filled;
    memcpy(hash->block + filled, at, taken);
    hash->count += taken, at += taken, count -= taken;
    if (hash->count % 64 == 0) sha256_block(hash, hash->block);
  }
}

static inline void sha256_finish(sha256 *hash, uint8_t digest[32]) {
  const uint64_t bits = 8 * hash->count;
  sha256_add(hash, "\x80", 1);
  while (hash->count % 64 != 56) sha256_add(hash, "", 1);
  for (int i = 0; i < 8; i++) {
    const uint8_t byte = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(hash, &byte, 1);
  }
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

#endif
