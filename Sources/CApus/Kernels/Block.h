// Copies of two-dimensional blocks of four-byte elements with any strides.

/// A block in memory: element [i, j] lies at `at + i * row + j * column`.
typedef struct block {
  float *at;
  int64_t row, column;
} block;

APUS_INLINE void copy_contiguous(float *to, const float *from, int64_t count) {
  int64_t i = 0;
  for (; i + APUS_WIDTH <= count; i += APUS_WIDTH) store(to + i, load(from + i));
  if (i < count) store_head(to + i, load_head(from + i, count - i), count - i);
}

APUS_INLINE void fill_contiguous(float *to, const float *value, int64_t count) {
  int32_t bits;  // any four bytes
  memcpy(&bits, value, sizeof bits);
  const vfloat lanes = (vfloat)splat_int(bits);
  int64_t i = 0;
  for (; i + APUS_WIDTH <= count; i += APUS_WIDTH) store(to + i, lanes);
  if (i < count) store_head(to + i, lanes, count - i);
}

/// a's and b's lanes in turn: the first half of them, or the second.
#if APUS_WIDTH == 16
#define APUS_INTERLEAVE_FIRST(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define APUS_INTERLEAVE_SECOND(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define APUS_WIDTH_LOG2 4
#elif APUS_WIDTH == 8
#define APUS_INTERLEAVE_FIRST(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define APUS_INTERLEAVE_SECOND(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define APUS_WIDTH_LOG2 3
#else
#define APUS_INTERLEAVE_FIRST(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define APUS_INTERLEAVE_SECOND(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define APUS_WIDTH_LOG2 2
#endif

/// to[j, i] = from[i, j] for a square as wide as a vector, rows contiguous.
/// One round interleaves rows i and i + half; it rotates the index bits (row,
/// lane) by one, so that after log2(width) rounds rows and lanes have changed places.
APUS_INLINE void transpose_square(float *to, int64_t to_row, const float *from, int64_t from_row) {
  vfloat rows[APUS_WIDTH];
#pragma clang loop unroll(full)
  for (int i = 0; i < APUS_WIDTH; i++) rows[i] = load(from + i * from_row);
#pragma clang loop unroll(full)
  for (int round = 0; round < APUS_WIDTH_LOG2; round++) {
    vfloat next[APUS_WIDTH];
#pragma clang loop unroll(full)
    for (int i = 0; i < APUS_WIDTH / 2; i++) {
      next[2 * i] = APUS_INTERLEAVE_FIRST(rows[i], rows[i + APUS_WIDTH / 2]);
      next[2 * i + 1] = APUS_INTERLEAVE_SECOND(rows[i], rows[i + APUS_WIDTH / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < APUS_WIDTH; i++) rows[i] = next[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < APUS_WIDTH; i++) store(to + i * to_row, rows[i]);
}

/// to[j, i] = from[i, j] for i < rows, j < columns; both with contiguous rows.
/// The inner loop runs down a column of squares: it writes rows of `to` to their
/// ends, a cache line at a time.
static void transpose_block(float *to, int64_t to_row, const float *from, int64_t from_row,
                            int64_t rows, int64_t columns) {
  int64_t j = 0;
  for (; j + APUS_WIDTH <= columns; j += APUS_WIDTH) {
    int64_t i = 0;
    for (; i + APUS_WIDTH <= rows; i += APUS_WIDTH)
      transpose_square(to + j * to_row + i, to_row, from + i * from_row + j, from_row);
    for (; i < rows; i++)
      for (int64_t k = j; k < j + APUS_WIDTH; k++) memcpy(to + k * to_row + i, from + i * from_row + k, 4);
  }
  for (; j < columns; j++)
    for (int64_t i = 0; i < rows; i++) memcpy(to + j * to_row + i, from + i * from_row + j, 4);
}

/// to[i, j] = from[i, j] for i < rows, j < columns. The blocks don't overlap.
/// (By pointer: as values they would be passed through memory in pieces of
/// sixteen bytes that were written in pieces of eight, which stalls.)
static void copy_block(const block *to, const block *from, int64_t rows, int64_t columns) {
  int64_t to_row = to->row, to_column = to->column, from_row = from->row, from_column = from->column;
  if (columns == 1) {  // one row of what was a column
    columns = rows;
    rows = 1;
    to_column = to_row;
    from_column = from_row;
  }
  if (to_column == 1 && from_column == 1) {
    if (to_row == columns && from_row == columns) {
      columns *= rows;
      rows = 1;
    }
    for (int64_t i = 0; i < rows; i++) copy_contiguous(to->at + i * to_row, from->at + i * from_row, columns);
  } else if (to_column == 1 && from_column == 0) {
    for (int64_t i = 0; i < rows; i++) fill_contiguous(to->at + i * to_row, from->at + i * from_row, columns);
  } else if (rows > 1 && to_column == 1 && from_row == 1) {
    transpose_block(to->at, to_row, from->at, from_column, columns, rows);
  } else if (rows > 1 && to_row == 1 && from_column == 1) {
    transpose_block(to->at, to_column, from->at, from_row, rows, columns);
  } else {
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < columns; j++)
        memcpy(to->at + i * to_row + j * to_column, from->at + i * from_row + j * from_column, 4);
  }
}
