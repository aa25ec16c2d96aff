// Matrix products: C = A B in register tiles, each element one ascending chain
// of fused multiply-adds, then the epilogue over what lies in the cache.

#include "ContractPlan.h"
#include "ContractTile.h"

/// Columns of C, and the packed panel of B under them.
typedef struct panel {
  int64_t column, columns;
  int64_t width;  // columns, rounded up to whole units: the row of a packed panel or of a buffer
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

// MARK: - Tiles over a panel

/// Rows `row ..< row + rows` of a panel over the terms `begin ..< begin + depth`.
static void contract_tiles(const product *p, const panel *q, const float *b, int64_t b_row, int64_t row, int64_t rows,
                           int64_t begin, int64_t depth, float *c, int64_t c_row, int resume) {
  int64_t vectors = contract_minimum(contract_ceiling(q->columns, APUS_WIDTH), TILE_VECTORS);
  int64_t most = tile_rows[vectors];
  if (rows == 1) vectors = TILE_VECTORS_OF_A_ROW;
  // Rows 4 KB apart lie in one set of the first-level cache, which has few ways.
  if (p->a_row % 1024 == 0 && p->a_row != 0) most = contract_minimum(most, 9);
  const pieces heights = contract_pieces(rows, most);
  for (int64_t t = 0, i = 0; t < heights.count; t += 1) {
    int64_t height = contract_piece(&heights, t);
    const float *a = p->a + (row + i) * p->a_row + begin * p->a_column;
    for (int64_t j = 0; j < q->columns; j += vectors * APUS_WIDTH) {
      int64_t columns = contract_minimum(vectors * APUS_WIDTH, q->columns - j);
      int64_t last = (columns - 1) / APUS_WIDTH;
      tiles[last + 1][height](a, p->a_row, p->a_column, b + j, b_row, c + i * c_row + j, c_row, depth,
                              columns - last * APUS_WIDTH, resume);
    }
    i += height;
  }
}

/// One chain, `begin ..< end`, of rows of a panel. Between blocks of k the
/// chains rest in c.
static void contract_chain(const product *p, panel *q, int64_t row, int64_t rows, int64_t begin, int64_t end, float *c,
                           int64_t c_row) {
  const pieces depths = contract_pieces(end - begin, CONTRACT_PANEL_DEPTH);  // one even without terms: zeros
  for (int64_t block = 0, from = begin; block < depths.count; block += 1) {
    int64_t depth = contract_piece(&depths, block);
    const float *b = p->b + from * p->b_row + q->column * p->b_column;
    int64_t b_row = p->b_row;
    if (p->packs_b) {
      if (q->packed_from != from) pack(q->packed, q->width, b, p->b_row, p->b_column, depth, q->columns);
      q->packed_from = from;
      b = q->packed, b_row = q->width;
    }
    contract_tiles(p, q, b, b_row, row, rows, from, depth, c, c_row, block > 0);
    from += depth;
  }
}

// MARK: - Results that can't go straight to C

/// sum += addend, over the rows of a panel kept in buffers.
static void contract_merge(float *sum, const float *addend, int64_t count) {
  for (int64_t i = 0; i < count; i += APUS_WIDTH) store(sum + i, load(sum + i) + load(addend + i));
}

/// All chains of rows of a panel, and their tree: a sum waits in `buffers` until
/// its neighbor of the same height is there. The result is in the first buffer.
static void contract_tree(const product *p, panel *q, int64_t row, int64_t rows, float *buffers) {
  int64_t size = contract_buffer_floats(p), chains = contract_chains(p->k);
  int64_t waiting = 0;
  for (int64_t chain = 0; chain < chains; chain += 1) {
    int64_t begin = chain * APUS_CHAIN, end = contract_minimum(begin + APUS_CHAIN, p->k);
    contract_chain(p, q, row, rows, begin, end, buffers + waiting * size, q->width);
    waiting += 1;
    for (int64_t index = chain; waiting > 1 && ((index & 1) || chain + 1 == chains); index >>= 1) {
      waiting -= 1;
      contract_merge(buffers + (waiting - 1) * size, buffers + waiting * size, rows * q->width);
    }
  }
}

/// Rows of a panel from a buffer to C, the way round that C has.
static void contract_write(const product *p, const panel *q, int64_t row, int64_t rows, const float *buffer) {
  if (p->transposed) {
    transpose(p->c + q->column * p->c_row + row, p->c_row, buffer, q->width, rows, q->columns);
  } else {
    pack(p->c + row * p->c_row + q->column, p->c_row, buffer, q->width, 1, rows, q->columns);
  }
}

// MARK: - Regions

/// Rows of a panel, straight to C or a bufferful at a time.
static void contract_panel(const product *p, panel *q, int64_t begin, int64_t end, float *scratch) {
  float *buffers = scratch + contract_panel_floats(p);
  if (contract_buffers(p) == 0) {
    float *c = p->c + begin * p->c_row + q->column;
    return contract_chain(p, q, begin, end - begin, 0, p->k, c, p->c_row);
  }
  int64_t blocks = contract_ceiling(end - begin, CONTRACT_BUFFER_ROWS);
  int64_t step = contract_ceiling(contract_ceiling(end - begin, blocks), CONTRACT_UNIT) * CONTRACT_UNIT;
  for (int64_t row = begin; row < end; row += step) {
    int64_t rows = contract_minimum(step, end - row);
    contract_tree(p, q, row, rows, buffers);
    contract_write(p, q, row, rows, buffers);
  }
}

/// Rows and columns of one product, as it is computed (transposed or not), panel by panel.
static void contract_panels(const product *p, int64_t row_begin, int64_t row_end, int64_t column_begin,
                            int64_t column_end, float *scratch) {
  int64_t units = contract_ceiling(column_end - column_begin, CONTRACT_UNIT);
  // A single row is computed by wide tiles, if they go from B to C directly.
  int64_t most = row_end - row_begin == 1 && !p->packs_b && contract_buffers(p) == 0
                   ? TILE_VECTORS_OF_A_ROW : CONTRACT_PANEL_COLUMNS / CONTRACT_UNIT;
  const pieces widths = contract_pieces(units, most);
  for (int64_t t = 0, column = column_begin; t < widths.count; t += 1) {
    int64_t width = contract_piece(&widths, t) * CONTRACT_UNIT;
    panel q = {
      .column = column,
      .columns = contract_minimum(width, column_end - column),
      .width = width,
      .packed = scratch,
      .packed_from = -1,
    };
    contract_panel(p, &q, row_begin, row_end, scratch);
    column += width;
  }
}

/// The same, with rows of A packed first where the plan says so.
static void contract_region(const product *p, int64_t row_begin, int64_t row_end, int64_t column_begin,
                            int64_t column_end, float *scratch) {
  if (!p->packs_a) return contract_panels(p, row_begin, row_end, column_begin, column_end, scratch);
  float *packed = scratch + contract_panel_floats(p) + contract_buffers(p) * contract_buffer_floats(p);
  const pieces blocks = contract_pieces(row_end - row_begin, contract_packed_rows(p));
  for (int64_t block = 0, row = row_begin; block < blocks.count; block += 1) {
    int64_t rows = contract_piece(&blocks, block);
    product packed_product = *p;
    packed_product.a = packed, packed_product.a_row = p->k, packed_product.a_column = 1;
    packed_product.c += p->transposed ? row : row * p->c_row;
    pack(packed, p->k, p->a + row * p->a_row, p->a_row, p->a_column, rows, p->k);
    contract_panels(&packed_product, 0, rows, column_begin, column_end, scratch);
    row += rows;
  }
}

/// Rows and columns of one matrix of the batch, with the epilogue: block by
/// block, so that it finds them in the cache, and in wide blocks, because it
/// runs row by row.
static void contract_item(const apus_contract *x, const product *p, int64_t item, int64_t row_begin, int64_t row_end,
                          int64_t column_begin, int64_t column_end, float *scratch) {
  if (x->epilogue == NULL) return contract_region(p, row_begin, row_end, column_begin, column_end, scratch);
  enum { BLOCK_ROWS = 256, BLOCK_FLOATS = 64 * 1024, LEAST_ROWS = 64 };
  // From here on, rows and columns of C.
  if (p->transposed) {
    int64_t begin = row_begin, end = row_end;
    row_begin = column_begin, row_end = column_end;
    column_begin = begin, column_end = end;
  }
  int64_t height = contract_minimum(row_end - row_begin, BLOCK_ROWS), width = column_end - column_begin;
  if (x->epilogue->has_row_steps) {
    int64_t fit = BLOCK_FLOATS / width / CONTRACT_PANEL_COLUMNS * CONTRACT_PANEL_COLUMNS;
    height = contract_minimum(height, fit > 0 ? fit : CONTRACT_PANEL_COLUMNS);
  } else {
    // Whole rows follow one another: strips of them need no copying on the way in and out.
    if (width > BLOCK_FLOATS / height && width <= BLOCK_FLOATS / LEAST_ROWS) {
      height = BLOCK_FLOATS / width;
    } else {
      int64_t fit = BLOCK_FLOATS / height / CONTRACT_PANEL_COLUMNS * CONTRACT_PANEL_COLUMNS;
      width = contract_minimum(width, fit);
    }
  }
  for (int64_t row = row_begin; row < row_end; row += height) {
    int64_t row_next = contract_minimum(row + height, row_end);
    for (int64_t column = column_begin; column < column_end; column += width) {
      int64_t column_next = contract_minimum(column + width, column_end);
      if (p->transposed) contract_region(p, column, column_next, row, row_next, scratch);
      else contract_region(p, row, row_next, column, column_next, scratch);
      program_region(x->epilogue, item * x->m + row, item * x->m + row_next, column, column_next);
    }
  }
}

// MARK: - The kernel

/// A small product, one column of tiles, with the rows of B at `b`.
APUS_INLINE void contract_few_tiles(const apus_contract *x, const float *b, int64_t b_row) {
  int64_t last = (x->n - 1) / APUS_WIDTH, lanes = x->n - last * APUS_WIDTH;
  for (int64_t i = 0; i < x->m;) {
    int64_t rows = contract_minimum(x->m - i, tile_rows[last + 1]);
    tiles[last + 1][rows](x->a + i * x->a_row, x->a_row, x->a_column, b, b_row, x->c + i * x->c_row, x->c_row, x->k,
                          lanes, 0);
    i += rows;
  }
}

/// Most numbers of a B that is copied to have its columns adjacent.
#define CONTRACT_FEW_NUMBERS 256

/// The same where the columns of B are not adjacent.
static __attribute__((noinline)) void contract_few_packed(const apus_contract *x) {
  float packed[CONTRACT_FEW_NUMBERS], *to = packed;
  APUS_SHORT_LOOP
  for (int64_t i = 0; i < x->k; i++) {
    APUS_SHORT_LOOP
    for (int64_t j = 0; j < x->n; j++) *to++ = x->b[i * x->b_row + j * x->b_column];
  }
  contract_few_tiles(x, packed, x->n);
}

/// Small products: no plan. False where the operands don't suit it.
static int contract_tiny(const apus_contract *x, int32_t part) {
  enum { TERMS = 1024 };
  if (x->n > TILE_VECTORS * APUS_WIDTH || x->m > TERMS || x->k > TERMS || x->m * x->k > TERMS) return 0;
  const int packs = x->b_column != 1 && x->n != 1;
  if (x->batch != 1 || (packs && x->k * x->n > CONTRACT_FEW_NUMBERS)) return 0;
  if (part > 0) return 1;
  if (packs) contract_few_packed(x);
  else contract_few_tiles(x, x->b, x->b_row);
  if (x->epilogue != NULL) program_region(x->epilogue, 0, x->m, 0, x->n);
  return 1;
}

static void contract_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_contract *x = arguments;
  if (x->m <= 0 || x->n <= 0 || x->batch <= 0) return;
  if (contract_tiny(x, part)) return;
  product p = contract_orient(x);
  // Tiles whose rows of B are up to four whole lines read it as fast from where it lies.
  if (APUS_WIDTH == CONTRACT_UNIT && p.may_read_b) p.packs_b = 0;
  int whole_rows = x->epilogue != NULL && x->epilogue->has_row_steps;
  contract_share share = contract_cut(&p, x->batch, whole_rows, part, parts);
  int64_t units = share.by_rows ? p.m : contract_ceiling(p.n, CONTRACT_UNIT);
  const float *a = p.a, *b = p.b;
  float *scratch = x->scratch + part * x->scratch_stride;
  for (int64_t unit = share.begin; unit < share.end;) {
    int64_t item = unit < units ? 0 : unit / units, begin = unit - item * units;
    int64_t end = contract_minimum(units, begin + share.end - unit);
    p.a = a + item * p.a_batch;
    p.b = b + item * p.b_batch;
    p.c = x->c + item * x->c_batch;
    if (share.by_rows) contract_item(x, &p, item, begin, end, 0, p.n, scratch);
    else contract_item(x, &p, item, 0, p.m, begin * CONTRACT_UNIT, contract_minimum(end * CONTRACT_UNIT, p.n), scratch);
    unit += end - begin;
  }
}
