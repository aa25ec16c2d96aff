// How a matrix product is laid out: which way round it is computed, whether an
// operand is packed, and what each part gets. Plain integers, which depend on
// the instruction set by nothing but the columns of its widest tile, so that
// scratch can be sized for all of them.
// None of it changes a bit of the result.

#ifndef APUS_CONTRACT_PLAN_H
#define APUS_CONTRACT_PLAN_H

#include <stdint.h>

#include "../include/CApus.h"
#include "Caches.h"

enum {
  /// Columns are dealt out in units of 64 bytes.
  CONTRACT_UNIT = 16,
  /// Columns of a tile, which are read together: the fewest and the most of all
  /// instruction sets.
  CONTRACT_NARROWEST_STRIP = 8,
  CONTRACT_WIDEST_STRIP = 64,
  /// Fewest and most terms of k between two visits to C.
  CONTRACT_LEAST_DEPTH = 64,
  CONTRACT_MOST_DEPTH = 1024,
  /// Most columns of a panel that is not packed and whose rows wait beside C: chains
  /// that wait for the tree, and results that have yet to be transposed.
  CONTRACT_BUFFER_COLUMNS = 128,
  /// Most rows of a register tile, and the fewest that it is made lower to.
  CONTRACT_TILE_ROWS = 16,
  CONTRACT_LEAST_TILE_ROWS = 6,
};

// What a plan takes for granted about the machine, measured on Zen 5: cycles for a
// float, unless it says otherwise.

/// Floats that follow one another are transposed about five a cycle.
#define CONTRACT_TRANSPOSE_CYCLES 0.2
/// Floats that lie apart are copied one a cycle.
#define CONTRACT_GATHER_CYCLES 1.0
/// Vector multiply-adds, for a vector of CONTRACT_UNIT.
#define CONTRACT_MULTIPLY_CYCLES 0.5
/// Parts of the second-level cache: a wide strip of B, packed rows of A, rows beside C.
#define CONTRACT_STRIP_SHARE 4
#define CONTRACT_ROWS_SHARE 4
#define CONTRACT_BUFFER_SHARE 4
/// Parts of the first-level cache: strips of B that stay there, and lines of A.
#define CONTRACT_HELD_SHARE 2
#define CONTRACT_LINES_SHARE 3
/// Ways of the first-level cache that rows of A leave to what else a tile reads.
#define CONTRACT_OTHER_WAYS 3
/// Second-level caches that a packed panel of B takes: under packed rows of A, which
/// would be packed again for the next panel, more than there is room for, since each
/// strip is read once for many rows.
#define CONTRACT_PANEL_CACHES 0.5
#define CONTRACT_LARGE_PANEL_CACHES 2
/// Fewest rows for which it pays to copy a B whose rows collide in the caches, and
/// fewest strips for which it pays to copy an A.
#define CONTRACT_WORTH_ROWS 48
#define CONTRACT_WORTH_STRIPS 4

typedef apus_contract_plan product;

static inline int64_t contract_minimum(int64_t x, int64_t y) { return x < y ? x : y; }
/// x, but at least `least` and at most `most`, which wins.
static inline int64_t contract_within(int64_t x, int64_t least, int64_t most) {
  return contract_minimum(x < least ? least : x, most);
}
static inline int64_t contract_some(int64_t x) { return x < 1 ? 1 : x; }
static inline double contract_larger(double x, double y) { return x > y ? x : y; }
static inline int64_t contract_ceiling(int64_t x, int64_t unit) { return (x + unit - 1) / unit; }

/// Cycles to pack `count` floats of B before the tiles read them.
static inline double contract_packing(int64_t row, int64_t column, double count) {
  return column == 1 ? 0 : count * (row == 1 ? CONTRACT_TRANSPOSE_CYCLES : CONTRACT_GATHER_CYCLES);
}

/// Chains of one element of C.
static inline int64_t contract_chains(int64_t k) { return contract_ceiling(k, APUS_CHAIN); }

/// Most chains' sums that wait for the tree at once, each of them the buffer's rows
/// of a panel; 0 where tiles write to C itself.
static inline int64_t contract_buffers(const product *p) {
  int64_t chains = contract_chains(p->k), bits = 0;
  while ((chains - 1) >> bits > 0) bits += 1;
  return chains > 1 ? bits + 1 : p->transposed;
}

