// Attention a block of queries at a time: the block's scores against all keys
// stay in the cache, and are gone when the block is done. The products are the
// register tiles of Contract.h; each element of a result is one ascending chain
// of fused multiply-adds, in pieces of APUS_CHAIN terms added in order.

#include "AttentionPlan.h"

/// One head of one sequence: where it lies.
typedef struct attention_head {
  const float *query, *key, *value;  // rows `row` apart
  const float *upstream;             // rows `output_row` apart
  float *query_gradient, *key_gradient, *value_gradient;
  float *output;
  int64_t row, output_row;
} attention_head;

APUS_INLINE attention_head attention_at(const apus_attention *x, int64_t item) {
  const int64_t sequence = item / x->heads, head = item % x->heads, width = x->heads * x->size;
  const int64_t packed = sequence * x->length * 3 * width + head * x->size;
  const int64_t plain = sequence * x->length * width + head * x->size;
  return (attention_head){
    .query = x->packed + packed, .key = x->packed + packed + width, .value = x->packed + packed + 2 * width,
    .upstream = x->is_gradient ? x->upstream + plain : NULL,
    .query_gradient = x->output + packed, .key_gradient = x->output + packed + width,
    .value_gradient = x->output + packed + 2 * width,
    .output = x->output + plain, .row = 3 * width, .output_row = width,
  };
}

/// Where a part's scratch holds what.
typedef struct attention_scratch {
  float *keys, *values;       // transposed: [size, stride]
  float *scores, *slopes;     // [ATTENTION_BLOCK, stride]
  float *piece;               // [ATTENTION_BLOCK, size]: a chain beyond the first
  float *key_sums, *value_sums;  // [length, size]: chains of the keys' and the values' gradients
  int64_t stride;
} attention_scratch;

APUS_INLINE attention_scratch attention_scratch_at(const apus_attention *x, int32_t part) {
  const int64_t stride = attention_stride(x);
  attention_scratch s = {.stride = stride};
  s.keys = x->scratch + part * x->scratch_stride;
  s.scores = s.keys + x->size * stride;
  s.piece = s.scores + ATTENTION_BLOCK * stride;
  s.values = s.piece + ATTENTION_BLOCK * attention_width(x);
  s.slopes = s.values + x->size * stride;
  s.key_sums = s.slopes + ATTENTION_BLOCK * stride;
  s.value_sums = s.key_sums + x->length * attention_width(x);
  return s;
}

/// c = A B over `terms` terms: `rows` rows and `columns` columns, A's element [i, k] at a + i * a_row + k * a_column,
/// B's columns and C's adjacent. With `resume` the chains in c go on.
APUS_INLINE void attention_tiles(const float *a, int64_t a_row, int64_t a_column, const float *b, int64_t b_row, float *c,
                                 int64_t c_row, int64_t rows, int64_t columns, int64_t terms, int resume) {
  if (rows <= 0) return;
  factors f = {.a = a, .a_row = a_row, .a_column = a_column, .b = b, .b_row = b_row};
  contract_tiles(&f, rows, columns, terms, c, c_row, resume, 4);
}

/// c += addend, rows of `columns` columns.
static void attention_add(float *c, int64_t c_row, const float *addend, int64_t addend_row, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j += APUS_WIDTH) {
      const int64_t lanes = columns - j < APUS_WIDTH ? columns - j : APUS_WIDTH;
      float *to = c + i * c_row + j;
      store_head(to, load_head(to, lanes) + load_head(addend + i * addend_row + j, lanes), lanes);
    }
}

/// The same over keys, whose number has no bound: chains of APUS_CHAIN terms, added in order.
static void attention_over_keys(const attention_scratch *s, const float *weights, const float *b, int64_t b_row, float *c,
                                int64_t c_row, int64_t rows, int64_t size, int64_t keys) {
  for (int64_t from = 0; from < keys; from += APUS_CHAIN) {
    const int64_t terms = keys - from < APUS_CHAIN ? keys - from : APUS_CHAIN;
    float *to = from == 0 ? c : s->piece;
    const int64_t to_row = from == 0 ? c_row : size;
    attention_tiles(weights + from, s->stride, 1, b + from * b_row, b_row, to, to_row, rows, size, terms, 0);
    if (from > 0) attention_add(c, c_row, s->piece, size, rows, size);
  }
}

