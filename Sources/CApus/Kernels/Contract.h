// Matrix products: C = A B in register tiles, each element one ascending chain
// of fused multiply-adds, then the epilogue over what lies in the cache.

#include "ContractPlan.h"
#include "ContractTile.h"
#include "ContractPack.h"

// MARK: - Tiles over a panel

/// What tiles read: A, row by row or with the rows of each tile side by side, and B as
/// it lies or strip after strip.
typedef struct factors {
  const float *a;
  int64_t a_row, a_column, a_tile;  // a_tile: where the rows of a tile lie side by side, floats to the next tile
  int64_t most_rows;  // of a tile; 0 where the registers alone decide
  const float *b;
  int64_t b_row, b_strip;  // floats to the next row, and where strips are packed, to the next strip
  /// Rows of B that will be packed next, fetched while the tiles work: `lines` a row,
  /// some with each tile.
  const float *next;
  int64_t next_row, next_rows, lines, line, with_each;
} factors;

/// The next few lines.
APUS_INLINE void factors_fetch(factors *f) {
  for (int64_t count = f->with_each; count > 0 && f->next_rows > 0; count -= 1) {
    __builtin_prefetch(f->next + f->line * CONTRACT_UNIT, 0, 2);
    f->line += 1;
    if (f->line == f->lines) f->line = 0, f->next += f->next_row, f->next_rows -= 1;
  }
}

/// Strips of B that `held` floats have room for.
APUS_INLINE int64_t contract_together(int64_t held, int64_t depth) {
  const int64_t floats = depth * TILE_VECTORS * APUS_WIDTH;
  return floats <= 0 || held / floats < 1 ? 1 : held / floats;
}

/// `rows` rows of `columns` columns over `depth` terms. As many strips as `held` floats
/// have room for stay in the cache while the rows pass over them.
static void contract_tiles(factors *f, int64_t rows, int64_t columns, int64_t depth, float *c, int64_t c_row,
                           int resume, int64_t held) {
  const pieces strips = contract_pieces(contract_ceiling(columns, APUS_WIDTH),
                                        rows == 1 && f->b_strip == 0 ? TILE_VECTORS_OF_A_ROW : TILE_VECTORS);
  const int64_t most = rows == 1 ? 1 : tile_rows[contract_piece(&strips, 0)];
  const pieces heights = contract_pieces(rows, f->most_rows > 0 ? contract_minimum(most, f->most_rows) : most);
  const int64_t together = heights.count == 1 ? strips.count : contract_together(held, depth);
  for (int64_t first = 0, column = 0; first < strips.count; first += together) {
    const int64_t end = contract_minimum(first + together, strips.count);
    int64_t next = column;
    for (int64_t t = 0, i = 0; t < heights.count; t += 1) {
      const int64_t height = contract_piece(&heights, t);
      const float *a = f->a + (f->a_tile > 0 ? t * f->a_tile : i * f->a_row);
      const int64_t a_column = f->a_tile > 0 ? height : f->a_column;
      next = column;
      for (int64_t s = first; s < end; s += 1) {
        const int64_t vectors = contract_piece(&strips, s), width = vectors * APUS_WIDTH;
        const int64_t lanes = contract_minimum(width, columns - next) - (vectors - 1) * APUS_WIDTH;
        const float *b = f->b + (f->b_strip == 0 ? next : s * f->b_strip);
        tiles[vectors][height](a, f->a_row, a_column, b, f->b_row, c + i * c_row + next, c_row, depth, lanes, resume);
        next += width;
        if (f->next_rows > 0) factors_fetch(f);
      }
      i += height;
    }
    column = next;
  }
}

/// Has the rows of B that come next fetched while `rows` rows are computed.
static void contract_expect(const product *p, const panel *q, factors *f, int64_t from, int64_t depth, int64_t rows) {
  if (!p->fetches || p->b_column != 1 || rows < 2 * CONTRACT_UNIT) return;
  f->next = p->b + from * p->b_row + q->column, f->next_row = p->b_row, f->next_rows = depth;
  f->lines = contract_ceiling(q->columns, CONTRACT_UNIT);
  const pieces strips = contract_strips(q);
  f->with_each = contract_ceiling(depth * f->lines, strips.count * contract_ceiling(rows, tile_rows[contract_piece(&strips, 0)]));
}

