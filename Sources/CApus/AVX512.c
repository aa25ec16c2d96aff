// The kernels for avx512.

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CApus.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#define APUS_WIDTH 16
#define APUS_REGISTERS 32
#define APUS_TABLE apus_kernels_avx512
#define APUS_TABLE_NAME "avx512"
#include "Kernels/All.h"
#pragma clang attribute pop
#endif
