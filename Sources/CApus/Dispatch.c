// Which instruction sets this build holds and this machine runs.

#include <stddef.h>

#include "CApus.h"

extern const apus_kernels apus_kernels_portable;
#if defined(__x86_64__)
extern const apus_kernels apus_kernels_avx2;
extern const apus_kernels apus_kernels_avx512;
#elif defined(__aarch64__)
extern const apus_kernels apus_kernels_neon;
#endif

int apus_isa_available(apus_isa isa) {
  switch (isa) {
  case APUS_PORTABLE:
    return 1;
#if defined(__x86_64__)
  case APUS_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case APUS_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
           && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__)
  case APUS_NEON:
    return 1;
#endif
  default:
    return 0;
  }
}

const apus_kernels *apus_kernels_for(apus_isa isa) {
  switch (isa) {
  case APUS_PORTABLE:
    return &apus_kernels_portable;
#if defined(__x86_64__)
  case APUS_AVX2:
    return &apus_kernels_avx2;
  case APUS_AVX512:
    return &apus_kernels_avx512;
#elif defined(__aarch64__)
  case APUS_NEON:
    return &apus_kernels_neon;
#endif
  default:
    return NULL;
  }
}
