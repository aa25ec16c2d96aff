// The kernels for portable.

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CApus.h"

#define APUS_WIDTH 4
#define APUS_REGISTERS 16
#define APUS_TABLE apus_kernels_portable
#define APUS_TABLE_NAME "portable"
#include "Kernels/All.h"
