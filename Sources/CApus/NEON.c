// The kernels for neon, which every 64-bit Arm processor has.

#if defined(__aarch64__)
#include <arm_neon.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CApus.h"

#define APUS_WIDTH 4
#define APUS_REGISTERS 32
#define APUS_NEON 1
#define APUS_TABLE apus_kernels_neon
#define APUS_TABLE_NAME "neon"
#include "Kernels/All.h"
#endif
