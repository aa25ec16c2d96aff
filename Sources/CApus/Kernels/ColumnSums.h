// Sums down columns over many rows, for several threads: a sum for each block of
// APUS_COLUMN_CHAIN rows, then the tree over the blocks. The bits are those of
// reduce_kernel.

/// Blocks of rows that a program's registers are added up over while they are in
/// the cache: see apus_program_sums.
typedef struct column_sums {
  int32_t count;
  const uint8_t *registers;
  float *const *partials;
} column_sums;

/// Adds a strip's rows to their blocks, in ascending order.
static __attribute__((noinline)) void add_strip(float *partials, const float *strip_rows, int64_t pace, int64_t row,
                                                int64_t rows, int64_t column, int64_t columns, int64_t row_length) {
  for (int64_t done = 0; done < rows;) {
    const int64_t block = (row + done) / APUS_COLUMN_CHAIN, in_block = (row + done) % APUS_COLUMN_CHAIN;
    int64_t together = APUS_COLUMN_CHAIN - in_block;
    if (together > rows - done) together = rows - done;
    float *to = partials + block * row_length + column;
    for (int64_t j = 0; j < columns; j += APUS_WIDTH) {
      const int64_t lanes = columns - j < APUS_WIDTH ? columns - j : APUS_WIDTH;
      const float *from = strip_rows + (pace ? done * columns + j : 0);
      vfloat sum = in_block == 0 ? (vfloat){} : lanes == APUS_WIDTH ? load(to + j) : load_head(to + j, lanes);
      if (lanes == APUS_WIDTH) {
        for (int64_t i = 0; i < together; i++) sum = sum + load(from + (pace ? i * columns : 0));
        store(to + j, sum);
      } else {
        for (int64_t i = 0; i < together; i++) sum = sum + load_head(from + (pace ? i * columns : 0), lanes);
        store_head(to + j, sum, lanes);
      }
    }
    done += together;
  }
}

static void column_blocks_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  const int64_t blocks = (r->length + APUS_COLUMN_CHAIN - 1) / APUS_COLUMN_CHAIN;
  int64_t first, last;
  share(blocks, part, parts, &first, &last);
  for (int64_t block = first; block < last; block++) {
    const int64_t row = block * APUS_COLUMN_CHAIN, rest = r->length - row;
    const int64_t rows = rest < APUS_COLUMN_CHAIN ? rest : APUS_COLUMN_CHAIN;
    for (int64_t column = 0; column < r->inner; column += APUS_COLUMN_TILE) {
      const int64_t columns = r->inner - column < APUS_COLUMN_TILE ? r->inner - column : APUS_COLUMN_TILE;
      reduce_columns(APUS_SUM, (float *)r->output + block * r->inner + column,
                     (const float *)r->input + row * r->inner + column, r->inner, rows, columns);
    }
  }
}

static void column_tree_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_reduce *r = arguments;
  const int64_t blocks = (r->length + APUS_COLUMN_CHAIN - 1) / APUS_COLUMN_CHAIN;
  float *to = r->output;
  int64_t first, last;
  share((r->inner + 15) / 16, part, parts, &first, &last);
  for (int64_t column = first * 16; column < last * 16; column += 16) {
    const int64_t columns = r->inner - column < 16 ? r->inner - column : 16;
    sixteen partials[APUS_TREE_DEPTH], all = {};
    for (int64_t block = 0; block < blocks; block++)
      join_block(APUS_SUM, partials, 1, block,
                 load_sixteen_head((const float *)r->input + block * r->inner + column, columns));
    if (blocks > 0) all = join_rest(APUS_SUM, partials, 1, blocks);
    store_sixteen_head(to + column, all, columns);
  }
}
