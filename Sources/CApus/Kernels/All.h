// Every kernel, and the table of them, for the instruction set that this file is
// included for: APUS_WIDTH floats a vector, APUS_REGISTERS vectors in registers,
// APUS_TABLE and APUS_TABLE_NAME.

#include "Vector.h"
#include "Mathematics.h"
#include "Reduce.h"
#include "Random.h"
#include "Moments.h"
#include "ColumnSums.h"
#include "Program.h"
#include "UpdateLoops.h"
#include "Contract.h"
#include "Attention.h"
#include "Convolution.h"
#include "ConvolutionWeights.h"
#include "Pooling.h"
#include "Movement.h"

const apus_kernels APUS_TABLE = {
  .name = APUS_TABLE_NAME,
  .program = program_kernel,
  .contract = contract_kernel,
  .convolution = convolution_kernel,
  .convolution_data = convolution_data_kernel,
  .convolution_weights = convolution_weights_kernel,
  .max_pool = max_pool_kernel,
  .max_pool_scatter = max_pool_scatter_kernel,
  .max_pool_gather = max_pool_gather_kernel,
  .average_pool = average_pool_kernel,
  .average_pool_gradient = average_pool_gradient_kernel,
  .reduce = reduce_kernel,
  .reduce_blocks = reduce_blocks_kernel,
  .reduce_tree = reduce_tree_kernel,
  .column_blocks = column_blocks_kernel,
  .column_tree = column_tree_kernel,
  .program_sums = program_sums_kernel,
  .moments_blocks = moments_blocks_kernel,
  .moments_tree = moments_tree_kernel,
  .copy = copy_kernel,
  .attention = attention_kernel,
  .attention_gradient = attention_gradient_kernel,
  .gather = gather_kernel,
  .scatter_add = scatter_add_kernel,
  .random_bits = random_bits_kernel,
  .adam = adam_kernel,
  .rmsprop = rmsprop_kernel,
  .rmsprop_momentum = rmsprop_momentum_kernel,
  .momentum = momentum_kernel,
  .momentum_inside = momentum_inside_kernel,
  .contract_strip = TILE_VECTORS * APUS_WIDTH,
};
