// Computations over rows in one go, some rows side by side: layer normalization, softmax and their gradients. Where the steps
// of a program write every intermediate result to memory, these keep them in processor registers or compute them again.
//
// The program's steps remain the definition, and RowForms.c finds what they are.

#include "RowFormOperands.h"

/// Element i of row r lies at `at[r * row + i]`; of a number for each row, at `at[r * row]`.
typedef struct row_operand {
  const float *at;
  int64_t row;
} row_operand;

/// The same for a result. A number for each row fills the first `filled` elements.
typedef struct row_result {
  float *at;
  int64_t row, filled;
} row_result;

/// What one computation reads and writes: rows of `columns` elements.
typedef struct row_arguments {
  int64_t rows, columns;
  row_operand operands[APUS_MAX_ROW_OPERANDS];  // `at` is NULL where there is none
  row_result results[APUS_MAX_ROW_RESULTS];
} row_arguments;

/// A number for each of four rows.
typedef float four __attribute__((vector_size(16)));

/// The sums of four rows' lanes: each row's as combine_lanes adds them.
APUS_INLINE four sum_lanes(const sixteen rows[4]) {
  four halves[4];
  TILE_UNROLL
  for (int q = 0; q < 4; q++) {
    typedef float eight __attribute__((vector_size(32)));
    const eight lanes = __builtin_shufflevector(rows[q], rows[q], 0, 1, 2, 3, 4, 5, 6, 7)
                        + __builtin_shufflevector(rows[q], rows[q], 8, 9, 10, 11, 12, 13, 14, 15);
    halves[q] = __builtin_shufflevector(lanes, lanes, 0, 1, 2, 3) + __builtin_shufflevector(lanes, lanes, 4, 5, 6, 7);
  }
  // Turned, so that a lane is a row.
  four pairs[4];
  TILE_UNROLL
  for (int q = 0; q < 4; q += 2) {
    pairs[q] = __builtin_shufflevector(halves[q], halves[q + 1], 0, 4, 1, 5);
    pairs[q + 1] = __builtin_shufflevector(halves[q], halves[q + 1], 2, 6, 3, 7);
  }
  const four first = __builtin_shufflevector(pairs[0], pairs[2], 0, 1, 4, 5);
  const four second = __builtin_shufflevector(pairs[0], pairs[2], 2, 3, 6, 7);
  const four third = __builtin_shufflevector(pairs[1], pairs[3], 0, 1, 4, 5);
  const four fourth = __builtin_shufflevector(pairs[1], pairs[3], 2, 3, 6, 7);
  return (first + third) + (second + fourth);
}

APUS_INLINE sixteen splat_of(four numbers, int q) { return splat_sixteen(numbers[q]); }

/// The first `count` lanes, and zeros, which change no sum: see reduce_rows.
APUS_INLINE sixteen head_of(sixteen x, int64_t count) {
  const sixteen_int lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return (sixteen)((lane < (int32_t)count - (sixteen_int){}) & (sixteen_int)x);
}

APUS_INLINE four numbers_of(const row_operand *x, int64_t r, int rows) {
  four numbers = {};
  TILE_UNROLL
  for (int q = 0; q < rows; q++) numbers[q] = x->at[(r + q) * x->row];
  return numbers;
}

APUS_INLINE void put_numbers(const row_result *to, int64_t r, int rows, four numbers) {
  if (to->at == NULL) return;
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    float *at = to->at + (r + q) * to->row, value = numbers[q];
    if (to->filled == 1) *at = value;
    else fill_contiguous(at, &value, to->filled);
  }
}

/// Statements for sixteen elements at a time, from `i` on; of the last there may be fewer, `lanes`.
#define APUS_EACH_SIXTEEN(columns, ...)                                               \
  {                                                                                   \
    int64_t i = 0;                                                                    \
    for (; i + 16 <= (columns); i += 16) {                                            \
      const int64_t lanes = 16;                                                       \
      __VA_ARGS__                                                                     \
    }                                                                                 \
    if (i < (columns)) {                                                              \
      const int64_t lanes = (columns) - i;                                            \
      __VA_ARGS__                                                                     \
    }                                                                                 \
  }
