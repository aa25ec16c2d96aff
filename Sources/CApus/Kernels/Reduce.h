// Reductions in a fixed order: sixteen virtual lanes whatever the vector width,
// a tree over them, and a tree over blocks of APUS_CHAIN elements, or down a
// column of APUS_COLUMN_CHAIN.

/// The sixteen lanes: one vector of AVX-512, two of AVX2, four of NEON or SSE.
typedef float sixteen __attribute__((vector_size(64)));
typedef int32_t sixteen_int __attribute__((vector_size(64)));
typedef uint32_t sixteen_uint __attribute__((vector_size(64)));
typedef float sixteen_unaligned __attribute__((vector_size(64), aligned(4), may_alias));

APUS_INLINE sixteen load_sixteen(const float *from) { return *(const sixteen_unaligned *)from; }
APUS_INLINE void store_sixteen(float *to, sixteen value) { *(sixteen_unaligned *)to = value; }

/// The first `count` lanes (0 ... 16), then zeros.
APUS_INLINE sixteen load_sixteen_head(const float *from, int64_t count) {
  union {
    vfloat vectors[16 / APUS_WIDTH];
    sixteen lanes;
  } whole = {};
  for (int i = 0; i < 16 / APUS_WIDTH; i++) {
    int64_t rest = count - i * APUS_WIDTH;
    if (rest > 0) whole.vectors[i] = load_head(from + i * APUS_WIDTH, rest < APUS_WIDTH ? rest : APUS_WIDTH);
  }
  return whole.lanes;
}

APUS_INLINE void store_sixteen_head(float *to, sixteen value, int64_t count) {
  union {
    sixteen lanes;
    vfloat vectors[16 / APUS_WIDTH];
  } whole = {value};
  for (int i = 0; i < 16 / APUS_WIDTH; i++) {
    int64_t rest = count - i * APUS_WIDTH;
    if (rest > 0) store_head(to + i * APUS_WIDTH, whole.vectors[i], rest < APUS_WIDTH ? rest : APUS_WIDTH);
  }
}

APUS_INLINE sixteen_int choose_sixteen(sixteen_int mask, sixteen_int a, sixteen_int b) { return (mask & a) | (~mask & b); }
APUS_INLINE sixteen splat_sixteen(float value) { return value - (sixteen){}; }

/// What one more element does to a lane. `operation` is a constant where this
/// is inlined.
APUS_INLINE sixteen accumulate(int32_t operation, sixteen lane, sixteen x) {
  switch (operation) {
  case APUS_SUM:
    return lane + x;
  case APUS_SUM_OF_SQUARES:
    return __builtin_elementwise_fma(x, x, lane);
  case APUS_SUM_INT:
    return (sixteen)((sixteen_uint)lane + (sixteen_uint)x);
  case APUS_MAX: {
    sixteen_int larger = choose_sixteen(lane > x, (sixteen_int)lane, (sixteen_int)x);
    return (sixteen)choose_sixteen(lane != lane, (sixteen_int)lane, larger);
  }
  default: {
    sixteen_int smaller = choose_sixteen(lane < x, (sixteen_int)lane, (sixteen_int)x);
    return (sixteen)choose_sixteen(lane != lane, (sixteen_int)lane, smaller);
  }
  }
}

APUS_INLINE sixteen reduction_identity(int32_t operation) {
  if (operation == APUS_MAX) return splat_sixteen(-__builtin_inff());
  if (operation == APUS_MIN) return splat_sixteen(__builtin_inff());
  return (sixteen){};
}

/// How two partial results meet.
APUS_INLINE sixteen combine(int32_t operation, sixteen a, sixteen b) {
  return accumulate(operation == APUS_SUM_OF_SQUARES ? APUS_SUM : operation, a, b);
}

