// The computations over rows that a program holds: their operands are registers of a strip, or, where a program is nothing
// else, lie in memory.

/// One of them on a strip; false where its operands don't suit it.
static __attribute__((noinline)) int run_row_steps(const int by_row, const apus_program *program, const apus_row_run *run,
                                                   strip_register *registers, uint64_t written_whole, const strip *where) {
  row_arguments x = {.rows = where->rows, .columns = where->columns};
  APUS_SHORT_LOOP
  for (int k = 0; k < APUS_MAX_ROW_OPERANDS; k++) {
    const uint8_t r = run->operands[k];
    if (r == APUS_NO_REGISTER) continue;
    const strip_register *from = &registers[r];
    x.operands[k] = (row_operand){from->at, from->pace != 0 ? where->columns : by_row ? from->row : 0};
    if (r < program->input_count && program->plan.inputs[r] == APUS_LAYOUT_ROW && !(program->plan.kept >> r & 1))
      x.operands[k] = (row_operand){(const float *)program->inputs[r].base + where->column, 0};
    else if (from->pace == 0 && (r >= program->input_count || program->inputs[r].strides[program->rank - 1] != 0))
      return 0;  // one vector for a row, or for all, of what an element is read of
  }
  APUS_SHORT_LOOP
  for (int k = 0; k < APUS_MAX_ROW_RESULTS; k++) {
    const uint8_t r = run->results[k];
    if (r == APUS_NO_REGISTER) continue;
    const int whole = k == ROW_RESULT || !by_row || written_whole >> r & 1;
    registers[r].pace = whole ? APUS_WIDTH : 0;
    registers[r].row = where->columns;
    x.results[k] = (row_result){registers[r].at, where->columns, whole ? where->columns : APUS_WIDTH};
  }
  run_row_form(run->form, &x);
  return 1;
}

/// The run that a program is, or NULL.
APUS_INLINE const apus_row_run *lone_row_run(const apus_program *program) {
  const apus_row_run *run = program->plan.row_runs;
  return program->plan.row_run_count == 1 && run->count == program->step_count && program->rank <= 2 ? run : NULL;
}

/// Where the operands of such a program lie, from row `row` on; false where their elements aren't adjacent.
static int find_row_operands(const apus_program *program, const apus_row_run *run, int64_t row, row_arguments *x) {
  const int32_t last = program->rank - 1;
  APUS_SHORT_LOOP
  for (int k = 0; k < APUS_MAX_ROW_OPERANDS; k++) {
    if (run->operands[k] == APUS_NO_REGISTER) continue;
    const apus_operand *from = &program->inputs[run->operands[k]];
    if (from->strides[last] > 1 || from->strides[last] < 0) return 0;
    const int64_t stride = last > 0 ? from->strides[0] : 0;
    x->operands[k] = (row_operand){(const float *)from->base + row * stride, stride};
  }
  return 1;
}

/// Rows of a program that is one such computation, in memory. False where it isn't, or where they don't suit it.
static int run_rows_in_memory(const apus_program *program, int64_t row_begin, int64_t row_end) {
  const apus_row_run *run = lone_row_run(program);
  if (run == NULL) return 0;
  const int32_t last = program->rank - 1;
  row_arguments x = {.rows = row_end - row_begin, .columns = program->dims[last]};
  if (!find_row_operands(program, run, row_begin, &x)) return 0;
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < program->output_count; o++) {
    int k = 0;
    while (k < APUS_MAX_ROW_RESULTS && run->results[k] != program->output_registers[o]) k++;
    if (k == APUS_MAX_ROW_RESULTS || x.results[k].at != NULL) return 0;
    const apus_operand *to = &program->outputs[o];
    const int64_t stride = last > 0 ? to->strides[0] : 0;
    if (to->strides[last] != 1 && (k == ROW_RESULT || to->strides[last] != 0)) return 0;
    x.results[k] = (row_result){(float *)to->base + row_begin * stride, stride, to->strides[last] ? x.columns : 1};
  }
  if (x.results[ROW_RESULT].at == NULL) return 0;
  run_row_form(run->form, &x);
  return 1;
}

APUS_INLINE vfloat take_lanes(const float *from, int64_t lanes) {
  return lanes == APUS_WIDTH ? load(from) : load_head(from, lanes);
}
APUS_INLINE void put_lanes(float *to, vfloat value, int64_t lanes) {
  if (lanes == APUS_WIDTH) store(to, value);
  else store_head(to, value, lanes);
}

/// The sums of blocks of rows of upstream (x - mean) factor and, if asked for, of upstream, as add_strip adds them.
APUS_INLINE void sum_products(const row_arguments *x, int64_t r, const int rows, float *products, float *upstreams, int begins) {
  const row_operand up = x->operands[PRODUCT_UPSTREAM], from = x->operands[PRODUCT_X];
  const four mean = numbers_of(&x->operands[PRODUCT_MEAN], r, rows), factor = numbers_of(&x->operands[PRODUCT_FACTOR], r, rows);
  for (int64_t j = 0; j < x->columns; j += APUS_WIDTH) {
    const int64_t lanes = x->columns - j < APUS_WIDTH ? x->columns - j : APUS_WIDTH;
    vfloat product = begins ? (vfloat){} : take_lanes(products + j, lanes);
    vfloat upstream = begins || !upstreams ? (vfloat){} : take_lanes(upstreams + j, lanes);
    TILE_UNROLL
    for (int q = 0; q < rows; q++) {
      const vfloat u = take_lanes(up.at + (r + q) * up.row + j, lanes);
      const vfloat centered = take_lanes(from.at + (r + q) * from.row + j, lanes) - splat(mean[q]);
      const vfloat normal = centered * splat(factor[q]);
      const vfloat term = u * normal;
      product = product + term;
      upstream = upstream + u;
    }
    put_lanes(products + j, product, lanes);
    if (upstreams) put_lanes(upstreams + j, upstream, lanes);
  }
}

/// Rows of a program whose sums these are, in memory. False where it isn't such a program.
static int sum_rows_in_memory(const apus_program *program, const column_sums *sums, int64_t row_begin, int64_t row_end) {
  const apus_row_run *run = lone_row_run(program);
  if (run == NULL || run->form != APUS_ROWS_STANDARDIZED_PRODUCT || program->output_count > 0) return 0;
  row_arguments x = {.rows = row_end - row_begin, .columns = program->dims[program->rank - 1]};
  if (!find_row_operands(program, run, row_begin, &x)) return 0;
  float *products = NULL, *upstreams = NULL;
  APUS_SHORT_LOOP
  for (int32_t s = 0; s < sums->count; s++) {
    if (sums->registers[s] == run->results[ROW_RESULT] && !products) products = sums->partials[s];
    else if (sums->registers[s] == run->operands[PRODUCT_UPSTREAM] && !upstreams) upstreams = sums->partials[s];
    else return 0;
  }
  if (products == NULL) return 0;
  for (int64_t r = 0; r < x.rows; r += APUS_COLUMN_CHAIN) {
    const int64_t block = (row_begin + r) / APUS_COLUMN_CHAIN * x.columns;
    const int64_t end = r + APUS_COLUMN_CHAIN < x.rows ? r + APUS_COLUMN_CHAIN : x.rows;
    float *to = products + block, *upstream = upstreams ? upstreams + block : NULL;
    int64_t i = r;
    for (; i + 4 <= end; i += 4) sum_products(&x, i, 4, to, upstream, i == r);
    for (; i < end; i++) sum_products(&x, i, 1, to, upstream, i == r);
  }
  return 1;
}
