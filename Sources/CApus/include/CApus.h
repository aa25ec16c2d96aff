// The inner loops of Apus: what one instruction of a plan computes.
//
// Rules of this floor (DESIGN, "Numbers"):
// - no allocation, no threads, no global state;
// - a kernel computes one part of an instruction; however many parts it is cut
//   into, and on whichever instruction set, the bits are the same;
// - every contraction runs along k in ascending order with fused multiply-adds;
// - every element of every tensor is four bytes: float32, int32, or a truth
//   value stored as the float 1 or 0.

#ifndef CAPUS_H
#define CAPUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Most axes of an iteration space, after the planner has merged what it can.
#define APUS_MAX_RANK 6
/// Most operands that one program reads, and most that it writes.
#define APUS_MAX_OPERANDS 24
/// Most registers of a program, its inputs included.
#define APUS_MAX_REGISTERS 48
/// Most elements of one strip: a register is one strip, and a program with row
/// operations needs a whole row in it.
#define APUS_STRIP 1024
/// Longest chain of float32 additions before partial sums meet in a tree.
#define APUS_CHAIN 4096
/// The same down a column: rows that a thread takes together.
#define APUS_COLUMN_CHAIN 128

/// Computes part `part` of `parts` of an instruction, whose arguments are one
/// of the structures below.
typedef void (*apus_kernel)(const void *arguments, int32_t part, int32_t parts);

// MARK: - Elementwise programs

/// One operation of a program. `a`, `b`, `c` and `destination` are registers.
///
/// Truth values are the floats 1 and 0; a select takes its second operand where
/// the first is not 0. max, min and relu propagate NaN. Comparisons with NaN are
/// false, except APUS_NOT_EQUAL.
typedef enum apus_opcode {
  // float32, two operands
  APUS_ADD, APUS_SUBTRACT, APUS_MULTIPLY, APUS_DIVIDE,
  APUS_MAXIMUM, APUS_MINIMUM, APUS_POWER,
  APUS_EQUAL, APUS_NOT_EQUAL, APUS_LESS, APUS_LESS_EQUAL,
  APUS_AND, APUS_OR,
  // float32, three operands
  APUS_MULTIPLY_ADD,        // a * b + c, fused (one rounding)
  APUS_SELECT,              // a != 0 ? b : c (b and c any four bytes)
  // float32, one operand
  APUS_NEGATE, APUS_ABSOLUTE, APUS_SIGN, APUS_SQUARE, APUS_SQUARE_ROOT, APUS_RECIPROCAL,
  APUS_EXP, APUS_EXPM1, APUS_LOG, APUS_LOG1P, APUS_SIN, APUS_COS, APUS_TANH, APUS_SIGMOID, APUS_ERF,
  APUS_SOFTPLUS,            // log(1 + exp(a)), without overflow
  APUS_FLOOR, APUS_CEIL, APUS_ROUND,  // round: half to even
  APUS_RELU,                // a > 0 ? a : (a is NaN ? NaN : 0)
  APUS_NOT, APUS_IS_FINITE,
  APUS_COPY,                // any four bytes
  // int32 (wrapping); comparisons give a truth value; division by zero gives 0
  APUS_ADD_INT, APUS_SUBTRACT_INT, APUS_MULTIPLY_INT, APUS_MAXIMUM_INT, APUS_MINIMUM_INT,
  APUS_EQUAL_INT, APUS_LESS_INT, APUS_LESS_EQUAL_INT, APUS_NEGATE_INT, APUS_ABSOLUTE_INT,
  APUS_INT_TO_FLOAT,
  APUS_FLOAT_TO_INT,        // toward zero; NaN gives 0; out of range saturates
  // the whole row (last axis of the space), its result in every element of the row;
  // the sum is APUS_SUM's of a row, bit for bit
  APUS_ROW_SUM, APUS_ROW_MAXIMUM, APUS_ROW_MINIMUM,
  // uniform in [0, 1): (bits >> 8) * 2^-24 of Philox 4x32-10, see apus_step.stream
  APUS_UNIFORM,
  // v = a; where |v| < 2^-100 it becomes 0 (NaN stays): what decays never turns subnormal
  APUS_FLUSH,
  // a (1 + erf(a / sqrt 2)) / 2, and its derivative
  APUS_GELU, APUS_GELU_SLOPE,
  APUS_OPCODE_COUNT
} apus_opcode;

