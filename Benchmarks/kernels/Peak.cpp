// What the machine can do at most, for each instruction set by itself.

#include "Comparison.h"

namespace {

/// As many sums as hide the latency of a multiply-add on every processor so far; with the two factors they fit the
/// registers of AVX2.
constexpr int sums = 12;

// A vector of so many bytes, and sums of products that are written as one instruction each, so that no compiler's
// options matter. In a function of its own: the threads' one has no target attribute.
#define MULTIPLY_ADDS(name, attributes, bytes, instruction, constraint)                  \
  attributes __attribute__((noinline)) void name(int64_t count) {                        \
    typedef float lanes __attribute__((vector_size(bytes)));                             \
    lanes sum[sums] = {}, x = {}, y = {};                                                \
    for (unsigned i = 0; i < bytes / 4; i++) x[i] = 0.5f, y[i] = 1;                      \
    for (; count > 0; count--) {                                                         \
      _Pragma("GCC unroll 12") for (int i = 0; i < sums; i++) {                          \
        asm volatile(instruction : "+" constraint(sum[i]) : constraint(x), constraint(y)); \
      }                                                                                  \
    }                                                                                    \
  }

#if defined(__x86_64__)
MULTIPLY_ADDS(multiply_adds_avx512, __attribute__((target("avx512f"))), 64, "vfmadd231ps %2, %1, %0", "v")
MULTIPLY_ADDS(multiply_adds_avx2, __attribute__((target("avx2,fma"))), 32, "vfmadd231ps %2, %1, %0", "x")
#elif defined(__aarch64__)
MULTIPLY_ADDS(multiply_adds_neon, , 16, "fmla %0.4s, %1.4s, %2.4s", "w")
#endif

struct Chains {
  const char *isa;
  void (*run)(int64_t count);
  int lanes;
};

const Chains all[] = {
#if defined(__x86_64__)
  {"avx512", multiply_adds_avx512, 16},
  {"avx2", multiply_adds_avx2, 8},
#elif defined(__aarch64__)
  {"neon", multiply_adds_neon, 4},
#endif
};

}  // namespace

double peak(const std::string &isa, int threads) {
  double best = 0;
  for (const Chains &chains : all) {
    if (isa != chains.isa) continue;
    for (int round = 0; round < 20; round++) {
      const int64_t count = 1000000;
      const double start = seconds();
#pragma omp parallel num_threads(threads)
      chains.run(count);
      best = std::max(best, 2.0 * sums * chains.lanes * count * threads / (seconds() - start) * 1e-9);
    }
  }
  return best;
}
