// The way of a program's operands into and out of the registers.

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
