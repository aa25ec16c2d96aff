// How a matrix product is laid out: which way round it is computed, whether an
// operand is packed, and what each part gets. Plain integers, the same for
// every instruction set, so that scratch can be sized before one is chosen.
// None of it changes a bit of the result.

#ifndef APUS_CONTRACT_PLAN_H
#define APUS_CONTRACT_PLAN_H

#include <stdint.h>

#include "../include/CApus.h"

enum {
  /// Columns are dealt out in units of 64 bytes.
  CONTRACT_UNIT = 16,
  /// Most columns of a packed panel of B, and most terms of k that it holds:
  /// at 256 KB it stays in the second-level cache under the tiles that reuse it.
  CONTRACT_PANEL_COLUMNS = 64,
  CONTRACT_PANEL_DEPTH = 1024,
  /// Most rows computed beside C (a multiple of CONTRACT_UNIT): chains that
  /// wait for the tree, and results that have yet to be transposed.
  CONTRACT_BUFFER_ROWS = 96,
  /// Most floats of packed rows of A.
  CONTRACT_ROWS_FLOATS = 96 * 1024,
  /// Most rows of a register tile.
  CONTRACT_TILE_ROWS = 16,
};

/// A product as it is computed. Where the result is computed transposed
/// (C^T = B^T A^T), `a` is the caller's b and `b` the caller's a.
typedef struct product {
  const float *a, *b;
  float *c;
  int64_t m, n, k;
  int64_t a_row, a_column, b_row, b_column;
  int64_t c_row;  // the caller's, whichever way round
  int64_t a_batch, b_batch;
  int transposed;
  int packs_a, packs_b;
  int may_read_b;  // packs_b helps only tiles whose rows of B are a single line
} product;

static inline int64_t contract_minimum(int64_t x, int64_t y) { return x < y ? x : y; }
static inline double contract_larger(double x, double y) { return x > y ? x : y; }
static inline int64_t contract_ceiling(int64_t x, int64_t unit) { return (x + unit - 1) / unit; }

/// Cycles to pack `count` floats of B before the tiles of `rows` rows read them.
/// Floats that follow one another are transposed about five a cycle; floats that
/// lie apart are copied one a cycle. Where rows go to a buffer first, a panel
/// deeper than the scratch is packed again for each bufferful.
static inline double contract_packing(int64_t row, int64_t column, double count, int64_t rows, int64_t k, int buffered) {
  int64_t times = buffered && k > CONTRACT_PANEL_DEPTH ? contract_ceiling(rows, CONTRACT_BUFFER_ROWS) : 1;
  return column == 1 ? 0 : count * (row == 1 ? 0.2 : 1) * (double)times;
}

/// The product in the order that should take fewer cycles: two vector
/// multiply-adds a cycle, besides packing what can't be read as it lies. So
/// dY W^T transposes dY instead of the larger W, and a product with few columns
/// puts its rows into the vectors.
static inline product contract_orient(const apus_contract *x) {
  double m = (double)x->m, n = (double)x->n, k = (double)x->k;
  int64_t a_row = x->m == 1 ? 1 : x->a_row, b_column = x->n == 1 ? 1 : x->b_column;
  double straight = 0.5 * m * k * (double)contract_ceiling(x->n, CONTRACT_UNIT)
                    + contract_packing(x->b_row, b_column, k * n, x->m, x->k, x->k > APUS_CHAIN);
  double transposed = 0.5 * n * k * (double)contract_ceiling(x->m, CONTRACT_UNIT)
                      + contract_packing(x->a_column, a_row, m * k, x->n, x->k, 1) + 0.2 * m * n;
  product p;
  p.c = x->c;
  p.c_row = x->c_row;
  p.k = x->k;
  p.transposed = x->k > 0 && transposed < straight;
  if (p.transposed) {
    p.m = x->n, p.n = x->m;
    p.a = x->b, p.a_row = b_column, p.a_column = x->b_row, p.a_batch = x->b_batch;
    p.b = x->a, p.b_row = x->a_column, p.b_column = a_row, p.b_batch = x->a_batch;
  } else {
    p.m = x->m, p.n = x->n;
    p.a = x->a, p.a_row = a_row, p.a_column = x->a_column, p.a_batch = x->a_batch;
    p.b = x->b, p.b_row = x->b_row, p.b_column = b_column, p.b_batch = x->b_batch;
  }
  // A large B is worth copying even where it can be read as it lies: panels
  // spare the address translation and, where rows lie a multiple of 2 KB apart,
  // the few sets of the caches that those would share.
  int large = p.m >= 512 && p.n >= 512, apart = p.b_row % 512 == 0 && p.m >= 64 && p.k >= 512;
  p.packs_b = p.b_column != 1 || large || apart;
  p.may_read_b = p.b_column == 1 && !large && !apart && p.k < 1024;
  // Columns of A a multiple of 2 KB apart share a few sets of both caches.
  p.packs_a = p.a_column != 1 && p.a_column % 512 == 0 && p.k >= 64 && p.k <= 4096 && p.n > CONTRACT_PANEL_COLUMNS;
  return p;
}

/// Chains of one element of C.
static inline int64_t contract_chains(int64_t k) { return contract_ceiling(k, APUS_CHAIN); }

/// Most chains' sums that wait for the tree at once, each of them
/// CONTRACT_BUFFER_ROWS rows of a panel; 0 where tiles write to C itself.
static inline int64_t contract_buffers(const product *p) {
  int64_t chains = contract_chains(p->k), bits = 0;
  while ((chains - 1) >> bits > 0) bits += 1;
  return chains > 1 ? bits + 1 : p->transposed;
}

/// The sizes of the areas of a part's scratch, in floats, in the order in which
/// they lie there: a packed panel of B, the buffers, packed rows of A.
static inline int64_t contract_panel_columns(const product *p) {
  return contract_minimum(contract_ceiling(p->n, CONTRACT_UNIT) * CONTRACT_UNIT, CONTRACT_PANEL_COLUMNS);
}
static inline int64_t contract_panel_floats(const product *p) {
  return p->packs_b ? contract_minimum(p->k, CONTRACT_PANEL_DEPTH) * contract_panel_columns(p) : 0;
}
static inline int64_t contract_buffer_floats(const product *p) {
  int64_t rows = contract_minimum(contract_ceiling(p->m, CONTRACT_UNIT) * CONTRACT_UNIT, CONTRACT_BUFFER_ROWS);
  return rows * contract_panel_columns(p);
}
static inline int64_t contract_packed_rows(const product *p) { return CONTRACT_ROWS_FLOATS / p->k; }
static inline int64_t contract_rows_floats(const product *p) { return p->packs_a ? contract_packed_rows(p) * p->k : 0; }

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
