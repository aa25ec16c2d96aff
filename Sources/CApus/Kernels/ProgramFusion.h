// Two steps in one loop, where the second alone reads what the first computes:
// the same operations on the same values, so the same bits, without the way
// through memory in between. And longer runs of steps, of those that the gradient
// and the result of a layer normalization are made of.

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

/// Longer programs are run step by step; so are those of a single strip, for which looking for pairs would take longer
/// than what it saves, unless they hold a computation over rows.
#define APUS_MOST_FUSED 64

/// Opcodes of the first of two steps that are run together.
enum {
  APUS_FUSED_BASE = APUS_OPCODE_COUNT - 1,
#define X(name, ...) APUS_FUSED_##name,
  APUS_FUSED_STEPS(X) APUS_FUSED_STEPS_AT(X)
#undef X
  APUS_FUSED_SQUARE_THEN_ROW_SUM,
  APUS_FUSED_MULTIPLY_THEN_ROW_SUM,
  // t = a * b, kept, and the sums of its rows.
  APUS_FUSED_MULTIPLY_AND_ROW_SUM,
  // t = a - b, kept, with a number b of each row, and the sums of its rows' squares.
  APUS_FUSED_SUBTRACT_AND_SQUARES,
  // (e - x * y) * z, with numbers y and z of each row.
  APUS_FUSED_DIFFERENCE_THEN_MULTIPLY,
  // A computation over rows: `sample_size` is its place in the plan.
  APUS_FUSED_ROW_RUN,
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

/// Whether nothing reads register `t`'s present value after step `at`. Registers of `kept` (a bit each) are read in the end.
static int is_dead_after(const apus_program *program, int32_t at, uint8_t t, uint64_t kept) {
  if (program->steps[at].destination == t) return 1;
  APUS_SHORT_LOOP
  for (int32_t s = at + 1; s < program->step_count; s++) {
    if (reads(&program->steps[s], t)) return 0;
    if (program->steps[s].destination == t) return 1;
  }
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < program->output_count; o++)
    if (program->output_registers[o] == t) return 0;
  return !(kept >> t & 1);
}

/// Which operand of a product is not `t`.
static uint8_t other_factor(const apus_step *step, uint8_t t) { return step->a == t ? step->b : step->a; }

/// Whether the three steps at `at` are (e - x * y) * z, and nothing else reads what lies in between.
static int is_difference_times(const apus_program *program, int32_t at, uint64_t kept) {
  if (at + 2 >= program->step_count) return 0;
  const apus_step *s = &program->steps[at];
  const uint8_t f = s[0].destination, g = s[1].destination;
  if (s[0].opcode != APUS_MULTIPLY || s[1].opcode != APUS_SUBTRACT || s[2].opcode != APUS_MULTIPLY) return 0;
  return s[1].a != f && s[1].b == f && reads(&s[2], g) == 1 && other_factor(&s[2], g) != f
         && is_dead_after(program, at + 2, f, kept) && is_dead_after(program, at + 2, g, kept);
}

/// The fused opcode of the steps at `at` and how many steps it stands for; 0 of them where there is none.
static int32_t fuse_run(const apus_program *program, int32_t at, uint64_t kept, uint8_t *opcode) {
  const apus_step *first = &program->steps[at], *second = first + 1;
  if (is_difference_times(program, at, kept)) {
    *opcode = APUS_FUSED_DIFFERENCE_THEN_MULTIPLY;
    return 3;
  }
  const uint8_t t = first->destination;
  if (first->opcode == APUS_MULTIPLY && second->opcode == APUS_ROW_SUM && second->a == t && second->destination != t
      && !is_dead_after(program, at + 1, t, kept)) {
    *opcode = APUS_FUSED_MULTIPLY_AND_ROW_SUM;
    return 2;
  }
  if (first->opcode == APUS_SUBTRACT && second->opcode == APUS_SQUARE && second->a == t && second->destination != t
      && at + 2 < program->step_count && second[1].opcode == APUS_ROW_SUM && second[1].a == second->destination
      && second[1].destination != t && is_dead_after(program, at + 2, second->destination, kept)) {
    *opcode = APUS_FUSED_SUBTRACT_AND_SQUARES;
    return 3;
  }
  return 0;
}

/// Whether a computation over rows is better taken step by step: where it leaves a register of `kept` unwritten, and where
/// two steps in one loop do as well.
static int is_better_in_steps(const apus_program *program, const apus_row_run *run, uint64_t kept) {
  if (run->form == APUS_ROWS_STANDARDIZED_PRODUCT) return 1;
  for (int32_t s = run->first; s < run->first + run->count; s++)
    if (kept >> program->steps[s].destination & 1 && program->steps[s].destination != run->results[0]) return 1;
  return 0;
}

/// Copies the steps, with fused opcodes where two or more can be run together. `kept` are registers that are read besides
/// outputs, a bit each.
static __attribute__((noinline)) void fuse_steps(const apus_program *program, uint64_t kept, apus_step *steps) {
  memcpy(steps, program->steps, sizeof(apus_step) * (size_t)program->step_count);
  int32_t row_run = 0;
  APUS_SHORT_LOOP
  for (int32_t s = 0; s + 1 < program->step_count; s++) {
    if (row_run < program->plan.row_run_count && program->plan.row_runs[row_run].first == s) {
      const apus_row_run *run = &program->plan.row_runs[row_run++];
      if (!is_better_in_steps(program, run, kept)) {
        steps[s].opcode = APUS_FUSED_ROW_RUN;
        steps[s].sample_size = row_run - 1;
        s += run->count - 1;
        continue;
      }
    }
    const apus_step *first = &program->steps[s], *second = first + 1;
    const int32_t run = program->has_row_steps ? fuse_run(program, s, kept, &steps[s].opcode) : 0;
    if (run > 0) {
      s += run - 1;
      continue;
    }
    if (reads(second, first->destination) != 1 || !is_dead_after(program, s + 1, first->destination, kept)) continue;
    steps[s].opcode = fuse(first, second);
    if (steps[s].opcode != first->opcode) s++;
  }
}
