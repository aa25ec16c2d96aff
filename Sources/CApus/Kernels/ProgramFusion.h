// Two steps in one loop, where the second alone reads what the first computes:
// the same operations on the same values, so the same bits, without the way
// through memory in between.

#include "ProgramPlan.h"

// X(name, first opcode, t of a and b, second opcode, result of t, x and y):
// x and y are the second step's operands besides t, in their order.
#define APUS_FUSED_STEPS(X)                                                                        \
  X(MULTIPLY_THEN_ADD, APUS_MULTIPLY, a * b, APUS_ADD, t + x)                                      \
  X(MULTIPLY_THEN_MULTIPLY, APUS_MULTIPLY, a * b, APUS_MULTIPLY, t * x)                            \
  X(ADD_THEN_RELU, APUS_ADD, a + b, APUS_RELU, choose(t <= 0.0f, splat(0), t))                     \
  X(SUBTRACT_THEN_SQUARE, APUS_SUBTRACT, a - b, APUS_SQUARE, t * t)                                \
  X(SUBTRACT_THEN_MULTIPLY, APUS_SUBTRACT, a - b, APUS_MULTIPLY, t * x)                            \
  X(ROOT_THEN_ADD, APUS_SQUARE_ROOT, __builtin_elementwise_sqrt(a), APUS_ADD, t + x)

// The same where it matters which operand t is: `position` 0, 1 or 2.
#define APUS_FUSED_STEPS_AT(X)                                                                     \
  X(MULTIPLY_THEN_ADD_PRODUCT, APUS_MULTIPLY, a * b, APUS_MULTIPLY_ADD, 2, fused(x, y, t))         \
  X(MULTIPLY_THEN_MULTIPLY_ADD, APUS_MULTIPLY, a * b, APUS_MULTIPLY_ADD, 0, fused(t, x, y))         \
  X(SUBTRACT_THEN_MULTIPLY_ADD, APUS_SUBTRACT, a - b, APUS_MULTIPLY_ADD, 0, fused(t, x, y))         \
  X(DIVIDE_THEN_MULTIPLY_ADD, APUS_DIVIDE, a / b, APUS_MULTIPLY_ADD, 0, fused(t, x, y))            \
  X(MULTIPLY_THEN_SUBTRACT_IT, APUS_MULTIPLY, a * b, APUS_SUBTRACT, 1, x - t)                      \
  X(DIVIDE_THEN_SUBTRACT_IT, APUS_DIVIDE, a / b, APUS_SUBTRACT, 1, x - t)                          \
  X(MULTIPLY_THEN_FLUSH, APUS_MULTIPLY, a * b, APUS_FLUSH, 0, choose(absolute(t) < 0x1p-100f, splat(0), t))

/// Longer programs are run step by step; so are those of a single strip, for
/// which looking for pairs would take longer than what it saves.
#define APUS_MOST_FUSED 64

/// Opcodes of the first of two steps that are run together.
enum {
  APUS_FUSED_BASE = APUS_OPCODE_COUNT - 1,
#define X(name, ...) APUS_FUSED_##name,
  APUS_FUSED_STEPS(X) APUS_FUSED_STEPS_AT(X)
#undef X
  APUS_FUSED_SQUARE_THEN_ROW_SUM,
  APUS_FUSED_MULTIPLY_THEN_ROW_SUM,
};

/// The fused opcode of two steps, or the first one's own.
static uint8_t fuse(const apus_step *first, const apus_step *second) {
  const uint8_t t = first->destination;
#define X(name, one, e, two, f) \
  if (first->opcode == one && second->opcode == two) return APUS_FUSED_##name;
  APUS_FUSED_STEPS(X)
#undef X
#define X(name, one, e, two, position, f)                                                        \
  if (first->opcode == one && second->opcode == two && (&second->a)[position] == t) return APUS_FUSED_##name;
  APUS_FUSED_STEPS_AT(X)
#undef X
  if (second->opcode == APUS_ROW_SUM && first->opcode == APUS_SQUARE) return APUS_FUSED_SQUARE_THEN_ROW_SUM;
  if (second->opcode == APUS_ROW_SUM && first->opcode == APUS_MULTIPLY) return APUS_FUSED_MULTIPLY_THEN_ROW_SUM;
  return first->opcode;
}

/// Whether nothing reads register `t`'s present value after step `at`.
static int is_dead_after(const apus_program *program, int32_t at, uint8_t t) {
  if (program->steps[at].destination == t) return 1;
  APUS_SHORT_LOOP
  for (int32_t s = at + 1; s < program->step_count; s++) {
    if (reads(&program->steps[s], t)) return 0;
    if (program->steps[s].destination == t) return 1;
  }
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < program->output_count; o++)
    if (program->output_registers[o] == t) return 0;
  return 1;
}

/// Copies the steps, with fused opcodes where two can be run together.
static __attribute__((noinline)) void fuse_steps(const apus_program *program, apus_step *steps) {
  memcpy(steps, program->steps, sizeof(apus_step) * (size_t)program->step_count);
  APUS_SHORT_LOOP
  for (int32_t s = 0; s + 1 < program->step_count; s++) {
    const apus_step *first = &program->steps[s], *second = first + 1;
    if (reads(second, first->destination) != 1 || !is_dead_after(program, s + 1, first->destination)) continue;
    steps[s].opcode = fuse(first, second);
    if (steps[s].opcode != first->opcode) s++;
  }
}