typedef struct apus_step {
  uint8_t opcode;
  uint8_t destination;
  uint8_t a, b, c;
  /// APUS_UNIFORM: register `a` is an input whose base points at four int32:
  /// seed (low, high), step (low, high). Element e of sample s, where
  /// position = s * sample_size + e, is word e % 4 of
  /// Philox(counter = {e / 4, s, step low, step high},
  ///        key = {seed low ^ stream low, seed high ^ stream high}).
  /// The iteration space is the random tensor's own shape, whatever its axes.
  uint64_t stream;
  int64_t sample_size;
} apus_step;

typedef struct apus_operand {
  void *base;
  /// In elements, outermost axis first; 0 where the operand is broadcast.
  int64_t strides[APUS_MAX_RANK];
} apus_operand;

/// How an operand lies in memory, seen from its program's space.
typedef enum apus_layout {
  APUS_LAYOUT_SAME,        // one element for the whole space
  APUS_LAYOUT_CONTIGUOUS,  // the space's own row-major order
  APUS_LAYOUT_ROW,         // one contiguous row for all rows
  APUS_LAYOUT_STRIDED
} apus_layout;

/// Several steps that together are one computation over rows, which C does in one go, some rows side by side.
/// RowForms.c says which steps.
typedef enum apus_row_form {
  APUS_ROWS_STANDARDIZED,          // (x - mean) / sqrt(mean square + epsilon), perhaps scaled and shifted
  APUS_ROWS_STANDARDIZED_GRADIENT,
  APUS_ROWS_STANDARDIZED_PRODUCT,  // upstream (x - mean) factor
  APUS_ROWS_SOFTMAX,
  APUS_ROWS_SOFTMAX_GRADIENT
} apus_row_form;

/// Most operands of such a computation, and most results.
#define APUS_MAX_ROW_OPERANDS 8
#define APUS_MAX_ROW_RESULTS 3
/// Most of them in one program.
#define APUS_MAX_ROW_RUNS 4
/// For an operand that a computation doesn't have, and a result that nothing reads.
#define APUS_NO_REGISTER 255

/// One such computation: the `count` steps of a program from `first` on.
typedef struct apus_row_run {
  uint8_t form, first, count;
  uint8_t operands[APUS_MAX_ROW_OPERANDS], results[APUS_MAX_ROW_RESULTS];  // registers
} apus_row_run;

/// What follows from a program's operands: worked out once, because a small net's
/// step would spend a fifth of its time on it (W1: 0.345 µs, 0.274 without).
typedef struct apus_program_plan {
  uint8_t inputs[APUS_MAX_OPERANDS], outputs[APUS_MAX_OPERANDS];  // apus_layout
  int32_t full_registers;  // those that hold more than one vector
  int32_t all_contiguous;  // every operand is contiguous or one element
  uint32_t kept;           // inputs that must be copied before the steps, a bit each
  uint32_t direct;         // outputs that may be computed in their memory, a bit each
  int32_t may_be_few;      // contiguous, one element or one row, and no step that needs more than its own element
  int32_t has_rows;        // an operand is one row for all rows
  int32_t row_run_count;
  apus_row_run row_runs[APUS_MAX_ROW_RUNS];  // in the order of their steps
} apus_program_plan;

/// Runs `steps` for every element of the space `dims` (row-major), strip by strip.
///
/// Registers 0 ..< input_count are the inputs, in order; the others are
/// temporaries. An output may be the same memory as an input with the same
/// strides. Outputs are written with their strides; where the last stride is 0
/// although the last dimension is not 1 (a row's result), the row's first
/// element is written.
typedef struct apus_program {
  int32_t rank;
  int32_t input_count, output_count, step_count, register_count;
  /// Nonzero when a row operation is among the steps: dims[rank-1] <= APUS_STRIP,
  /// and only whole rows are computed together.
  int32_t has_row_steps;
  int64_t dims[APUS_MAX_RANK];
  const apus_operand *inputs;
  const apus_operand *outputs;
  const uint8_t *output_registers;
  const apus_step *steps;
  apus_program_plan plan;  // by apus_program_prepare
} apus_program;

/// Fills in the plan. To be called before the program runs, and again whenever its
/// dims, its strides or the addresses of its operands have changed.
void apus_program_prepare(apus_program *program);

/// A program whose registers are added up down the columns of its space, seen as
/// [product of all axes but the last, last axis], besides what it stores: for each
/// register the sums of blocks of APUS_COLUMN_CHAIN rows, [blocks, last axis],
/// which column_tree then takes together.
typedef struct apus_program_sums {
  const apus_program *program;
  int32_t count;
  const uint8_t *registers;
  float **partials;
} apus_program_sums;