#define APUS_TAKE(from) (lanes == 16 ? load_sixteen(from) : load_sixteen_head(from, lanes))
#define APUS_PUT(to, value)                                                           \
  if (lanes == 16) store_sixteen(to, value);                                          \
  else store_sixteen_head(to, value, lanes);

/// Longer rows are taken by two: stores to the last row would hold up loads from those that are read next and lie a multiple
/// of 4 KB away from it.
#define APUS_LONGEST_OF_FOUR 256

// Groups of four rows, then of two and one. `work` is inlined with the number as a constant.
#define APUS_ROW_GROUPS(x, work)                                                      \
  {                                                                                   \
    int64_t r = 0;                                                                    \
    if ((x)->columns <= APUS_LONGEST_OF_FOUR)                                         \
      for (; r + 4 <= (x)->rows; r += 4) work(x, r, 4);                               \
    for (; r + 2 <= (x)->rows; r += 2) work(x, r, 2);                                 \
    if (r < (x)->rows) work(x, r, 1);                                                 \
  }

// MARK: - Layer normalization

APUS_INLINE void standardize(const row_arguments *x, int64_t r, const int rows, const int scales, const int shifts) {
  const float share = *x->operands[STANDARDIZED_SHARE].at, epsilon = *x->operands[STANDARDIZED_EPSILON].at;
  const row_operand in = x->operands[STANDARDIZED_X], gain = x->operands[STANDARDIZED_GAIN], bias = x->operands[STANDARDIZED_BIAS];
  const row_result out = x->results[ROW_RESULT];
  const float *from = in.at + r * in.row;
  sixteen sums[4] = {};
  APUS_EACH_SIXTEEN(x->columns, TILE_UNROLL for (int q = 0; q < rows; q++) sums[q] = sums[q] + APUS_TAKE(from + q * in.row + i);)
  const four mean = sum_lanes(sums) * share;
  sixteen squares[4] = {};
  APUS_EACH_SIXTEEN(
    x->columns, TILE_UNROLL for (int q = 0; q < rows; q++) {
      sixteen d = APUS_TAKE(from + q * in.row + i) - splat_of(mean, q);
      if (lanes < 16) d = head_of(d, lanes);
      squares[q] = squares[q] + d * d;
    })
  const four variance = sum_lanes(squares) * share;
  const four factor = 1.0f / __builtin_elementwise_sqrt(variance + epsilon);
  // Row by row: stores to one row would hold up loads from another that lies a multiple of 4 KB away from it.
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    const float *row = from + q * in.row, *g_at = gain.at + (r + q) * gain.row, *b_at = bias.at + (r + q) * bias.row;
    float *to = out.at + (r + q) * out.row;
    const sixteen middle = splat_of(mean, q), scale = splat_of(factor, q);
    APUS_EACH_SIXTEEN(
      x->columns,
      __builtin_prefetch(row + rows * in.row + i);
      sixteen d = APUS_TAKE(row + i) - middle;
      d = d * scale;
      if (scales) d = d * APUS_TAKE(g_at + i);
      if (shifts) d = d + APUS_TAKE(b_at + i);
      APUS_PUT(to + i, d))
  }
  put_numbers(&x->results[ROW_MEAN], r, rows, mean);
  put_numbers(&x->results[ROW_FACTOR], r, rows, factor);
}

static __attribute__((noinline)) void standardize_rows(const row_arguments *x) {
#define WORK(x, r, rows) standardize(x, r, rows, 1, 1)
  if (x->operands[STANDARDIZED_BIAS].at) APUS_ROW_GROUPS(x, WORK)
#undef WORK
#define WORK(x, r, rows) standardize(x, r, rows, 1, 0)
  else if (x->operands[STANDARDIZED_GAIN].at) APUS_ROW_GROUPS(x, WORK)
#undef WORK
#define WORK(x, r, rows) standardize(x, r, rows, 0, 0)
  else APUS_ROW_GROUPS(x, WORK)
#undef WORK
}

