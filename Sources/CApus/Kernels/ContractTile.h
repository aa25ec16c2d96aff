// Register tiles of the matrix product, and blocks transposed on the way to or
// from memory.

// MARK: - The first lanes of a vector

// Tiles treat their last vector as a partial one, so that no operand is read or
// written past its end. Only in their loops there are two forms: a masked load
// takes the place of a multiply-add on some processors.

#if APUS_WIDTH == 16
typedef __mmask16 vlanes;
APUS_INLINE vlanes first_lanes(int64_t count) { return (vlanes)((1u << count) - 1); }
APUS_INLINE vfloat load_lanes(const float *from, vlanes lanes) { return _mm512_maskz_loadu_ps(lanes, from); }
APUS_INLINE void store_lanes(float *to, vlanes lanes, vfloat value) { _mm512_mask_storeu_ps(to, lanes, value); }
#elif APUS_WIDTH == 8
typedef const int32_t *vlanes;
static const int32_t lane_masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
APUS_INLINE vlanes first_lanes(int64_t count) { return lane_masks + 8 - count; }
APUS_INLINE __m256i lane_mask(vlanes lanes) {
  // The mask is loaded each time: sixteen registers have no room for it beside a tile.
  __asm__ volatile("" : "+r"(lanes));
  return _mm256_loadu_si256((const __m256i_u *)lanes);
}
APUS_INLINE vfloat load_lanes(const float *from, vlanes lanes) { return _mm256_maskload_ps(from, lane_mask(lanes)); }
APUS_INLINE void store_lanes(float *to, vlanes lanes, vfloat value) { store_head(to, value, lane_masks + 8 - lanes); }
#elif defined(APUS_NEON)
typedef int64_t vlanes;
APUS_INLINE vlanes first_lanes(int64_t count) { return count; }
APUS_INLINE vfloat load_lanes(const float *from, vlanes lanes) { return load_head(from, lanes); }
APUS_INLINE void store_lanes(float *to, vlanes lanes, vfloat value) { store_head(to, value, lanes); }
#else
typedef int64_t vlanes;
APUS_INLINE vlanes first_lanes(int64_t count) { return count; }
APUS_INLINE vfloat load_lanes(const float *from, vlanes lanes) {
  if (lanes == APUS_WIDTH) return load(from);
  vfloat value = {from[0], lanes > 1 ? from[1] : 0, lanes > 2 ? from[2] : 0, 0};
  return value;
}
APUS_INLINE void store_lanes(float *to, vlanes lanes, vfloat value) {
  if (lanes == APUS_WIDTH) return store(to, value);
  for (int64_t lane = 0; lane < lanes; lane += 1) to[lane] = value[lane];
}
#endif

// MARK: - Tiles

/// Most vectors of a tile of one row.
enum { TILE_VECTORS_OF_A_ROW = 13 };

/// `rows` rows and some vectors of columns of C, whose last vector has `lanes`
/// columns: C = A B, or with `resume` the chains in C continued, over k terms.
/// The columns of B and of C are adjacent.
#define TILE_PARAMETERS                                                                                     \
  const float *a, int64_t a_row, int64_t a_column, const float *b, int64_t b_row, float *c, int64_t c_row, \
    int64_t k, int64_t lanes, int resume
typedef void (*tile_function)(TILE_PARAMETERS);

/// The sums of a tile.
typedef vfloat tile_sums[CONTRACT_TILE_ROWS][TILE_VECTORS_OF_A_ROW];

APUS_INLINE void tile_load(const int rows, const int vectors, tile_sums sum, const float *c, int64_t c_row, vlanes mask) {
  TILE_UNROLL for (int i = 0; i < rows; i += 1) {
    TILE_UNROLL for (int v = 0; v < vectors; v += 1) {
      const float *from = c + i * c_row + v * APUS_WIDTH;
      sum[i][v] = v < vectors - 1 ? load(from) : load_lanes(from, mask);
    }
  }
}

APUS_INLINE void tile_store(const int rows, const int vectors, tile_sums sum, float *c, int64_t c_row, vlanes mask) {
  const int is_full = APUS_WIDTH == 8 && mask == first_lanes(APUS_WIDTH);
  if (is_full) {
    TILE_UNROLL for (int i = 0; i < rows; i += 1) {
      TILE_UNROLL for (int v = 0; v < vectors; v += 1) store(c + i * c_row + v * APUS_WIDTH, sum[i][v]);
    }
    return;
  }
  TILE_UNROLL for (int i = 0; i < rows; i += 1) {
    TILE_UNROLL for (int v = 0; v < vectors; v += 1) {
      float *to = c + i * c_row + v * APUS_WIDTH;
      if (v < vectors - 1) store(to, sum[i][v]);
      else store_lanes(to, mask, sum[i][v]);
    }
  }
}