/// The product in the order that should take fewer cycles: besides the multiply-adds,
/// packing what can't be read as it lies. So dY W^T transposes dY instead of the larger
/// W, and a product with few columns puts its rows into the vectors.
static inline product contract_orient(const apus_contract *x) {
  const double m = (double)x->m, n = (double)x->n, k = (double)x->k;
  const int64_t a_row = x->m == 1 ? 1 : x->a_row, b_column = x->n == 1 ? 1 : x->b_column;
  const double straight = CONTRACT_MULTIPLY_CYCLES * m * k * (double)contract_ceiling(x->n, CONTRACT_UNIT)
                          + contract_packing(x->b_row, b_column, k * n);
  const double transposed = CONTRACT_MULTIPLY_CYCLES * n * k * (double)contract_ceiling(x->m, CONTRACT_UNIT)
                            + contract_packing(x->a_column, a_row, m * k) + CONTRACT_TRANSPOSE_CYCLES * m * n;
  product p = {.c = x->c, .c_row = x->c_row, .k = x->k, .transposed = x->k > 0 && transposed < straight};
  if (p.transposed) {
    p.m = x->n, p.n = x->m;
    p.a = x->b, p.a_row = b_column, p.a_column = x->b_row, p.a_batch = x->b_batch;
    p.b = x->a, p.b_row = x->a_column, p.b_column = a_row, p.b_batch = x->a_batch;
  } else {
    p.m = x->m, p.n = x->n;
    p.a = x->a, p.a_row = a_row, p.a_column = x->a_column, p.a_batch = x->a_batch;
    p.b = x->b, p.b_row = x->b_row, p.b_column = b_column, p.b_batch = x->b_batch;
  }
  return p;
}

/// Most rows of a tile: rows a multiple of 4 KB apart lie in one set of the first-level
/// cache, where B needs room too.
static inline int64_t contract_most_rows(const apus_caches *caches, int64_t row) {
  if (row == 0 || apus_cache_lines(&caches->first, row) > caches->first.ways) return CONTRACT_TILE_ROWS;
  return contract_within(caches->first.ways - CONTRACT_OTHER_WAYS, CONTRACT_LEAST_TILE_ROWS, CONTRACT_TILE_ROWS);
}

/// The product's plan for tiles of `strip` columns. Of a product without rows, columns or terms it divides by no zero.
static inline product contract_plan(const apus_contract *x, int64_t strip) {
  const apus_caches *caches = apus_caches_of(x->caches);
  const int64_t second = caches->second.bytes / 4;  // floats
  product p = contract_orient(x);
  p.strip = strip;
  const int64_t columns = contract_ceiling(p.n, CONTRACT_UNIT) * CONTRACT_UNIT;
  // A wide strip streams from the second-level cache under rows that lie in the first;
  // a narrow one stays in the first while the rows stream. Down a column of A each term
  // is in another line, which should still be there for the next tile.
  const int64_t wide = second / CONTRACT_STRIP_SHARE / CONTRACT_WIDEST_STRIP;
  const int64_t narrow = caches->first.bytes / 4 / CONTRACT_HELD_SHARE / CONTRACT_UNIT;
  const int64_t lines = caches->first.bytes / APUS_LINE / CONTRACT_LINES_SHARE;
  const int64_t depth = p.a_column != 1 ? lines : strip < CONTRACT_WIDEST_STRIP ? narrow : wide;
  p.depth = contract_within(depth, CONTRACT_LEAST_DEPTH, contract_minimum(p.k, CONTRACT_MOST_DEPTH));
  // Of a single row each number of B is read once.
  if (p.m == 1 && p.b_column == 1) p.depth = p.k;
  p.held = caches->first.bytes / 4 / CONTRACT_HELD_SHARE;
  p.most_rows = contract_most_rows(caches, p.a_row);
  // A large B is worth copying even where it can be read as it lies: panels spare the
  // address translation.
  const int large = p.m >= 512 && p.n >= 512;
  const int collides_b = p.m >= CONTRACT_WORTH_ROWS && apus_cache_lines(&caches->second, p.b_row) < 2 * p.depth;
  p.packs_b = p.b_column != 1 || large || collides_b;
  // Down a column of A each term is in another line, which serves the next tiles too.
  const int collides_a = p.a_column != 1 && 4 * apus_cache_lines(&caches->first, p.a_column) < p.depth;
  p.packs_a = collides_a && p.n >= CONTRACT_WORTH_STRIPS * strip;
  const double caches_used = p.packs_a ? CONTRACT_LARGE_PANEL_CACHES : CONTRACT_PANEL_CACHES;
  const int64_t panel = (int64_t)(caches_used * (double)second) / contract_some(p.depth) / CONTRACT_WIDEST_STRIP * CONTRACT_WIDEST_STRIP;
  p.columns = columns;
  if (p.packs_b) p.columns = contract_within(panel, CONTRACT_WIDEST_STRIP, columns);
  else if (contract_buffers(&p) > 0) p.columns = contract_minimum(columns, CONTRACT_BUFFER_COLUMNS);
  p.fetches = p.m <= 256 && p.k * p.n > 8 * second && 2 * p.depth * p.columns <= second / 4 * 3;
  const int64_t rows = second / CONTRACT_ROWS_SHARE / contract_some(p.depth) / CONTRACT_UNIT * CONTRACT_UNIT;
  p.rows = contract_within(rows, 2 * CONTRACT_UNIT, contract_ceiling(p.m, CONTRACT_UNIT) * CONTRACT_UNIT);
  const int64_t waiting = second / CONTRACT_BUFFER_SHARE / contract_some(p.columns) / CONTRACT_UNIT * CONTRACT_UNIT;
  p.buffer_rows = contract_within(waiting, 2 * CONTRACT_UNIT, contract_ceiling(p.m, CONTRACT_UNIT) * CONTRACT_UNIT);
  return p;
}

