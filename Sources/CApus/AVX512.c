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
#include "Kernels/Vector.h"
#include "Kernels/Mathematics.h"
#include "Kernels/Random.h"
#include "Kernels/Reduce.h"
#include "Kernels/Program.h"
#include "Kernels/WholePrograms.h"
#include "Kernels/Contract.h"
#include "Kernels/Movement.h"

const apus_kernels apus_kernels_avx512 = {
  .name = "avx512",
  .program = program_kernel,
  .contract = contract_kernel,
  .reduce = reduce_kernel,
  .reduce_blocks = reduce_blocks_kernel,
  .reduce_tree = reduce_tree_kernel,
  .copy = copy_kernel,
  .gather = gather_kernel,
  .scatter_add = scatter_add_kernel,
  .whole_programs = whole_programs,
  .whole_program_count = sizeof whole_programs / sizeof *whole_programs,
};
#pragma clang attribute pop
#endif