// MARK: - Updates

/// What an update reads, `count` elements each; an optimizer has its own among the last three.
typedef struct apus_update_arrays {
  const float *parameter, *gradient, *mean, *square, *velocity;
} apus_update_arrays;

/// What it writes, which may be what it reads.
typedef struct apus_update_results {
  float *parameter, *mean, *square, *velocity;
} apus_update_results;

/// One number each. Those of the first line are NULL where the update has no such part.
typedef struct apus_update_numbers {
  const float *scale, *least, *most, *l2, *l1, *decay;
  const float *rate, *beta1, *rest1, *beta2, *rest2, *root, *epsilon;
} apus_update_numbers;

/// An optimizer's update of a range of parameters in one loop. UpdateLoop in the planner says what each computes.
typedef struct apus_update {
  int64_t count;
  apus_update_arrays arrays;
  apus_update_numbers numbers;
  apus_update_results results;
} apus_update;

// MARK: - The caches

/// A level of the data caches of one processor, of lines of 64 bytes.
typedef struct apus_cache {
  int64_t bytes, ways;
} apus_cache;

/// What plans ask of the machine: which block of an operand is copied, or read once
/// more. No bit of a result depends on it.
typedef struct apus_caches {
  apus_cache first, second;
} apus_caches;

/// The caches of most processors, which plans are made for where the machine's are not known.
extern const apus_caches apus_fallback_caches;

/// The caches of this machine. False where it does not tell.
int apus_read_caches(apus_caches *caches);

// MARK: - Matrix products

/// How a product is computed. Where the result is computed transposed (C^T = B^T A^T),
/// `a` is the caller's b and `b` the caller's a. Worked out once: the divisions that it
/// takes were a seventh of what a small net spends on one row (W7).
typedef struct apus_contract_plan {
  const float *a, *b;
  float *c;
  int64_t m, n, k;
  int64_t a_row, a_column, b_row, b_column;
  int64_t c_row;  // the caller's, whichever way round
  int64_t a_batch, b_batch;
  int32_t transposed;
  int32_t packs_a, packs_b;
  int32_t fetches;  // rows of B are fetched while the tiles work on those before
  int64_t strip;    // columns of the widest tile
  /// Terms between two visits to C, columns of a panel, and rows that pass over all
  /// strips of a panel before the next ones do.
  int64_t depth, columns, rows;
  int64_t held;         // floats of B that stay in the first-level cache
  int64_t buffer_rows;  // that wait beside C
  int64_t most_rows;    // of a tile
} apus_contract_plan;

/// c[i,j] = sum over k, in ascending order, of a[i,k] * b[k,j], each step one
/// fused multiply-add, starting from fma(a, b, 0); past APUS_CHAIN terms the
/// chains of APUS_CHAIN are added as APUS_SUM adds its blocks. `batch` times.
///
/// Then, when there is an epilogue, runs it over what was computed: its space is
/// [batch * m, n], of any rank whose last axes come to that, and it may write c.
typedef struct apus_contract {
  const float *a, *b;
  float *c;
  int64_t m, n, k, batch;
  int64_t a_row, a_column, b_row, b_column;  // strides of a[i,k] and b[k,j], in floats
  int64_t c_row;                             // stride of c's rows; its columns are adjacent
  int64_t a_batch, b_batch, c_batch;
  const apus_program *epilogue;              // or NULL
  const apus_caches *caches;                 // or NULL: those of most processors
  /// At least apus_contract_scratch(...) floats for each part, 64-byte aligned.
  float *scratch;
  int64_t scratch_stride;                    // floats from one part's scratch to the next
  apus_contract_plan plan;                   // by apus_contract_prepare
} apus_contract;

/// Fills in the plan for tiles of `strip` columns, apus_kernels.contract_strip of the kernels that run it. To be called
/// before the product is computed, and again whenever a size, a stride or the address of an operand has changed.
void apus_contract_prepare(apus_contract *contract, int64_t strip);

/// Floats of scratch that each part of a product needs, given its sizes
/// and strides (pointers are not read). The same for every instruction set.
int64_t apus_contract_scratch(const apus_contract *contract);

// MARK: - Windows over images