/// Rows of a matrix as columns.
APUS_INLINE void attention_transpose(const apus_attention *x, float *to, int64_t stride, const float *from, int64_t row) {
  pack(to, stride, from, 1, row, x->size, x->length);
}

/// The reduction of a row, whatever its length.
APUS_INLINE float attention_reduce(int32_t operation, const float *row, int64_t length) {
  float value;
  if (length > APUS_CHAIN) return reduce_long_row(operation, row, length);
  reduce_rows(operation, &value, row, 0, 1, length);
  return value;
}

/// A block's scores as e^((s - largest) scale), 0 where a query may not look.
/// The sum of each row goes to `sums`.
static void attention_exponentials(const apus_attention *x, const attention_scratch *s, int64_t first, int64_t rows,
                                   int64_t keys, float *sums) {
  for (int64_t i = 0; i < rows; i++) {
    float *row = s->scores + i * s->stride;
    const int64_t seen = x->is_causal ? first + i + 1 : keys;
    const vfloat largest = splat(attention_reduce(APUS_MAX, row, seen)), scale = splat(x->scale);
    // Beyond the last whole vector there is room to compute on.
    for (int64_t j = 0; j < seen; j += APUS_WIDTH) store(row + j, vector_exp((load(row + j) - largest) * scale));
    for (int64_t j = seen; j < keys; j++) row[j] = 0;
    sums[i] = attention_reduce(APUS_SUM, row, seen);
  }
}

static void attention_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_attention *x = arguments;
  const attention_scratch s = attention_scratch_at(x, part);
  const int64_t blocks = (x->length + ATTENTION_BLOCK - 1) / ATTENTION_BLOCK;
  int64_t first, last, at = -1;
  share(x->batch * x->heads * blocks, part, parts, &first, &last);
  for (int64_t unit = first; unit < last; unit++) {
    const int64_t item = unit / blocks, query = unit % blocks * ATTENTION_BLOCK;
    const int64_t rows = contract_minimum(ATTENTION_BLOCK, x->length - query);
    const int64_t keys = x->is_causal ? query + rows : x->length;
    const attention_head h = attention_at(x, item);
    if (item != at) attention_transpose(x, s.keys, s.stride, h.key, h.row);
    at = item;
    attention_tiles(h.query + query * h.row, h.row, 1, s.keys, s.stride, s.scores, s.stride, rows, keys, x->size, 0);
    float sums[ATTENTION_BLOCK];
    attention_exponentials(x, &s, query, rows, keys, sums);
    float *to = h.output + query * h.output_row;
    attention_over_keys(&s, s.scores, h.value, h.row, to, h.output_row, rows, x->size, keys);
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < x->size; j += APUS_WIDTH) {
        const int64_t lanes = contract_minimum(x->size - j, APUS_WIDTH);
        float *place = to + i * h.output_row + j;
        store_head(place, load_head(place, lanes) / sums[i], lanes);
      }
  }
}

