// The kernels for avx2.

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CApus.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define APUS_WIDTH 8
#define APUS_REGISTERS 16
#define APUS_TABLE apus_kernels_avx2
#define APUS_TABLE_NAME "avx2"
#include "Kernels/All.h"
#pragma clang attribute pop
#endif
