// Register tiles of the convolutions: those of the matrix product, with a walk
// through A that jumps after each run of terms.

/// What becomes of the sums in C: they are written over it, continued from it,
/// or added to it.
enum { CONVOLVE_WRITE, CONVOLVE_CONTINUE, CONVOLVE_ADD };

/// The terms of a sum: `outer` times `middle` runs of `depth`. In A they lie
/// `column` apart within a run, and runs begin at multiples of the two steps; in
/// B every term is one row further on.
typedef struct convolution_walk {
  int64_t outer, outer_step, middle, middle_step, depth, column;
} convolution_walk;

#define CONVOLUTION_TILE_PARAMETERS                                                                      \
  const convolution_walk *walk, const float *a, int64_t a_row, const float *b, int64_t b_row, float *c, \
    int64_t c_row, int64_t lanes, int mode
typedef void (*convolution_tile_function)(CONVOLUTION_TILE_PARAMETERS);

/// All terms of the sums.
APUS_INLINE void convolution_terms(const int rows, const int vectors, const int by_lanes, const int is_full, tile_sums sum,
                                   const convolution_walk *walk, const float *a, int64_t a_row, const float *b,
                                   int64_t b_row, vlanes mask) {
  const int64_t depth = walk->depth, column = walk->column;
  for (int64_t outer = 0; outer < walk->outer; outer += 1) {
    const float *from = a + outer * walk->outer_step;
    for (int64_t middle = walk->middle; middle > 0; middle -= 1) {
      b = tile_terms(rows, vectors, by_lanes, is_full, sum, from, a_row, column, b, b_row, depth, mask);
      from += walk->middle_step;
    }
  }
}

APUS_INLINE void convolution_tile(const int rows, const int vectors, const int by_lanes, CONVOLUTION_TILE_PARAMETERS) {
  const vlanes mask = first_lanes(lanes);
  tile_sums sum;
  TILE_UNROLL for (int i = 0; i < rows; i += 1) {
    TILE_UNROLL for (int v = 0; v < vectors; v += 1) sum[i][v] = (vfloat){};
  }
  if (mode == CONVOLVE_CONTINUE) tile_load(rows, vectors, sum, c, c_row, mask);
  if (lanes == APUS_WIDTH) convolution_terms(rows, vectors, by_lanes, 1, sum, walk, a, a_row, b, b_row, mask);
  else convolution_terms(rows, vectors, by_lanes, 0, sum, walk, a, a_row, b, b_row, mask);
  if (mode == CONVOLVE_ADD) {
    tile_sums before;
    tile_load(rows, vectors, before, c, c_row, mask);
    TILE_UNROLL for (int i = 0; i < rows; i += 1) {
      TILE_UNROLL for (int v = 0; v < vectors; v += 1) sum[i][v] = before[i][v] + sum[i][v];
    }
  }
  tile_store(rows, vectors, sum, c, c_row, mask);
}

#if APUS_REGISTERS == 32
#define CONVOLUTION_TILES(X) TILES_1_TO_16(X, 1) TILES_1_TO_14(X, 2) TILES_1_TO_9(X, 3) TILES_1_TO_6(X, 4)
#else
#define CONVOLUTION_TILES(X) TILES_1_TO_12(X, 1) TILES_1_TO_6(X, 2)
#endif

#define CONVOLUTION_TILE_DEFINITION(R, V) \
  static void convolution_tile_##R##x##V(CONVOLUTION_TILE_PARAMETERS) { \
    convolution_tile(R, V, 0, walk, a, a_row, b, b_row, c, c_row, lanes, mode); \
  }
CONVOLUTION_TILES(CONVOLUTION_TILE_DEFINITION)

/// Depthwise: a channel of the images for each column, lane by lane.
#define DEPTHWISE_TILES(X) TILES_1_TO_12(X, 1) TILES_1_TO_6(X, 2)
#define DEPTHWISE_TILE_DEFINITION(R, V) \
  static void depthwise_tile_##R##x##V(CONVOLUTION_TILE_PARAMETERS) { \
    convolution_tile(R, V, 1, walk, a, a_row, b, b_row, c, c_row, lanes, mode); \
  }
DEPTHWISE_TILES(DEPTHWISE_TILE_DEFINITION)

#define CONVOLUTION_TILE_ENTRY(R, V) [V][R] = convolution_tile_##R##x##V,
static const convolution_tile_function convolution_tiles[TILE_VECTORS + 1][CONTRACT_TILE_ROWS + 1] = {
  CONVOLUTION_TILES(CONVOLUTION_TILE_ENTRY)
};
#define DEPTHWISE_TILE_ENTRY(R, V) [V][R] = depthwise_tile_##R##x##V,
static const convolution_tile_function depthwise_tiles[3][13] = {DEPTHWISE_TILES(DEPTHWISE_TILE_ENTRY)};
static const int8_t depthwise_rows[3] = {0, 12, 6};

/// The tiles of a kind of convolution.
typedef struct convolution_kind {
  const convolution_tile_function *tiles;  // by vectors and rows
  int64_t most_rows, most_vectors;
  const int8_t *rows;
  int by_lanes;
} convolution_kind;

APUS_INLINE convolution_kind convolution_find_kind(int64_t inputs, int64_t outputs, int64_t groups) {
  if (groups > 1 && inputs == 1 && outputs == 1) return (convolution_kind){depthwise_tiles[0], 13, 2, depthwise_rows, 1};
  return (convolution_kind){convolution_tiles[0], CONTRACT_TILE_ROWS + 1, TILE_VECTORS, tile_rows, 0};
}
APUS_INLINE convolution_tile_function convolution_find_tile(const convolution_kind *kind, int64_t vectors, int64_t rows) {
  return kind->tiles[vectors * kind->most_rows + rows];
}

/// How many vectors of columns a tile has: what takes the fewest cycles for
/// `rows` rows and `columns` columns. A term takes a cycle for two multiply-adds
/// or two loads, but at least four (the latency), and more than a cycle for each
/// vector of B, which comes from the second-level cache; a tile some besides.
static int64_t convolution_vectors(const convolution_kind *kind, int64_t rows, int64_t columns, int64_t terms) {
  const int64_t vectors = contract_ceiling(columns, APUS_WIDTH);
  int64_t best = 1;
  double fewest = 0;
  for (int64_t most = 1; most <= contract_minimum(vectors, kind->most_vectors); most += 1) {
    const pieces widths = contract_pieces(vectors, most);
    double cycles = 0;
    for (int64_t t = 0; t < widths.count; t += 1) {
      const int64_t width = contract_piece(&widths, t);
      const pieces heights = contract_pieces(rows, kind->rows[width]);
      for (int64_t u = 0; u < heights.count; u += 1) {
        const int64_t height = contract_piece(&heights, u);
        const double sums = 0.5 * (double)(height * width), loads = 0.5 * (double)(height + width);
        const double term = sums > 4 ? sums : 4, reading = contract_larger(loads, 1.5 * (double)width);
        cycles += contract_larger(term, reading) * (double)terms + 3 * sums + 20;
      }
    }
    if (most == 1 || cycles < fewest) best = most, fewest = cycles;
  }
  return best;
}