/// Up to two rows: both sums of each are four chains.
APUS_INLINE void standardized_gradient(const row_arguments *x, int64_t r, const int rows, const int scales, const int again) {
  const row_operand up = x->operands[GRADIENT_UPSTREAM], gain = x->operands[GRADIENT_GAIN];
  const row_operand from = again ? x->operands[GRADIENT_X] : x->operands[GRADIENT_NORMAL];
  const row_result out = x->results[ROW_RESULT];
  const float share = *x->operands[GRADIENT_SHARE].at;
  const four factor = numbers_of(&x->operands[GRADIENT_FACTOR], r, rows);
  const four mean = again ? numbers_of(&x->operands[GRADIENT_MEAN], r, rows) : (four){};
  const int64_t columns = x->columns;
  const float *ups[2], *froms[2], *gains[2];
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    ups[q] = up.at + (r + q) * up.row;
    froms[q] = from.at + (r + q) * from.row;
    gains[q] = gain.at + (r + q) * gain.row;
  }
#define APUS_GRADIENT_TAKE(d, n)                                   \
  sixteen d = APUS_TAKE(ups[q] + i);                               \
  if (scales) d = d * APUS_TAKE(gains[q] + i);                     \
  sixteen n = APUS_TAKE(froms[q] + i);                             \
  if (again) n = (n - splat_of(mean, q)) * splat_of(factor, q);
  sixteen sums[4] = {};  // of d, of d n
  APUS_EACH_SIXTEEN(
    columns, TILE_UNROLL for (int q = 0; q < rows; q++) {
      APUS_GRADIENT_TAKE(d, n)
      sixteen along = d * n;
      if (lanes < 16) along = head_of(along, lanes);
      sums[q] = sums[q] + d;
      sums[2 + q] = sums[2 + q] + along;
    })
  const four means = sum_lanes(sums) * share;
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    float *to = out.at + (r + q) * out.row;
    const sixteen first = splat_of(means, q), second = splat_of(means, 2 + q), scale = splat_of(factor, q);
    APUS_EACH_SIXTEEN(
      columns,
      APUS_GRADIENT_TAKE(d, n)
      __builtin_prefetch(ups[q] + rows * up.row + i);
      __builtin_prefetch(froms[q] + rows * from.row + i);
      const sixteen apart = d - first;
      const sixteen along = n * second;
      const sixteen value = scale * (apart - along);
      APUS_PUT(to + i, value))
  }
#undef APUS_GRADIENT_TAKE
}

static __attribute__((noinline)) void standardized_gradient_rows(const row_arguments *x) {
#define CASE(scales, again)                                                                     \
  {                                                                                             \
    int64_t r = 0;                                                                              \
    for (; r + 2 <= x->rows; r += 2) standardized_gradient(x, r, 2, scales, again);             \
    if (r < x->rows) standardized_gradient(x, r, 1, scales, again);                             \
  }
  const int again = x->operands[GRADIENT_NORMAL].at == NULL;
  if (x->operands[GRADIENT_GAIN].at) {
    if (again) CASE(1, 1) else CASE(1, 0)
  } else {
    if (again) CASE(0, 1) else CASE(0, 0)
  }
#undef CASE
}

/// upstream (x - mean) factor, alone.
APUS_INLINE void standardized_product(const row_arguments *x, int64_t r, const int rows) {
  const row_operand *o = x->operands;
  const row_result out = x->results[ROW_RESULT];
  const four mean = numbers_of(&o[PRODUCT_MEAN], r, rows), factor = numbers_of(&o[PRODUCT_FACTOR], r, rows);
  APUS_EACH_SIXTEEN(
    x->columns, TILE_UNROLL for (int q = 0; q < rows; q++) {
      const sixteen n = (APUS_TAKE(o[PRODUCT_X].at + (r + q) * o[PRODUCT_X].row + i) - splat_of(mean, q)) * splat_of(factor, q);
      APUS_PUT(out.at + (r + q) * out.row + i, APUS_TAKE(o[PRODUCT_UPSTREAM].at + (r + q) * o[PRODUCT_UPSTREAM].row + i) * n)
    })
}

