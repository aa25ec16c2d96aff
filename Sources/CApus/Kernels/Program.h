// Elementwise programs: strips of the space, small enough that all registers
// stay in the first-level cache, each taken through all steps.

#include "Block.h"
#include "ProgramSteps.h"
#include "ProgramOperands.h"
#include "SmallPrograms.h"

/// Floats in all registers together: 40 of the 48 KB of a first-level cache.
#define APUS_REGISTER_FLOATS 10240

/// Rows and columns of a strip.
typedef struct strip_shape {
  int64_t rows, columns;
} strip_shape;

APUS_INLINE strip_shape choose_strip(const apus_program *program, int32_t full_registers, int64_t rows, int64_t columns) {
  int64_t floats = APUS_STRIP;
  if (full_registers * APUS_STRIP > APUS_REGISTER_FLOATS) floats = APUS_REGISTER_FLOATS / full_registers / 64 * 64;
  if (columns > floats && !program->has_row_steps) {
    // Pieces of a row, as equal as whole vectors allow.
    int64_t pieces = (columns + floats - 1) / floats;
    return (strip_shape){1, ((columns + pieces - 1) / pieces + 15) / 16 * 16};
  }
  if (rows * columns <= floats) return (strip_shape){rows, columns};
  int64_t together = floats > columns ? floats / columns : 1;
  if (together == 1 && rows > 1 && program->has_row_steps && program->plan.row_run_count > 0) together = 2;  // side by side
  // A whole number of vectors, so that contiguous operands are used where they lie.
  int64_t low = columns & -columns;
  int64_t unit = low >= 16 ? 1 : 16 / low;
  return (strip_shape){together > unit ? together - together % unit : together, columns};
}