/// One chain, `begin ..< end`, of rows of a panel. Between blocks of k the
/// chains rest in c.
static void contract_chain(const product *p, panel *q, int64_t row, int64_t rows, int64_t begin, int64_t end, float *c,
                           int64_t c_row, float *packed_rows) {
  const pieces depths = contract_pieces(end - begin, p->depth);  // one even without terms: zeros
  for (int64_t block = 0, from = begin; block < depths.count; block += 1) {
    const int64_t depth = contract_piece(&depths, block);
    factors f = {.b = p->b + from * p->b_row + q->column, .b_row = p->b_row};
    const int64_t widest = contract_minimum(contract_ceiling(q->columns, APUS_WIDTH), TILE_VECTORS);
    if (p->packs_b) {
      f.b = q->packed, f.b_row = widest * APUS_WIDTH, f.b_strip = contract_apart(depth * f.b_row);
      if (q->packed_from != from) contract_pack_panel(p, q, from, depth, f.b_row, f.b_strip);
      q->packed_from = from;
    }
    if (block + 1 < depths.count) contract_expect(p, q, &f, from + depth, contract_piece(&depths, block + 1), rows);
    const pieces blocks = contract_pieces(rows, p->rows);
    for (int64_t t = 0, i = 0; t < blocks.count; t += 1) {
      const int64_t together = contract_piece(&blocks, t);
      f.a = p->a + (row + i) * p->a_row + from * p->a_column, f.a_row = p->a_row, f.a_column = p->a_column;
      f.most_rows = p->most_rows;
      if (p->packs_a) {
        if (p->a_row == 1) {
          f.a_row = 1, f.a_tile = contract_apart(tile_rows[widest] * depth);
          contract_pack_tiles(packed_rows, f.a_tile, f.a, p->a_column, together, depth, tile_rows[widest]);
        } else {
          f.a_row = contract_apart(depth), f.a_column = 1;
          pack(packed_rows, f.a_row, f.a, p->a_row, p->a_column, together, depth);
        }
        f.a = packed_rows, f.most_rows = 0;
      }
      contract_tiles(&f, together, q->columns, depth, c + i * c_row, c_row, block > 0, p->held);
      i += together;
    }
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
static void contract_tree(const product *p, panel *q, int64_t row, int64_t rows, float *buffers, float *packed_rows) {
  int64_t size = contract_buffer_floats(p), chains = contract_chains(p->k);
  int64_t waiting = 0;
  for (int64_t chain = 0; chain < chains; chain += 1) {
    int64_t begin = chain * APUS_CHAIN, end = contract_minimum(begin + APUS_CHAIN, p->k);
    contract_chain(p, q, row, rows, begin, end, buffers + waiting * size, q->width, packed_rows);
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
  float *packed_rows = buffers + contract_buffers(p) * contract_buffer_floats(p);
  if (contract_buffers(p) == 0) {
    float *c = p->c + begin * p->c_row + q->column;
    return contract_chain(p, q, begin, end - begin, 0, p->k, c, p->c_row, packed_rows);
  }
  const pieces blocks = contract_pieces(end - begin, p->buffer_rows);
  for (int64_t t = 0, row = begin; t < blocks.count; t += 1) {
    const int64_t rows = contract_piece(&blocks, t);
    contract_tree(p, q, row, rows, buffers, packed_rows);
    contract_write(p, q, row, rows, buffers);
    row += rows;
  }
}

/// Rows and columns of one product, as it is computed (transposed or not), panel by panel.
static void contract_region(const product *p, int64_t row_begin, int64_t row_end, int64_t column_begin,
                            int64_t column_end, float *scratch) {
  const int64_t units = contract_ceiling(column_end - column_begin, CONTRACT_UNIT);
  const pieces widths = contract_pieces(units, p->columns / CONTRACT_UNIT);
  for (int64_t t = 0, column = column_begin; t < widths.count; t += 1) {
    const int64_t width = contract_piece(&widths, t) * CONTRACT_UNIT;
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
    int64_t fit = BLOCK_FLOATS / width / CONTRACT_WIDEST_STRIP * CONTRACT_WIDEST_STRIP;
    height = contract_minimum(height, fit > 0 ? fit : CONTRACT_WIDEST_STRIP);
  } else {
    // Whole rows follow one another: strips of them need no copying on the way in and out.
    // But B would be packed for each block of rows.
    if (!p->packs_b && width > BLOCK_FLOATS / height && width <= BLOCK_FLOATS / LEAST_ROWS) {
      height = BLOCK_FLOATS / width;
    } else {
      int64_t fit = BLOCK_FLOATS / height / CONTRACT_WIDEST_STRIP * CONTRACT_WIDEST_STRIP;
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
  product p = x->plan;
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