/// `k` more terms of every sum. Returns the row of B behind them. Lane by lane
/// (`by_lanes`) A has a number for each column, as B has. `is_full`: all lanes of
/// the last vector are columns.
APUS_INLINE const float *tile_terms(const int rows, const int vectors, const int by_lanes, const int is_full, tile_sums sum,
                                    const float *a, int64_t a_row, int64_t a_column, const float *b, int64_t b_row,
                                    int64_t k, vlanes mask) {
  const int last = vectors - 1;
  vfloat columns[TILE_VECTORS_OF_A_ROW];
  // Every third row has its pointer, and the next two are one and two strides
  // away, which an x86 address can say: more pointers would not fit the registers.
  const int pointers = (rows + 2) / 3;
  const float *row[(CONTRACT_TILE_ROWS + 2) / 3];
  TILE_UNROLL for (int r = 0; r < pointers; r += 1) row[r] = a + 3 * r * a_row;
  // One term a turn: with more, the compiler runs out of vector registers.
  _Pragma("clang loop unroll(disable)") for (; k > 0; k -= 1) {
    columns[last] = is_full ? load(b + last * APUS_WIDTH) : load_lanes(b + last * APUS_WIDTH, mask);
    TILE_UNROLL for (int v = 0; v < last; v += 1) columns[v] = load(b + v * APUS_WIDTH);
    // Of rows that it knows to be evenly spaced the compiler makes one pointer,
    // each step of which waits for the last.
    int64_t apart = a_row;
    __asm__("" : "+r"(apart));
    TILE_UNROLL for (int i = 0; i < rows; i += 1) {
      const float *at = row[i / 3] + (i % 3) * apart;
      TILE_UNROLL for (int v = 0; v < vectors; v += 1) {
        const vfloat factor = !by_lanes                ? splat(*at)
                              : v < last || is_full ? load(at + v * APUS_WIDTH)
                                                    : load_lanes(at + v * APUS_WIDTH, mask);
        sum[i][v] = fused(factor, columns[v], sum[i][v]);
      }
    }
    TILE_UNROLL for (int r = 0; r < pointers; r += 1) row[r] += a_column;
    b += b_row;
  }
  return b;
}

APUS_INLINE void tile(const int rows, const int vectors, TILE_PARAMETERS) {
  const vlanes mask = first_lanes(lanes);
  tile_sums sum;
  TILE_UNROLL for (int i = 0; i < rows; i += 1) {
    TILE_UNROLL for (int v = 0; v < vectors; v += 1) sum[i][v] = (vfloat){};
  }
  if (resume) tile_load(rows, vectors, sum, c, c_row, mask);
  if (lanes == APUS_WIDTH) tile_terms(rows, vectors, 0, 1, sum, a, a_row, a_column, b, b_row, k, mask);
  else tile_terms(rows, vectors, 0, 0, sum, a, a_row, a_column, b, b_row, k, mask);
  tile_store(rows, vectors, sum, c, c_row, mask);
}

// Sums, one row of B and one factor fill the vector registers: 32 of them, or
// 16. With fewer vectors there are more rows, and always sums enough to hide the
// latency of a multiply-add. A single row takes as many columns as it can.
#define TILES_1_TO_6(X, V) X(1, V) X(2, V) X(3, V) X(4, V) X(5, V) X(6, V)
#define TILES_1_TO_9(X, V) TILES_1_TO_6(X, V) X(7, V) X(8, V) X(9, V)
#define TILES_1_TO_12(X, V) TILES_1_TO_9(X, V) X(10, V) X(11, V) X(12, V)
#define TILES_1_TO_14(X, V) TILES_1_TO_12(X, V) X(13, V) X(14, V)
#define TILES_1_TO_16(X, V) TILES_1_TO_14(X, V) X(15, V) X(16, V)
#define TILES_OF_A_ROW(X) X(1, 5) X(1, 6) X(1, 7) X(1, 8) X(1, 9) X(1, 10) X(1, 11) X(1, 12) X(1, 13)

#if APUS_REGISTERS == 32
enum { TILE_VECTORS = 4 };
static const int8_t tile_rows[TILE_VECTORS + 1] = {0, 16, 14, 9, 6};
#define TILES(X) TILES_1_TO_16(X, 1) TILES_1_TO_14(X, 2) TILES_1_TO_9(X, 3) TILES_1_TO_6(X, 4) TILES_OF_A_ROW(X)
#else
enum { TILE_VECTORS = 2 };
static const int8_t tile_rows[TILE_VECTORS + 1] = {0, 12, 6};
#define TILES(X) TILES_1_TO_12(X, 1) TILES_1_TO_6(X, 2) X(1, 3) X(1, 4) TILES_OF_A_ROW(X)
#endif

#define TILE_DEFINITION(R, V) \
  static void tile_##R##x##V(TILE_PARAMETERS) { tile(R, V, a, a_row, a_column, b, b_row, c, c_row, k, lanes, resume); }
TILES(TILE_DEFINITION)

#define TILE_ENTRY(R, V) [V][R] = tile_##R##x##V,
static const tile_function tiles[TILE_VECTORS_OF_A_ROW + 1][CONTRACT_TILE_ROWS + 1] = {TILES(TILE_ENTRY)};