/// `sums` are what is added up down the columns on the way, or NULL.
static __attribute__((noinline)) void run_region(const apus_program *program, int64_t row_length, int64_t row_begin,
                       int64_t row_end, int64_t column_begin, int64_t column_end, const column_sums *sums) {
  const strip_shape shape = choose_strip(program, program->plan.full_registers, row_end - row_begin, column_end - column_begin);
  const int32_t input_count = program->input_count, output_count = program->output_count;
  // Registers lie a cache line further apart than their length, so that they
  // don't all start in the same set of the cache.
  const int64_t capacity = (shape.rows * shape.columns + 15) / 16 * 16 + 16;
  float memory[program->register_count * capacity] __attribute__((aligned(64)));
  strip_register registers[APUS_MAX_REGISTERS];
  const int many = shape.rows < row_end - row_begin || shape.columns < column_end - column_begin;
  const int fusing = program->step_count <= APUS_MOST_FUSED && (many || program->plan.row_run_count > 0);
  uint64_t summed = 0;
  if (sums != NULL) {
    APUS_SHORT_LOOP
    for (int32_t s = 0; s < sums->count; s++) summed |= 1ull << sums->registers[s];
  }
  apus_step fused_steps[APUS_MOST_FUSED];
  const apus_step *steps = fusing ? fused_steps : program->steps;
  if (fusing) fuse_steps(program, summed, fused_steps);
  APUS_SHORT_LOOP
  for (int32_t r = 0; r < program->register_count; r++) registers[r] = (strip_register){memory + r * capacity, APUS_WIDTH, shape.columns};

  // The rows of a strip are adjacent in memory where an operand is contiguous.
  const int all_columns = column_end - column_begin == row_length;
  const int adjacent = shape.rows == 1 || all_columns;
  // Where a row's number is kept as one vector; of what is put out, only if that is a number for each row too.
  int by_row = program->has_row_steps;
  APUS_SHORT_LOOP
  for (int32_t i = 0; i < input_count && program->rank > 0; i++)
    by_row |= program->plan.inputs[i] == APUS_LAYOUT_STRIDED && program->inputs[i].strides[program->rank - 1] == 0;
  by_row = by_row && row_length % APUS_WIDTH == 0;
  uint32_t in_place = 0, filled = 0, direct = 0, one_a_row = 0;  // operands, a bit each
  APUS_SHORT_LOOP
  for (int32_t i = 0; i < input_count; i++) {
    switch (program->plan.inputs[i]) {
    case APUS_LAYOUT_SAME:
      store_int((int32_t *)registers[i].at, splat_int(*(const int32_t *)program->inputs[i].base));
      registers[i].pace = registers[i].row = 0;
      filled |= 1u << i;
      break;
    case APUS_LAYOUT_CONTIGUOUS:
      if (adjacent) in_place |= 1u << i;
      break;
    case APUS_LAYOUT_ROW:
      // Once for all strips, if these are whole rows of the region.
      if (column_end - column_begin == shape.columns) {
        strip once = {row_begin, shape.rows, column_begin, shape.columns, row_length};
        move_strip(program, &program->inputs[i], registers[i].at, &once, shape.columns, 0);
        filled |= 1u << i;
      } else {
        in_place |= 1u << i;
      }
      break;
    case APUS_LAYOUT_STRIDED:
      if (by_row && program->inputs[i].strides[program->rank - 1] == 0) {
        registers[i].pace = 0;
        one_a_row |= 1u << i;
      }
      break;
    }
  }
  uint64_t written_whole = summed;
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < output_count; o++) {
    const uint8_t result = program->output_registers[o];
    if (!by_row || program->outputs[o].strides[program->rank - 1] != 0) written_whole |= 1ull << result;
    if (result < input_count && one_a_row >> result & 1) {  // put out as it is: in full
      registers[result].pace = APUS_WIDTH;
      one_a_row &= ~(1u << result);
    }
    if (result < input_count && program->plan.kept >> result & 1) in_place &= ~(1u << result);
    if (program->plan.outputs[o] == APUS_LAYOUT_CONTIGUOUS && adjacent && program->plan.direct >> o & 1) direct |= 1u << o;
  }

  for (int64_t row = row_begin; row < row_end; row += shape.rows) {
    strip where = {row, shape.rows < row_end - row ? shape.rows : row_end - row, 0, 0, row_length};
    for (int64_t column = column_begin; column < column_end; column += shape.columns) {
      where.column = column;
      where.columns = shape.columns < column_end - column ? shape.columns : column_end - column;
      const int64_t count = where.rows * where.columns;
      const int whole = count % APUS_WIDTH == 0;
      // Where contiguous operands have the strip, and where the region's elements
      // that follow it without a gap end: reading on to there is fine.
      const int64_t position = row * row_length + column;
      const int64_t end = all_columns ? row_end * row_length : row * row_length + column_end;
      const int readable = position + (count + APUS_WIDTH - 1) / APUS_WIDTH * APUS_WIDTH <= end;
      APUS_SHORT_LOOP
      for (int32_t i = 0; i < input_count; i++) {
        if (filled >> i & 1) continue;
        const apus_operand *input = &program->inputs[i];
        if (in_place >> i & 1 && program->plan.inputs[i] == APUS_LAYOUT_CONTIGUOUS && readable) {
          registers[i].at = (float *)input->base + position;
        } else if (in_place >> i & 1 && program->plan.inputs[i] == APUS_LAYOUT_ROW && whole) {
          registers[i].at = (float *)input->base + column;
        } else {
          registers[i].at = memory + i * capacity;
          if (adjacent && program->plan.inputs[i] == APUS_LAYOUT_CONTIGUOUS)
            copy_contiguous(registers[i].at, (const float *)input->base + position, count);
          else
            move_strip(program, input, registers[i].at, &where, one_a_row >> i & 1 ? APUS_WIDTH : where.columns, 0);
        }
      }
      APUS_SHORT_LOOP
      for (int32_t o = 0; o < output_count; o++)
        if (direct >> o & 1) {
          const uint8_t result = program->output_registers[o];
          registers[result].at = whole ? (float *)program->outputs[o].base + position : memory + result * capacity;
        }
      if (by_row) run_steps_by_row(program, steps, registers, written_whole, &where);
      else run_steps(program, steps, registers, written_whole, &where);
      if (sums != NULL) {
        APUS_SHORT_LOOP
        for (int32_t s = 0; s < sums->count; s++) {
          const strip_register *added = &registers[sums->registers[s]];
          add_strip(sums->partials[s], added->at, added->pace, where.row, where.rows, where.column, where.columns, row_length);
        }
      }
      APUS_SHORT_LOOP
      for (int32_t o = 0; o < output_count; o++) {
        if (whole && direct >> o & 1) continue;
        const apus_operand *output = &program->outputs[o];
        const strip_register *result = &registers[program->output_registers[o]];
        float *from = result->at;
        if (result->pace == 0 && result->row == 0) {  // the same for all, as an input of one element
          from = memory + program->output_registers[o] * capacity;
          spread(from, result->at, (count + APUS_WIDTH - 1) / APUS_WIDTH * APUS_WIDTH);
        }
        if (!adjacent || program->plan.outputs[o] != APUS_LAYOUT_CONTIGUOUS)
          move_strip(program, output, from, &where, where.columns, 1);
        else if ((float *)output->base + position != from)
          copy_contiguous((float *)output->base + position, from, count);
      }
    }
  }
}

