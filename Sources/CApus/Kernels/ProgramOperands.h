// How the operands of a program lie in memory, and their way into and out of
// the registers.

typedef enum operand_layout {
  OPERAND_SAME,        // one element for the whole space
  OPERAND_CONTIGUOUS,  // the space's own row-major order
  OPERAND_ROW,         // one contiguous row for all rows
  OPERAND_STRIDED
} operand_layout;

/// `compact` are the strides of the space in row-major order.
APUS_INLINE operand_layout layout_of(const apus_program *program, const apus_operand *operand, const int64_t *compact) {
  const int32_t last = program->rank - 1;
  int contiguous = 1, same = 1;
  APUS_SHORT_LOOP
  for (int32_t k = 0; k < last; k++) {
    if (program->dims[k] == 1) continue;
    contiguous &= operand->strides[k] == compact[k];
    same &= operand->strides[k] == 0;
  }
  if (last < 0 || program->dims[last] == 1) return same ? OPERAND_SAME : contiguous ? OPERAND_CONTIGUOUS : OPERAND_STRIDED;
  if (operand->strides[last] == 0) return same ? OPERAND_SAME : OPERAND_STRIDED;
  if (operand->strides[last] != 1) return OPERAND_STRIDED;
  return contiguous ? OPERAND_CONTIGUOUS : same ? OPERAND_ROW : OPERAND_STRIDED;
}

/// Copies a strip of an operand into a register, or back out of it: the first `columns` of each row. Rows that
/// follow one another along the last but one axis are moved together.
static __attribute__((noinline)) void move_strip(const apus_program *program, const apus_operand *operand, float *at, const strip *where, int64_t columns, int outward) {
  const int32_t rank = program->rank;
  const int64_t step = rank > 0 ? operand->strides[rank - 1] : 0;
  // A row's result: only the first element of the row is written.
  const int first_only = outward && step == 0 && where->row_length != 1;
  if (first_only && where->column != 0) return;
  for (int64_t done = 0; done < where->rows;) {
    int64_t offset = where->column * step, stride = 0, rows = where->rows - done;
    if (rank >= 2) {
      const int64_t along = program->dims[rank - 2];
      int64_t rest = where->row + done;
      const int64_t index = rank == 2 ? rest : rest % along;  // a division costs as much as a small row
      stride = operand->strides[rank - 2];
      offset += index * stride;
      if (rank > 2) rest /= along;
      APUS_SHORT_LOOP
      for (int32_t k = rank - 3; k >= 0; k--) {
        offset += rest % program->dims[k] * operand->strides[k];
        rest /= program->dims[k];
      }
      if (rows > along - index) rows = along - index;
    }
    block memory = {(float *)operand->base + offset, stride, step};
    block strip_rows = {at + done * where->columns, where->columns, 1};
    if (outward)
      copy_block(&memory, &strip_rows, rows, first_only ? 1 : columns);
    else
      copy_block(&strip_rows, &memory, rows, columns);
    done += rows;
  }
}

/// Whether output `o` may be computed in its memory: no step may read an input
/// there once the output's register has been written.
static int can_write_directly(const apus_program *program, int32_t o) {
  const uint8_t result = program->output_registers[o];
  if (result < program->input_count) return 0;
  APUS_SHORT_LOOP
  for (int32_t other = 0; other < o; other++)
    if (program->output_registers[other] == result) return 0;  // the first one has it
  APUS_SHORT_LOOP
  for (int32_t i = 0; i < program->input_count; i++) {
    if (program->inputs[i].base != program->outputs[o].base) continue;
    APUS_SHORT_LOOP
    for (int32_t other = 0; other < program->output_count; other++)
      if (program->output_registers[other] == i) return 0;
    int written = 0;
    APUS_SHORT_LOOP
    for (int32_t s = 0; s < program->step_count; s++) {
      const apus_step *step = &program->steps[s];
      if (written && reads(step, (uint8_t)i)) return 0;
      written |= step->destination == result;
    }
  }
  return 1;
}

/// Whether an input must be copied before the steps: it is an output too, and
/// another output overwrites its memory.
static __attribute__((noinline)) int must_be_kept(const apus_program *program, int32_t input) {
  int is_output = 0, overwritten = 0;
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < program->output_count; o++) {
    if (program->output_registers[o] == input)
      is_output = 1;
    else if (program->outputs[o].base == program->inputs[input].base)
      overwritten = 1;
  }
  return is_output && overwritten;
}