// MARK: - Transposition

typedef float vquad_unaligned __attribute__((vector_size(16), aligned(4), may_alias));

// Interleave the low or the high halves of each 16 bytes, by floats or by pairs.
#if APUS_WIDTH == 16
#define LANES(a, b, c, d) \
  a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12, d + 12
#elif APUS_WIDTH == 8
#define LANES(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define LANES(a, b, c, d) a, b, c, d
#endif
#define INTERLEAVE_LOW(x, y) __builtin_shufflevector(x, y, LANES(0, APUS_WIDTH, 1, APUS_WIDTH + 1))
#define INTERLEAVE_HIGH(x, y) __builtin_shufflevector(x, y, LANES(2, APUS_WIDTH + 2, 3, APUS_WIDTH + 3))
#define PAIRS_LOW(x, y) __builtin_shufflevector(x, y, LANES(0, 1, APUS_WIDTH, APUS_WIDTH + 1))
#define PAIRS_HIGH(x, y) __builtin_shufflevector(x, y, LANES(2, 3, APUS_WIDTH + 2, APUS_WIDTH + 3))

/// Rows i, i + 4, i + 8, ... of `rows` (the first, the fifth, ...), four floats of each side by side.
APUS_INLINE vfloat load_quads(const float *const rows[APUS_WIDTH / 4], int64_t offset) {
  union { vquad_unaligned quads[APUS_WIDTH / 4]; vfloat whole; } value;
  TILE_UNROLL for (int q = 0; q < APUS_WIDTH / 4; q += 1) value.quads[q] = *(const vquad_unaligned *)(rows[q] + offset);
  return value.whole;
}

/// to[j * to_row + i] = from[i * from_row + j], i < APUS_WIDTH, j < columns.
APUS_INLINE void transpose_rows(float *to, int64_t to_row, const float *from, int64_t from_row, int64_t columns) {
  const float *rows[APUS_WIDTH / 4];
  TILE_UNROLL for (int q = 0; q < APUS_WIDTH / 4; q += 1) rows[q] = from + 4 * q * from_row;
  int64_t j = 0;
  for (; j + 4 <= columns; j += 4) {
    vfloat r0 = load_quads(rows, 0), r1 = load_quads(rows, from_row);
    vfloat r2 = load_quads(rows, 2 * from_row), r3 = load_quads(rows, 3 * from_row);
    vfloat low01 = INTERLEAVE_LOW(r0, r1), high01 = INTERLEAVE_HIGH(r0, r1);
    vfloat low23 = INTERLEAVE_LOW(r2, r3), high23 = INTERLEAVE_HIGH(r2, r3);
    store(to, PAIRS_LOW(low01, low23));
    store(to + to_row, PAIRS_HIGH(low01, low23));
    store(to + 2 * to_row, PAIRS_LOW(high01, high23));
    store(to + 3 * to_row, PAIRS_HIGH(high01, high23));
    TILE_UNROLL for (int q = 0; q < APUS_WIDTH / 4; q += 1) rows[q] += 4;
    to += 4 * to_row;
  }
  for (; j < columns; j += 1, to += to_row) {
    for (int64_t i = 0; i < APUS_WIDTH; i += 1) to[i] = from[i * from_row + j];
  }
}

/// to[j * to_row + i] = from[i * from_row + j], i < rows, j < columns.
static void transpose(float *to, int64_t to_row, const float *from, int64_t from_row, int64_t rows, int64_t columns) {
  int64_t i = 0;
  for (; i + APUS_WIDTH <= rows; i += APUS_WIDTH) transpose_rows(to + i, to_row, from + i * from_row, from_row, columns);
  // Fewer rows: four at a time, then one.
  for (; i + 4 <= rows; i += 4) {
    for (int64_t j = 0; j < columns; j += 1) {
      const float *source = from + i * from_row + j;
      vquad_unaligned quad = {source[0], source[from_row], source[2 * from_row], source[3 * from_row]};
      *(vquad_unaligned *)(to + j * to_row + i) = quad;
    }
  }
  for (; i < rows; i += 1) {
    for (int64_t j = 0; j < columns; j += 1) to[j * to_row + i] = from[i * from_row + j];
  }
}

/// to[i * to_row + j] = from[i * from_row + j * from_column], i < rows, j < columns.
static void pack(float *to, int64_t to_row, const float *from, int64_t from_row, int64_t from_column, int64_t rows,
                 int64_t columns) {
  if (from_row == 1 && from_column != 1) return transpose(to, to_row, from, from_column, columns, rows);
  for (int64_t i = 0; i < rows; i += 1, to += to_row, from += from_row) {
    if (from_column == 1) {
      int64_t j = 0;
      for (; j + APUS_WIDTH <= columns; j += APUS_WIDTH) store(to + j, load(from + j));
      if (j < columns) store_head(to + j, load_head(from + j, columns - j), columns - j);
    } else {
      for (int64_t j = 0; j < columns; j += 1) to[j] = from[j * from_column];
    }
  }
}