/// The same for a program whose operands are all contiguous or one element:
/// elements begin ..< end in row-major order, nothing else to work out.
static __attribute__((noinline)) void run_contiguous(const apus_program *program, int64_t begin, int64_t end) {
  const strip_shape shape = choose_strip(program, program->plan.full_registers, 1, end - begin);
  const int32_t input_count = program->input_count, output_count = program->output_count;
  const int64_t capacity = (shape.columns + 15) / 16 * 16 + 16;
  float memory[program->register_count * capacity] __attribute__((aligned(64)));
  strip_register registers[APUS_MAX_REGISTERS];
  const int fusing = program->step_count <= APUS_MOST_FUSED && (shape.columns < end - begin);
  apus_step fused_steps[APUS_MOST_FUSED];
  const apus_step *steps = fusing ? fused_steps : program->steps;
  if (fusing) fuse_steps(program, 0, fused_steps);
  APUS_SHORT_LOOP
  for (int32_t r = 0; r < program->register_count; r++) registers[r] = (strip_register){memory + r * capacity, APUS_WIDTH, 0};
  uint64_t written_whole = 0;
  uint32_t direct = 0, kept = 0;  // operands, a bit each
  APUS_SHORT_LOOP
  for (int32_t i = 0; i < input_count; i++)
    if (program->plan.inputs[i] == APUS_LAYOUT_SAME) {
      store_int((int32_t *)registers[i].at, splat_int(*(const int32_t *)program->inputs[i].base));
      registers[i].pace = 0;
    }
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < output_count; o++) {
    const uint8_t result = program->output_registers[o];
    written_whole |= 1ull << result;
    if (result < input_count && program->plan.kept >> result & 1) kept |= 1u << result;
    if (program->plan.direct >> o & 1) direct |= 1u << o;
  }
  strip where = {0, 1, begin, shape.columns, end};
  for (; where.column < end; where.column += shape.columns) {
    if (where.columns > end - where.column) where.columns = end - where.column;
    const int64_t vectors = (where.columns + APUS_WIDTH - 1) / APUS_WIDTH * APUS_WIDTH;
    const int whole = vectors == where.columns;
    APUS_SHORT_LOOP
    for (int32_t i = 0; i < input_count; i++) {
      if (program->plan.inputs[i] == APUS_LAYOUT_SAME) continue;
      float *from = (float *)program->inputs[i].base + where.column;
      // Reading on to the end of the last vector is fine within the region.
      if (where.column + vectors <= end && !(kept >> i & 1)) {
        registers[i].at = from;
      } else {
        registers[i].at = memory + i * capacity;
        copy_contiguous(registers[i].at, from, where.columns);
      }
    }
    APUS_SHORT_LOOP
    for (int32_t o = 0; o < output_count; o++)
      if (direct >> o & 1) {
        const uint8_t result = program->output_registers[o];
        registers[result].at = whole ? (float *)program->outputs[o].base + where.column : memory + result * capacity;
      }
    run_steps(program, steps, registers, written_whole, &where);
    APUS_SHORT_LOOP
    for (int32_t o = 0; o < output_count; o++) {
      if (whole && direct >> o & 1) continue;
      const strip_register *result = &registers[program->output_registers[o]];
      float *to = (float *)program->outputs[o].base + where.column;
      if (result->pace == 0)  // an input of one element
        fill_contiguous(to, result->at, where.columns);
      else if (to != result->at)
        copy_contiguous(to, result->at, where.columns);
    }
  }
}

