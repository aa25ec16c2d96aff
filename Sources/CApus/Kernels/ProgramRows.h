// Reductions of the rows of a strip.

/// What a row's reduction reads: a register, its squares, or the products of two, which
/// are computed on the way.
enum { APUS_ROW_PLAIN, APUS_ROW_SQUARES, APUS_ROW_PRODUCTS };

/// `rows` (1 or 4) rows of at most APUS_CHAIN elements, as reduce_rows.
APUS_INLINE void reduce_row_products(int kind, float *results, const float *a, const float *b, int64_t row, int rows, int64_t length) {
  sixteen lanes[4] = {};
  int64_t i = 0;
  for (; i + 16 <= length; i += 16)
    for (int r = 0; r < rows; r++) {
      const sixteen x = load_sixteen(a + r * row + i), y = kind == APUS_ROW_SQUARES ? x : load_sixteen(b + r * row + i);
      lanes[r] = lanes[r] + x * y;
    }
  if (i < length)
    for (int r = 0; r < rows; r++) {
      const sixteen x = load_sixteen_head(a + r * row + i, length - i);
      const sixteen y = kind == APUS_ROW_SQUARES ? x : load_sixteen_head(b + r * row + i, length - i);
      lanes[r] = lanes[r] + x * y;
    }
  for (int r = 0; r < rows; r++) results[r] = combine_lanes(APUS_SUM, lanes[r]);
}

/// Each row's reduction, in the first `filled` floats of the row. Four rows side by side,
/// each of which is a chain; they are read before they are written.
APUS_INLINE void reduce_strip_rows(int32_t operation, int kind, float *to, const float *a, const float *b, const strip *where, int64_t filled) {
  const int64_t columns = where->columns;
  float values[4];
  for (int64_t r = 0; r < where->rows;) {
    const int64_t at = r * columns, made = where->rows - r >= 4 ? 4 : 1;
    if (kind != APUS_ROW_PLAIN && made == 4) reduce_row_products(kind, values, a + at, b + at, columns, 4, columns);
    else if (kind != APUS_ROW_PLAIN) reduce_row_products(kind, values, a + at, b + at, 0, 1, columns);
    else if (made == 4) reduce_rows(operation, values, a + at, columns, 4, columns);
    else reduce_rows(operation, values, a + at, 0, 1, columns);
    for (int64_t k = 0; k < made; k++) fill_contiguous(to + (r + k) * columns, &values[k], filled);
    r += made;
  }
}

static __attribute__((noinline)) void row_step(uint8_t opcode, float *to, const float *a, const float *b, const strip *where, int64_t filled) {
  if (opcode == APUS_ROW_SUM) reduce_strip_rows(APUS_SUM, APUS_ROW_PLAIN, to, a, b, where, filled);
  else if (opcode == APUS_FUSED_SQUARE_THEN_ROW_SUM) reduce_strip_rows(APUS_SUM, APUS_ROW_SQUARES, to, a, b, where, filled);
  else if (opcode == APUS_FUSED_MULTIPLY_THEN_ROW_SUM) reduce_strip_rows(APUS_SUM, APUS_ROW_PRODUCTS, to, a, b, where, filled);
  else if (opcode == APUS_ROW_MAXIMUM) reduce_strip_rows(APUS_MAX, APUS_ROW_PLAIN, to, a, b, where, filled);
  else reduce_strip_rows(APUS_MIN, APUS_ROW_PLAIN, to, a, b, where, filled);
}

/// kept = a * b, or a - b with a number b of each row, and the sums of the rows of it, or of its squares: what
/// reduce_rows gives for what was kept. Rows of whole sixteens, four side by side.
APUS_INLINE void kept_row_sums(const int subtracts, float *kept, float *sums, const float *a, const float *b, int64_t b_row,
                               const strip *where, int64_t filled) {
  const int64_t columns = where->columns;
  for (int64_t r = 0; r < where->rows;) {
    const int made = where->rows - r >= 4 ? 4 : 1;
    const int64_t at = r * columns;
    float values[4];
#define APUS_KEPT_ROWS(MADE)                                                                     \
    {                                                                                            \
      sixteen lanes[MADE] = {};                                                                  \
      float number[MADE] = {};                                                                   \
      if (subtracts)                                                                             \
        TILE_UNROLL for (int q = 0; q < MADE; q++) number[q] = b[(r + q) * b_row];               \
      for (int64_t i = 0; i < columns; i += 16)                                                  \
        TILE_UNROLL for (int q = 0; q < MADE; q++) {                                             \
          const int64_t here = at + q * columns + i;                                             \
          const sixteen x = load_sixteen(a + here);                                              \
          const sixteen y = subtracts ? x - number[q] : x * load_sixteen(b + here);              \
          store_sixteen(kept + here, y);                                                         \
          lanes[q] = lanes[q] + (subtracts ? y * y : y);                                         \
        }                                                                                        \
      for (int q = 0; q < MADE; q++) values[q] = combine_lanes(APUS_SUM, lanes[q]);              \
    }
    if (made == 4) APUS_KEPT_ROWS(4)
    else APUS_KEPT_ROWS(1)
#undef APUS_KEPT_ROWS
    for (int k = 0; k < made; k++) fill_contiguous(sums + (r + k) * columns, &values[k], filled);
    r += made;
  }
}

static __attribute__((noinline)) void kept_products(float *kept, float *sums, const float *a, const float *b, const strip *where, int64_t filled) {
  kept_row_sums(0, kept, sums, a, b, 0, where, filled);
}
static __attribute__((noinline)) void kept_differences(float *kept, float *sums, const float *a, const float *b, int64_t b_row, const strip *where, int64_t filled) {
  kept_row_sums(1, kept, sums, a, b, b_row, where, filled);
}

/// to = (e - x * y) * z, with numbers y and z of each row.
static __attribute__((noinline)) void difference_times(float *to, const strip_register *e, const strip_register *x,
                                                       const strip_register *y, const strip_register *z, const strip *where) {
  const int64_t columns = where->columns;
  for (int64_t r = 0; r < where->rows; r++) {
    const vfloat of_y = load(y->at + r * y->row), of_z = load(z->at + r * z->row);
    const int64_t end = (r + 1) * columns;
    for (int64_t i = r * columns; i < end; i += APUS_WIDTH) {
      const vfloat product = load(x->at + i) * of_y;
      store(to + i, (load(e->at + i) - product) * of_z);
    }
  }
}