/// A window that moves over images [rows, height, width, channels]; at its places
/// [rows, places_y, places_x, outputs] is what it gives. Tap (i, j) of the window
/// at (y, x) lies on pixel (y * stride_y + i * dilation_y - top, x * stride_x +
/// j * dilation_x - left); what lies outside the image is padding. All compact.
///
/// Convolutions: with weights w [size_y, size_x, channels / groups, outputs],
/// - convolution: a = images, b = weights, c = places;
/// - convolution_data: a = places, b = weights, c = images: the first's gradient;
/// - convolution_weights: a = images, b = places, c = weights: the other gradient.
/// Each element is a chain of fused multiply-adds from 0, over taps and then
/// channels (taps backwards and then outputs for data; rows, y, x for weights);
/// where a tap lies on padding, the factor is 0. Past APUS_CHAIN terms, chains of
/// whole taps are added one after the other, but the chains of weights, of whole
/// images or lines of places, as APUS_SUM adds its blocks.
///
/// Pooling (outputs = channels, a channel each; padding is skipped):
/// - max_pool: a = images, c = places. The first of equals; the first NaN wins;
/// - max_pool_scatter: a = images, b = places, c = images: b added at the maxima;
/// - max_pool_gather: a = images, b = images, c = places: b at the maxima;
/// - average_pool: a = images, c = places: the sum over the pixels / their number;
/// - average_pool_gradient: a = places, c = images: a / that number, added.
/// Sums run over taps, or over places, in ascending order.
///
/// Then, when there is an epilogue, runs it over what was computed, as in apus_contract.
typedef struct apus_windowed {
  int64_t rows, height, width, channels;
  int64_t places_y, places_x, outputs;
  int64_t size_y, size_x, stride_y, stride_x, dilation_y, dilation_x, top, left;
  int64_t groups;
  const float *a, *b;
  float *c;
  const apus_program *epilogue;              // or NULL; none for weights
  const apus_caches *caches;                 // or NULL: those of most processors
  /// Convolutions: at least apus_convolution..._scratch floats for each part, 64-byte aligned.
  float *scratch;
  int64_t scratch_stride;                    // floats from one part's scratch to the next
} apus_windowed;

/// Floats of scratch for each of `parts` parts (pointers are not read). The same
/// for every instruction set.
int64_t apus_convolution_scratch(const apus_windowed *window, int32_t parts);
int64_t apus_convolution_data_scratch(const apus_windowed *window, int32_t parts);
int64_t apus_convolution_weights_scratch(const apus_windowed *window, int32_t parts);

// MARK: - Reductions

typedef enum apus_reduction {
  /// Blocks of APUS_CHAIN along the axis (APUS_COLUMN_CHAIN where inner > 1); within a block of an inner == 1
  /// reduction sixteen lanes (lane l adds l, l+16, ...) and then
  /// the tree (l, l+8), (l, l+4), (l, l+2), (l, l+1); within a block of an inner > 1 reduction
  /// one chain; the blocks' sums pairwise: (0,1), (2,3), ..., an odd one carried over,
  /// again until one is left.
  APUS_SUM,
  APUS_SUM_OF_SQUARES,      // the same, of fma(x, x, lane)
  APUS_MAX, APUS_MIN,       // NaN wins
  APUS_ARGMAX,              // int32: the first of equals; the first NaN wins
  APUS_SUM_INT
} apus_reduction;

/// input [outer, length, inner] (compact) to output [outer, inner].
/// length 0: sum 0, max -inf, min +inf, argmax 0.
typedef struct apus_reduce {
  const void *input;
  void *output;
  int64_t outer, length, inner;
  int32_t operation;
} apus_reduce;

// MARK: - Movement

/// destination[i...] = source[i...] for every index of the space.
typedef struct apus_copy {
  const void *source;
  void *destination;
  int32_t rank;
  int64_t dims[APUS_MAX_RANK];
  int64_t source_strides[APUS_MAX_RANK];
  int64_t destination_strides[APUS_MAX_RANK];
} apus_copy;

/// gather: table [outer, length, inner], indices [count] -> output [outer, count, inner];
/// an index outside 0 ..< length gives NaN.
/// scatter_add: table is the source [outer, count, inner]; output [outer, length, inner]
/// is zeroed and gets the rows added in ascending order; indices outside are dropped.
typedef struct apus_gather {
  const void *table;
  const int32_t *indices;
  void *output;
  int64_t outer, length, inner, count;
} apus_gather;

// MARK: - Random words

/// bits[i] = the words 0 (low half) and 1 of Philox(counter = {first + i, stream}, key = seed), 64 bits each: i < count.
typedef struct apus_random_bits {
  uint64_t first, stream, seed;
  int64_t count;
  uint64_t *bits;
} apus_random_bits;

// MARK: - Attention