/// Weights P from the exponentials, and the scores' gradient P (dP - Σ P dP) scale from dP.
static void attention_slopes(const apus_attention *x, const attention_scratch *s, int64_t first, int64_t rows, int64_t keys,
                             const float *sums) {
  for (int64_t i = 0; i < rows; i++) {
    float *weights = s->scores + i * s->stride, *slopes = s->slopes + i * s->stride;
    const int64_t seen = x->is_causal ? first + i + 1 : keys;
    const vfloat sum = splat(sums[i]), scale = splat(x->scale);
    for (int64_t j = 0; j < seen; j += APUS_WIDTH) store(weights + j, load(weights + j) / sum);
    sixteen lanes = {};
    for (int64_t j = 0; j < seen; j += 16) {
      const int64_t count = contract_minimum(seen - j, 16);
      lanes = __builtin_elementwise_fma(load_sixteen_head(weights + j, count), load_sixteen_head(slopes + j, count), lanes);
    }
    const vfloat mean = splat(combine_lanes(APUS_SUM, lanes));
    for (int64_t j = 0; j < seen; j += APUS_WIDTH)
      store(slopes + j, load(weights + j) * (load(slopes + j) - mean) * scale);
    // The division ran on to the end of a vector.
    for (int64_t j = seen; j < keys; j++) weights[j] = 0, slopes[j] = 0;
  }
}

/// Adds what a block of queries says about the keys before `old`, and begins those from there to `keys`.
APUS_INLINE void attention_to_keys(const attention_scratch *s, const float *weights, const float *from, int64_t from_row,
                                   float *to, int64_t to_row, int64_t rows, int64_t size, int64_t old, int64_t keys) {
  attention_tiles(weights, 1, s->stride, from, from_row, to, to_row, old, size, rows, 1);
  attention_tiles(weights + old, 1, s->stride, from, from_row, to + old * to_row, to_row, keys - old, size, rows, 0);
}

static void attention_gradient_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_attention *x = arguments;
  const attention_scratch s = attention_scratch_at(x, part);
  const int is_long = x->length > APUS_CHAIN;
  int64_t first, last;
  share(x->batch * x->heads, part, parts, &first, &last);
  for (int64_t item = first; item < last; item++) {
    const attention_head h = attention_at(x, item);
    attention_transpose(x, s.keys, s.stride, h.key, h.row);
    attention_transpose(x, s.values, s.stride, h.value, h.row);
    // The chains of the keys' gradients run over the queries.
    float *key_sums = is_long ? s.key_sums : h.key_gradient, *value_sums = is_long ? s.value_sums : h.value_gradient;
    const int64_t sums_row = is_long ? x->size : h.row;
    int64_t begun = 0, written = 0;  // keys whose chain has begun; whose gradient has its first chain
    for (int64_t query = 0; query < x->length; query += ATTENTION_BLOCK) {
      const int64_t rows = contract_minimum(ATTENTION_BLOCK, x->length - query);
      const int64_t keys = x->is_causal ? query + rows : x->length;
      const float *upstream = h.upstream + query * h.output_row;
      float sums[ATTENTION_BLOCK];
      attention_tiles(h.query + query * h.row, h.row, 1, s.keys, s.stride, s.scores, s.stride, rows, keys, x->size, 0);
      attention_exponentials(x, &s, query, rows, keys, sums);
      attention_tiles(upstream, h.output_row, 1, s.values, s.stride, s.slopes, s.stride, rows, keys, x->size, 0);
      attention_slopes(x, &s, query, rows, keys, sums);
      attention_over_keys(&s, s.slopes, h.key, h.row, h.query_gradient + query * h.row, h.row, rows, x->size, keys);
      attention_to_keys(&s, s.slopes, h.query + query * h.row, h.row, key_sums, sums_row, rows, x->size, begun, keys);
      attention_to_keys(&s, s.scores, upstream, h.output_row, value_sums, sums_row, rows, x->size, begun, keys);
      begun = keys;
      const int chain_ends = (query + ATTENTION_BLOCK) % APUS_CHAIN == 0 || query + rows == x->length;
      if (!is_long || !chain_ends) continue;
      attention_add(h.key_gradient, h.row, key_sums, sums_row, written, x->size);
      attention_add(h.value_gradient, h.row, value_sums, sums_row, written, x->size);
      pack(h.key_gradient + written * h.row, h.row, key_sums + written * sums_row, sums_row, 1, keys - written, x->size);
      pack(h.value_gradient + written * h.row, h.row, value_sums + written * sums_row, sums_row, 1, keys - written, x->size);
      written = keys;
      begun = 0;
    }
  }
}