static __attribute__((noinline)) void standardized_product_rows(const row_arguments *x) { APUS_ROW_GROUPS(x, standardized_product) }

// MARK: - Softmax

APUS_INLINE sixteen exp_of(sixteen x) {
  union {
    sixteen lanes;
    vfloat vectors[16 / APUS_WIDTH];
  } all = {x};
  TILE_UNROLL
  for (int k = 0; k < 16 / APUS_WIDTH; k++) all.vectors[k] = vector_exp(all.vectors[k]);
  return all.lanes;
}

APUS_INLINE void softmax(const row_arguments *x, int64_t r, const int rows) {
  const row_operand in = x->operands[SOFTMAX_X];
  const row_result out = x->results[ROW_RESULT];
  float values[4];
  reduce_rows(APUS_MAX, values, in.at + r * in.row, in.row, rows, x->columns);
  four largest = {};
  TILE_UNROLL
  for (int q = 0; q < rows; q++) largest[q] = values[q];
  sixteen sums[4] = {};
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    const float *from = in.at + (r + q) * in.row;
    float *to = out.at + (r + q) * out.row;
    const sixteen shift = splat_of(largest, q);
    APUS_EACH_SIXTEEN(
      x->columns,
      sixteen e = exp_of(APUS_TAKE(from + i) - shift);
      APUS_PUT(to + i, e)
      if (lanes < 16) e = head_of(e, lanes);
      sums[q] = sums[q] + e;)
  }
  const four total = sum_lanes(sums);
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    float *to = out.at + (r + q) * out.row;
    const sixteen divisor = splat_of(total, q);
    APUS_EACH_SIXTEEN(x->columns, APUS_PUT(to + i, APUS_TAKE(to + i) / divisor))
  }
  put_numbers(&x->results[ROW_LARGEST], r, rows, largest);
  put_numbers(&x->results[ROW_TOTAL], r, rows, total);
}

static __attribute__((noinline)) void softmax_rows(const row_arguments *x) { APUS_ROW_GROUPS(x, softmax) }

APUS_INLINE void softmax_gradient(const row_arguments *x, int64_t r, const int rows) {
  const row_operand up = x->operands[SOFTMAX_UPSTREAM], y = x->operands[SOFTMAX_Y];
  const row_result out = x->results[ROW_RESULT];
  sixteen sums[4] = {};
  APUS_EACH_SIXTEEN(
    x->columns, TILE_UNROLL for (int q = 0; q < rows; q++) {
      const sixteen product = APUS_TAKE(up.at + (r + q) * up.row + i) * APUS_TAKE(y.at + (r + q) * y.row + i);
      sums[q] = sums[q] + product;
    })
  const four total = sum_lanes(sums);
  TILE_UNROLL
  for (int q = 0; q < rows; q++) {
    const float *up_at = up.at + (r + q) * up.row, *y_at = y.at + (r + q) * y.row;
    float *to = out.at + (r + q) * out.row;
    const sixteen along = splat_of(total, q);
    APUS_EACH_SIXTEEN(x->columns, APUS_PUT(to + i, APUS_TAKE(y_at + i) * (APUS_TAKE(up_at + i) - along)))
  }
}

static __attribute__((noinline)) void softmax_gradient_rows(const row_arguments *x) { APUS_ROW_GROUPS(x, softmax_gradient) }

static void run_row_form(uint8_t form, const row_arguments *x) {
  switch (form) {
  case APUS_ROWS_STANDARDIZED: return standardize_rows(x);
  case APUS_ROWS_STANDARDIZED_GRADIENT: return standardized_gradient_rows(x);
  case APUS_ROWS_STANDARDIZED_PRODUCT: return standardized_product_rows(x);
  case APUS_ROWS_SOFTMAX: return softmax_rows(x);
  case APUS_ROWS_SOFTMAX_GRADIENT: return softmax_gradient_rows(x);
  }
}