/// Runs the program on rows row_begin ..< row_end and columns column_begin ..<
/// column_end of the space seen as [product of all axes but the last, last axis].
/// A program with row steps needs all columns.
static void program_region(const apus_program *program, int64_t row_begin, int64_t row_end, int64_t column_begin, int64_t column_end) {
  if (row_begin >= row_end || column_begin >= column_end) return;
  const int64_t row_length = program->rank > 0 ? program->dims[program->rank - 1] : 1;
  const int all_columns = column_end - column_begin == row_length;
  if (all_columns && run_few_vectors(program, row_begin * row_length, row_end * row_length, row_length)) return;
  if (all_columns && program->plan.row_run_count > 0 && run_rows_in_memory(program, row_begin, row_end)) return;
  if (program->plan.all_contiguous && !program->has_row_steps && (all_columns || row_end - row_begin == 1)) {
    const int64_t begin = row_begin * row_length + column_begin;
    run_contiguous(program, begin, begin + (row_end - row_begin) * (column_end - column_begin));
    return;
  }
  run_region(program, row_length, row_begin, row_end, column_begin, column_end, NULL);
}

static void program_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_program *program = arguments;
  const int64_t columns = program->rank > 0 ? program->dims[program->rank - 1] : 1;
  int64_t rows = 1;
  APUS_SHORT_LOOP
  for (int32_t k = 0; k < program->rank - 1; k++) rows *= program->dims[k];
  if (parts == 1) {
    program_region(program, 0, rows, 0, columns);
    return;
  }
  int64_t first, last;
  if (program->has_row_steps || rows >= 4 * (int64_t)parts || rows > columns) {
    share(rows, part, parts, &first, &last);
    program_region(program, first, last, 0, columns);
  } else {
    share((columns + 15) / 16, part, parts, &first, &last);
    program_region(program, 0, rows, first * 16, last * 16 < columns ? last * 16 : columns);
  }
}

/// The program on whole blocks of rows, and each block's sums.
static void program_sums_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_program_sums *x = arguments;
  const apus_program *program = x->program;
  const int64_t columns = program->dims[program->rank - 1];
  int64_t rows = 1, first, last;
  APUS_SHORT_LOOP
  for (int32_t k = 0; k < program->rank - 1; k++) rows *= program->dims[k];
  share((rows + APUS_COLUMN_CHAIN - 1) / APUS_COLUMN_CHAIN, part, parts, &first, &last);
  first *= APUS_COLUMN_CHAIN;
  last = last * APUS_COLUMN_CHAIN < rows ? last * APUS_COLUMN_CHAIN : rows;
  if (first >= last || columns == 0) return;
  column_sums sums = {x->count, x->registers, (float *const *)x->partials};
  if (sum_rows_in_memory(program, &sums, first, last)) return;
  run_region(program, columns, first, last, 0, columns, &sums);
}