/// `floats`, and some more to a row of them, so that the next begins in another set of
/// the cache: an odd number of lines.
static inline int64_t contract_apart(int64_t floats) { return (contract_ceiling(floats, CONTRACT_UNIT) | 1) * CONTRACT_UNIT; }

/// The sizes of the areas of a part's scratch, in floats, in the order in which
/// they lie there: a packed panel of B, the buffers, packed rows of A.
static inline int64_t contract_panel_floats(const product *p) {
  const int64_t strip = contract_minimum(p->strip, p->columns);
  return p->packs_b ? contract_ceiling(p->columns, strip) * contract_apart(p->depth * strip) : 0;
}
static inline int64_t contract_buffer_floats(const product *p) { return p->buffer_rows * p->columns; }
static inline int64_t contract_rows_floats(const product *p) {
  // The last tile may be lower than those before it; behind each lie up to two lines.
  return p->packs_a ? (p->rows + CONTRACT_TILE_ROWS) * (p->depth + 2 * CONTRACT_UNIT) : 0;
}

/// What one part computes: units `begin ..< end` of batch * (m rows or n / 16
/// groups of columns), each matrix of the batch in turn.
typedef struct contract_share {
  int64_t begin, end;
  int by_rows;
} contract_share;

/// Cuts the direction that loses less to rounding. If both are even: rows of C
/// in a transposed product, whose parts then pack and write what no other does;
/// else the longer one, so that the larger operand is read once. Whole rows of C
/// where asked.
static inline contract_share contract_cut(const product *p, int64_t batch, int whole_rows, int32_t part, int32_t parts) {
  if (parts == 1) return (contract_share){.begin = 0, .end = batch * p->m, .by_rows = 1};
  int64_t groups = contract_ceiling(p->n, CONTRACT_UNIT);
  double by_rows = (double)contract_ceiling(batch * p->m, parts) * (double)groups;
  double by_columns = (double)contract_ceiling(batch * groups, parts) * (double)p->m;
  contract_share share;
  share.by_rows = by_rows < by_columns || (by_rows == by_columns && !p->transposed && p->m > p->n);
  if (whole_rows) share.by_rows = !p->transposed;
  int64_t units = batch * (share.by_rows ? p->m : groups);
  // Fewer than four rows would read all of B for little work.
  int64_t most = share.by_rows ? contract_ceiling(units, 4) : units;
  int64_t used = contract_minimum(parts, most);
  share.begin = part < used ? units * part / used : units;
  share.end = part < used ? units * (part + 1) / used : units;
  return share;
}

#endif