/// softmax(Q K^T scale) V for each sequence and head: packed [batch, length, 3, heads, size], queries, keys and
/// values, to [batch, length, heads, size]. Causal: query i sees keys 0 ... i.
///
/// The gradient: of the result's, `upstream`, to `output` of packed's shape.
typedef struct apus_attention {
  const float *packed;
  const float *upstream;     // the gradient alone
  float *output;
  int64_t batch, length, heads, size;
  float scale;
  int32_t is_causal, is_gradient;
  /// At least apus_attention_scratch(...) floats for each part, 64-byte aligned.
  float *scratch;
  int64_t scratch_stride;    // floats from one part's scratch to the next
} apus_attention;

/// Floats of scratch that each part needs. The same for every instruction set.
int64_t apus_attention_scratch(const apus_attention *attention);

// MARK: - The kernels of one instruction set

typedef enum apus_isa { APUS_PORTABLE = 0, APUS_AVX2 = 1, APUS_AVX512 = 2, APUS_NEON = 3 } apus_isa;

typedef struct apus_kernels {
  const char *name;          // "portable", "avx2", "avx512", "neon"
  apus_kernel program;       // apus_program
  apus_kernel contract;      // apus_contract
  apus_kernel convolution, convolution_data, convolution_weights;  // apus_windowed
  apus_kernel max_pool, max_pool_scatter, max_pool_gather;         // apus_windowed
  apus_kernel average_pool, average_pool_gradient;                 // apus_windowed
  apus_kernel reduce;        // apus_reduce
  /// The two halves of a long APUS_SUM or APUS_SUM_OF_SQUARES with inner == 1:
  /// reduce_blocks writes ceil(length / APUS_CHAIN) block sums for each outer index;
  /// reduce_tree takes `length` = that number of block sums to one. Together: reduce's bits.
  apus_kernel reduce_blocks; // apus_reduce
  apus_kernel reduce_tree;   // apus_reduce
  /// The two halves of a long APUS_SUM with outer == 1 and inner > 1: column_blocks writes the sums of blocks of
  /// APUS_COLUMN_CHAIN rows, [blocks, inner]; column_tree takes them, with the same length and inner, to [inner].
  /// Together: reduce's bits. `outer` and `operation` are not read.
  apus_kernel column_blocks; // apus_reduce
  apus_kernel column_tree;   // apus_reduce
  apus_kernel program_sums;  // apus_program_sums
  /// The mean and variance of each column of [length, inner], in two halves: moments_blocks writes the mean and
  /// the squared deviations from it of each block of APUS_COLUMN_CHAIN rows, [blocks, 2, inner]; moments_tree
  /// takes them, with the same length and inner, to [2, inner]. `outer` and `operation` are not read.
  apus_kernel moments_blocks; // apus_reduce
  apus_kernel moments_tree;   // apus_reduce
  apus_kernel copy;          // apus_copy
  apus_kernel attention;     // apus_attention
  apus_kernel attention_gradient;  // apus_attention
  apus_kernel gather;        // apus_gather
  apus_kernel scatter_add;   // apus_gather
  apus_kernel random_bits;   // apus_random_bits
  apus_kernel adam, rmsprop, rmsprop_momentum, momentum, momentum_inside;  // apus_update
  /// Columns of the widest tile of `contract`, which its plans are made for.
  int64_t contract_strip;
} apus_kernels;

/// Nonzero when this machine can run `isa`.
int apus_isa_available(apus_isa isa);
/// The kernels of `isa`, or NULL when this build of the package has none.
const apus_kernels *apus_kernels_for(apus_isa isa);

// MARK: - Scalar functions in double precision, the same bits on every machine

double apus_exp(double x);
double apus_log(double x);
double apus_sin(double x);
double apus_cos(double x);
double apus_pow(double x, double y);
double apus_tanh(double x);
double apus_erf(double x);

/// Philox 4x32-10 (Salmon et al. 2011).
void apus_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]);

// MARK: - Processors

/// The processor that the calling thread runs on; -1 where the system does not say.
int apus_current_processor(void);
/// How many processors this process may use; 0 where the system does not say.
int apus_allowed_processors(void);
/// Their numbers, at most `capacity` of them; returns how many, 0 where the system does not say.
int apus_list_processors(int *numbers, int capacity);
/// Moves the calling thread to another processor when it runs on this one.
void apus_leave_processor(int processor);

/// A hint to the processor that the caller spins.
static inline void apus_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#ifdef __cplusplus
}
#endif

#endif