/// Lanes (l, l + 8), then (l, l + 4), (l, l + 2), (l, l + 1).
APUS_INLINE float combine_lanes(int32_t operation, sixteen lanes) {
  lanes = combine(operation, lanes, __builtin_shufflevector(lanes, lanes, 8, 9, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1));
  lanes = combine(operation, lanes, __builtin_shufflevector(lanes, lanes, 4, 5, 6, 7, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  lanes = combine(operation, lanes, __builtin_shufflevector(lanes, lanes, 2, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  lanes = combine(operation, lanes, __builtin_shufflevector(lanes, lanes, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  return lanes[0];
}

/// Reduces `rows` (1 or 4) rows of up to APUS_CHAIN elements: each is one chain
/// of additions, so several are computed side by side.
APUS_INLINE void reduce_rows(int32_t operation, float *results, const float *from, int64_t row, int rows, int64_t length) {
  sixteen lanes[4];
  for (int r = 0; r < rows; r++) lanes[r] = reduction_identity(operation);
  int64_t i = 0;
  for (; i + 16 <= length; i += 16)
    for (int r = 0; r < rows; r++) lanes[r] = accumulate(operation, lanes[r], load_sixteen(from + r * row + i));
  if (i < length)
    for (int r = 0; r < rows; r++) {
      // A zero changes no lane of a sum: lanes start from +0 and so never are -0.
      sixteen x = load_sixteen_head(from + r * row + i, length - i);
      if (operation == APUS_MAX || operation == APUS_MIN) {
        const sixteen_int lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        sixteen_int present = lane < (int32_t)(length - i) - (sixteen_int){};
        x = (sixteen)choose_sixteen(present, (sixteen_int)x, (sixteen_int)reduction_identity(operation));
      }
      lanes[r] = accumulate(operation, lanes[r], x);
    }
  for (int r = 0; r < rows; r++) results[r] = combine_lanes(operation, lanes[r]);
}

/// Most pairings of blocks one above the other: 2^52 blocks of APUS_CHAIN.
#define APUS_TREE_DEPTH 52

// Block values join pairwise, (0,1), (2,3), ..., an odd one carried over, again
// until one is left. So does a binary counter: `partials[d]` holds the value of
// 2^d blocks if bit d of the blocks' `count` is set.

/// Adds one more block's value after `count` others.
APUS_INLINE void join_block(int32_t operation, sixteen *partials, int64_t stride, int64_t count, sixteen value) {
  int depth = 0;
  for (; count >> depth & 1; depth++) value = combine(operation, partials[depth * stride], value);
  partials[depth * stride] = value;
}

/// What is left over joins from the right.
APUS_INLINE sixteen join_rest(int32_t operation, const sixteen *partials, int64_t stride, int64_t count) {
  int depth = __builtin_ctzll((uint64_t)count);
  sixteen value = partials[depth * stride];
  for (depth++; count >> depth; depth++)
    if (count >> depth & 1) value = combine(operation, partials[depth * stride], value);
  return value;
}

/// The value of a row of more than APUS_CHAIN elements.
APUS_INLINE float reduce_long_row(int32_t operation, const float *from, int64_t length) {
  sixteen partials[APUS_TREE_DEPTH];
  float values[4];
  int64_t count = 0;
  for (int64_t i = 0; i < length;) {
    int64_t rest = length - i;
    int made = rest >= 4 * APUS_CHAIN ? 4 : 1;
    if (made == 4)
      reduce_rows(operation, values, from + i, APUS_CHAIN, 4, APUS_CHAIN);
    else
      reduce_rows(operation, values, from + i, 0, 1, rest < APUS_CHAIN ? rest : APUS_CHAIN);
    for (int k = 0; k < made; k++) join_block(operation, partials, 1, count++, splat_sixteen(values[k]));
    i += made * APUS_CHAIN;
  }
  return join_rest(operation, partials, 1, count)[0];
}

#define APUS_COLUMN_TILE 64

/// One block of a tile of up to 64 adjacent columns: one chain down each.
APUS_INLINE void reduce_column_block(int32_t operation, sixteen values[4], const float *from, int64_t row,
                                     int64_t length, int64_t columns) {
  for (int v = 0; v < 4; v++) values[v] = reduction_identity(operation);
  if (columns == APUS_COLUMN_TILE) {
    sixteen a = values[0], b = a, c = a, d = a;
    for (int64_t i = 0; i < length; i++, from += row) {
      a = accumulate(operation, a, load_sixteen(from));
      b = accumulate(operation, b, load_sixteen(from + 16));
      c = accumulate(operation, c, load_sixteen(from + 32));
      d = accumulate(operation, d, load_sixteen(from + 48));
    }
    values[0] = a, values[1] = b, values[2] = c, values[3] = d;
    return;
  }
  for (int v = 0; 16 * v < columns; v++) {
    sixteen lanes = values[v];
    const float *at = from + 16 * v;
    if (columns - 16 * v >= 16)
      for (int64_t i = 0; i < length; i++, at += row) lanes = accumulate(operation, lanes, load_sixteen(at));
    else
      for (int64_t i = 0; i < length; i++, at += row)
        lanes = accumulate(operation, lanes, load_sixteen_head(at, columns - 16 * v));
    values[v] = lanes;
  }
}

APUS_INLINE void reduce_columns(int32_t operation, float *to, const float *from, int64_t row, int64_t length, int64_t columns) {
  sixteen values[4];
  if (length <= APUS_COLUMN_CHAIN) {
    reduce_column_block(operation, values, from, row, length, columns);
  } else {
    sixteen partials[APUS_TREE_DEPTH][4];
    int64_t count = 0;
    for (int64_t i = 0; i < length; i += APUS_COLUMN_CHAIN, count++) {
      const int64_t rest = length - i;
      reduce_column_block(operation, values, from + i * row, row, rest < APUS_COLUMN_CHAIN ? rest : APUS_COLUMN_CHAIN, columns);
      for (int v = 0; v < 4; v++) join_block(operation, &partials[0][v], 4, count, values[v]);
    }
    for (int v = 0; v < 4; v++) values[v] = join_rest(operation, &partials[0][v], 4, count);
  }
  for (int v = 0; 16 * v < columns; v++)
    store_sixteen_head(to + 16 * v, values[v], columns - 16 * v < 16 ? columns - 16 * v : 16);
}

/// Rows first ..< last of a reduction along the last axis.
APUS_INLINE void reduce_along_rows(int32_t operation, const apus_reduce *r, int64_t first, int64_t last) {
  const float *from = r->input;
  float *to = r->output;
  int64_t i = first;
  if (r->length <= APUS_CHAIN)
    for (; i + 4 <= last; i += 4) reduce_rows(operation, to + i, from + i * r->length, r->length, 4, r->length);
  for (; i < last; i++) {
    const float *row = from + i * r->length;
    if (r->length <= APUS_CHAIN)
      reduce_rows(operation, to + i, row, 0, 1, r->length);
    else
      to[i] = reduce_long_row(operation, row, r->length);
  }
}

/// Tiles first ..< last, counted over all outer indices, of a reduction along
/// another axis.
APUS_INLINE void reduce_along_columns(int32_t operation, const apus_reduce *r, int64_t first, int64_t last) {
  const int64_t tiles = (r->inner + APUS_COLUMN_TILE - 1) / APUS_COLUMN_TILE;
  for (int64_t tile = first; tile < last; tile++) {
    int64_t outer = tile / tiles;
    int64_t column = tile % tiles * APUS_COLUMN_TILE;
    int64_t rest = r->inner - column;
    reduce_columns(operation, (float *)r->output + outer * r->inner + column,
                   (const float *)r->input + outer * r->length * r->inner + column, r->inner, r->length,
                   rest < APUS_COLUMN_TILE ? rest : APUS_COLUMN_TILE);
  }
}

#include "ReduceArgmax.h"

/// Part `part` of `count` things: from `*first` up to, not including, `*last`.
APUS_INLINE void share(int64_t count, int32_t part, int32_t parts, int64_t *first, int64_t *last) {
  if (parts == 1) {
    *first = 0;
    *last = count;
    return;
  }
  int64_t each = count / parts, more = count % parts;
  *first = part * each + (part < more ? part : more);
  *last = *first + each + (part < more);
}

static void reduce_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  int64_t first, last;
  if (r->operation == APUS_ARGMAX) {
    share(r->outer * r->inner, part, parts, &first, &last);
    reduce_argmax(r, first, last);
  } else if (r->inner == 1) {
    share(r->outer, part, parts, &first, &last);
    switch (r->operation) {
#define CASE(operation) case operation: reduce_along_rows(operation, r, first, last); break;
      CASE(APUS_SUM) CASE(APUS_SUM_OF_SQUARES) CASE(APUS_MAX) CASE(APUS_MIN) CASE(APUS_SUM_INT)
#undef CASE
    }
  } else {
    share(r->outer * ((r->inner + APUS_COLUMN_TILE - 1) / APUS_COLUMN_TILE), part, parts, &first, &last);
    switch (r->operation) {
#define CASE(operation) case operation: reduce_along_columns(operation, r, first, last); break;
      CASE(APUS_SUM) CASE(APUS_SUM_OF_SQUARES) CASE(APUS_MAX) CASE(APUS_MIN) CASE(APUS_SUM_INT)
#undef CASE
    }
  }
}

static void reduce_blocks_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  const int64_t blocks = (r->length + APUS_CHAIN - 1) / APUS_CHAIN;
  const float *from = r->input;
  float *to = r->output;
  int64_t first, last;
  share(r->outer * blocks, part, parts, &first, &last);
  for (int64_t i = first; i < last;) {
    int64_t block = i % blocks;
    const float *at = from + i / blocks * r->length + block * APUS_CHAIN;
    int64_t rest = r->length - block * APUS_CHAIN;
    int made = i + 4 <= last && rest >= 4 * APUS_CHAIN ? 4 : 1;
    int64_t length = rest < APUS_CHAIN ? rest : APUS_CHAIN;
    if (r->operation == APUS_SUM) {
      if (made == 4) reduce_rows(APUS_SUM, to + i, at, APUS_CHAIN, 4, APUS_CHAIN);
      else reduce_rows(APUS_SUM, to + i, at, 0, 1, length);
    } else {
      if (made == 4) reduce_rows(APUS_SUM_OF_SQUARES, to + i, at, APUS_CHAIN, 4, APUS_CHAIN);
      else reduce_rows(APUS_SUM_OF_SQUARES, to + i, at, 0, 1, length);
    }
    i += made;
  }
}

static void reduce_tree_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  float *to = r->output;
  int64_t first, last;
  share(r->outer, part, parts, &first, &last);
  for (int64_t i = first; i < last; i++) {
    const float *sums = (const float *)r->input + i * r->length;
    if (r->length == 0) {
      to[i] = 0;
      continue;
    }
    sixteen partials[APUS_TREE_DEPTH];
    for (int64_t k = 0; k < r->length; k++) join_block(APUS_SUM, partials, 1, k, splat_sixteen(sums[k]));
    to[i] = join_rest(APUS_SUM, partials, 1, r->length)[0];
  }
}
