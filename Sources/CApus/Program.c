// What follows from where a program's operands lie.

#include "Kernels/ProgramPlan.h"

/// `compact` are the strides of the space in row-major order.
static apus_layout layout_of(const apus_program *program, const apus_operand *operand, const int64_t *compact) {
  const int32_t last = program->rank - 1;
  int contiguous = 1, same = 1;
  for (int32_t k = 0; k < last; k++) {
    if (program->dims[k] == 1) continue;
    contiguous &= operand->strides[k] == compact[k];
    same &= operand->strides[k] == 0;
  }
  if (last < 0 || program->dims[last] == 1) {
    return same ? APUS_LAYOUT_SAME : contiguous ? APUS_LAYOUT_CONTIGUOUS : APUS_LAYOUT_STRIDED;
  }
  if (operand->strides[last] == 0) return same ? APUS_LAYOUT_SAME : APUS_LAYOUT_STRIDED;
  if (operand->strides[last] != 1) return APUS_LAYOUT_STRIDED;
  return contiguous ? APUS_LAYOUT_CONTIGUOUS : same ? APUS_LAYOUT_ROW : APUS_LAYOUT_STRIDED;
}

/// Whether output `o` may be computed in its memory: no step may read an input
/// there once the output's register has been written.
static int can_write_directly(const apus_program *program, int32_t o) {
  const uint8_t result = program->output_registers[o];
  if (result < program->input_count) return 0;
  for (int32_t other = 0; other < o; other++) {
    if (program->output_registers[other] == result) return 0;  // the first one has it
  }
  for (int32_t i = 0; i < program->input_count; i++) {
    if (program->inputs[i].base != program->outputs[o].base) continue;
    for (int32_t other = 0; other < program->output_count; other++) {
      if (program->output_registers[other] == i) return 0;
    }
    int written = 0;
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
static int must_be_kept(const apus_program *program, int32_t input) {
  int is_output = 0, overwritten = 0;
  for (int32_t o = 0; o < program->output_count; o++) {
    if (program->output_registers[o] == input) is_output = 1;
    else if (program->outputs[o].base == program->inputs[input].base) overwritten = 1;
  }
  return is_output && overwritten;
}

void apus_program_prepare(apus_program *program) {
  int64_t compact[APUS_MAX_RANK], size = 1;
  for (int32_t k = program->rank - 1; k >= 0; k--) {
    compact[k] = size;
    size *= program->dims[k];
  }
  apus_program_plan *plan = &program->plan;
  *plan = (apus_program_plan){.full_registers = program->register_count, .all_contiguous = 1};
  plan->may_be_few = !program->has_row_steps;
  for (int32_t s = 0; s < program->step_count; s++) plan->may_be_few &= program->steps[s].opcode != APUS_UNIFORM;
  for (int32_t i = 0; i < program->input_count; i++) {
    const apus_layout found = layout_of(program, &program->inputs[i], compact);
    plan->inputs[i] = (uint8_t)found;
    plan->full_registers -= found == APUS_LAYOUT_SAME;
    plan->all_contiguous &= found <= APUS_LAYOUT_CONTIGUOUS;
    plan->has_rows |= found == APUS_LAYOUT_ROW;
    plan->may_be_few &= found != APUS_LAYOUT_STRIDED;
    if (must_be_kept(program, i)) plan->kept |= 1u << i;
  }
  for (int32_t o = 0; o < program->output_count; o++) {
    apus_layout found = layout_of(program, &program->outputs[o], compact);
    // An output of one element is contiguous; one that repeats an element is not.
    if (found == APUS_LAYOUT_SAME) found = size == 1 ? APUS_LAYOUT_CONTIGUOUS : APUS_LAYOUT_STRIDED;
    plan->outputs[o] = (uint8_t)found;
    plan->all_contiguous &= found == APUS_LAYOUT_CONTIGUOUS;
    plan->may_be_few &= found == APUS_LAYOUT_CONTIGUOUS;
    if (can_write_directly(program, o)) plan->direct |= 1u << o;
  }
  apus_find_row_runs(program);
}
