// Mean and variance of columns: blocks of APUS_COLUMN_CHAIN rows, each with a
// mean of its own, and a tree over them (Chan, Golub and LeVeque 1979).

/// Of `count` rows of up to sixteen columns: mean, and sum of squared deviations.
typedef struct column_moments {
  sixteen mean, squares;
  float count;
} column_moments;

APUS_INLINE column_moments moments_of_block(const float *from, int64_t row, int64_t rows, int64_t columns) {
  column_moments result = {.count = (float)rows};
  if (columns == 16) {
    for (int64_t i = 0; i < rows; i++) result.mean += load_sixteen(from + i * row);
    result.mean /= result.count;
    for (int64_t i = 0; i < rows; i++) {
      sixteen deviation = load_sixteen(from + i * row) - result.mean;
      result.squares = __builtin_elementwise_fma(deviation, deviation, result.squares);
    }
  } else {
    for (int64_t i = 0; i < rows; i++) result.mean += load_sixteen_head(from + i * row, columns);
    result.mean /= result.count;
    for (int64_t i = 0; i < rows; i++) {
      sixteen deviation = load_sixteen_head(from + i * row, columns) - result.mean;
      result.squares = __builtin_elementwise_fma(deviation, deviation, result.squares);
    }
  }
  return result;
}

/// Those of the rows of `a` and, after them, of `b`. (By pointer: the structures are wider than a register.)
APUS_INLINE void join_moments(column_moments *a, const column_moments *b) {
  float count = a->count + b->count, share = b->count / count;
  sixteen between = b->mean - a->mean;
  a->mean = a->mean + between * share;
  a->squares = (a->squares + b->squares) + (between * between) * (a->count * share);
  a->count = count;
}

static void moments_blocks_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  const int64_t blocks = (r->length + APUS_COLUMN_CHAIN - 1) / APUS_COLUMN_CHAIN;
  int64_t first, last;
  share(blocks, part, parts, &first, &last);
  for (int64_t block = first; block < last; block++) {
    const int64_t row = block * APUS_COLUMN_CHAIN, rest = r->length - row;
    const float *from = (const float *)r->input + row * r->inner;
    float *to = (float *)r->output + 2 * block * r->inner;
    for (int64_t column = 0; column < r->inner; column += 16) {
      const int64_t columns = r->inner - column < 16 ? r->inner - column : 16;
      column_moments found =
        moments_of_block(from + column, r->inner, rest < APUS_COLUMN_CHAIN ? rest : APUS_COLUMN_CHAIN, columns);
      store_sixteen_head(to + column, found.mean, columns);
      store_sixteen_head(to + r->inner + column, found.squares, columns);
    }
  }
}

/// Blocks join as those of a sum do: see join_block.
static void moments_tree_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  const int64_t blocks = (r->length + APUS_COLUMN_CHAIN - 1) / APUS_COLUMN_CHAIN;
  float *to = r->output;
  int64_t first, last;
  share((r->inner + 15) / 16, part, parts, &first, &last);
  for (int64_t column = first * 16; column < last * 16; column += 16) {
    const int64_t columns = r->inner - column < 16 ? r->inner - column : 16;
    column_moments partials[APUS_TREE_DEPTH], all = {};
    int depth = 0;
    for (int64_t block = 0; block < blocks; block++) {
      const float *at = (const float *)r->input + 2 * block * r->inner + column;
      const int64_t rest = r->length - block * APUS_COLUMN_CHAIN;
      column_moments value = {
        .mean = load_sixteen_head(at, columns),
        .squares = load_sixteen_head(at + r->inner, columns),
        .count = (float)(rest < APUS_COLUMN_CHAIN ? rest : APUS_COLUMN_CHAIN),
      };
      for (depth = 0; block >> depth & 1; depth++) {
        join_moments(&partials[depth], &value);
        value = partials[depth];
      }
      partials[depth] = value;
    }
    if (blocks > 0) {
      // What is left over joins from the right.
      depth = __builtin_ctzll((uint64_t)blocks);
      all = partials[depth];
      for (depth++; blocks >> depth; depth++)
        if (blocks >> depth & 1) {
          join_moments(&partials[depth], &all);
          all = partials[depth];
        }
      all.squares /= all.count;
    }
    store_sixteen_head(to + column, all.mean, columns);
    store_sixteen_head(to + r->inner + column, all.squares, columns);
  }
}
