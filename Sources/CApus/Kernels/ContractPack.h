// Blocks of the operands copied so that tiles read them in order: B strip after strip,
// A tile after tile.

/// Columns of C, and the packed block of B under them.
typedef struct panel {
  int64_t column, columns;
  int64_t width;  // columns, rounded up to whole units: the row of a buffer
  float *packed;
  int64_t packed_from;  // first term of k in `packed`; -1 when there is none
} panel;

/// Items cut evenly into `count` pieces, the larger ones first.
typedef struct pieces { int64_t count, size, larger; } pieces;
APUS_INLINE pieces contract_pieces(int64_t items, int64_t most) {
  // Divisions are what small products would spend their time on.
  if (items <= most) return (pieces){.count = 1, .size = items};
  int64_t count = contract_ceiling(items, most), size = items / count;
  return (pieces){.count = count, .size = size, .larger = items - count * size};
}
APUS_INLINE int64_t contract_piece(const pieces *p, int64_t index) { return p->size + (index < p->larger); }

/// The strips of a panel.
APUS_INLINE pieces contract_strips(const panel *q) {
  return contract_pieces(contract_ceiling(q->columns, APUS_WIDTH), TILE_VECTORS);
}

/// Terms `from ..< from + depth` of a panel of B, strip after strip, `row` floats a row.
static void contract_pack_panel(const product *p, const panel *q, int64_t from, int64_t depth, int64_t row, int64_t strip) {
  const pieces strips = contract_strips(q);
  const float *b = p->b + from * p->b_row + q->column * p->b_column;
  if (p->b_column != 1) {
    for (int64_t s = 0, j = 0; s < strips.count; s += 1) {
      const int64_t width = contract_piece(&strips, s) * APUS_WIDTH;
      pack(q->packed + s * strip, row, b + j * p->b_column, p->b_row, p->b_column, depth, contract_minimum(width, q->columns - j));
      j += width;
    }
    return;
  }
  // All of a row at once, as it lies: it is a run of lines.
  const int64_t whole = strips.count - 1, last = contract_piece(&strips, whole) - 1;
  for (int64_t k = 0; k < depth; k += 1, b += p->b_row) {
    const float *at = b;
    float *to = q->packed + k * row;
    for (int64_t s = 0; s < whole; s += 1, to += strip) {
      const int64_t vectors = contract_piece(&strips, s);
      if (vectors == TILE_VECTORS) {
        TILE_UNROLL for (int v = 0; v < TILE_VECTORS; v += 1) store(to + v * APUS_WIDTH, load(at + v * APUS_WIDTH));
      } else {
        for (int64_t v = 0; v < vectors; v += 1) store(to + v * APUS_WIDTH, load(at + v * APUS_WIDTH));
      }
      at += vectors * APUS_WIDTH;
    }
    for (int64_t v = 0; v < last; v += 1) store(to + v * APUS_WIDTH, load(at + v * APUS_WIDTH));
    const int64_t rest = q->columns - (at - b) - last * APUS_WIDTH;
    at += last * APUS_WIDTH, to += last * APUS_WIDTH;
    store(to, rest == APUS_WIDTH ? load(at) : load_head(at, rest));
  }
}

/// to[i] = from[i] for a few floats, as quads of which the last two may overlap.
APUS_INLINE void copy_few(float *to, const float *from, int64_t count) {
  if (count < 4) {
    for (int64_t i = 0; i < count; i += 1) to[i] = from[i];
    return;
  }
  for (int64_t i = 0; i + 4 < count; i += 4) *(vquad_unaligned *)(to + i) = *(const vquad_unaligned *)(from + i);
  *(vquad_unaligned *)(to + count - 4) = *(const vquad_unaligned *)(from + count - 4);
}

/// `tiles` times `height` rows of A, adjacent in memory, of one term.
APUS_INLINE void contract_pack_term(float *to, const float *from, int64_t tiles, int64_t height, int64_t apart) {
  for (int64_t t = 0; t < tiles; t += 1) copy_few(to + t * apart, from + t * height, height);
}

/// Rows of A that follow one another in memory, tile after tile: within one, term after term.
static void contract_pack_tiles(float *to, int64_t a_tile, const float *a, int64_t a_column, int64_t rows, int64_t depth, int64_t most) {
  const pieces heights = contract_pieces(rows, most);
  const int64_t larger = heights.larger, smaller = heights.count - larger, size = heights.size;
  float *rest = to + larger * a_tile;
  for (int64_t k = 0; k < depth; k += 1, a += a_column) {
    float *first = to + k * (size + 1), *second = rest + k * size;
    if (size == 5) {
      contract_pack_term(first, a, larger, 6, a_tile);
      contract_pack_term(second, a + larger * 6, smaller, 5, a_tile);
    } else if (size == 6) {
      contract_pack_term(first, a, larger, 7, a_tile);
      contract_pack_term(second, a + larger * 7, smaller, 6, a_tile);
    } else {
      contract_pack_term(first, a, larger, size + 1, a_tile);
      contract_pack_term(second, a + larger * (size + 1), smaller, size, a_tile);
    }
  }
}
