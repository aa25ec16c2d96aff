// The steps of an elementwise program, each a loop over one strip.

/// One register's strip. Whole vectors are computed: memory that a register
/// points at is readable, and writable if a step writes it, up to the next
/// multiple of APUS_WIDTH.
typedef struct strip_register {
  float *at;
  /// Floats from one vector to the next: APUS_WIDTH, or 0 where every element
  /// is the same and one vector stands for all: of the strip, or of a row.
  int64_t pace;
  /// Floats from one row's first vector to the next row's; 0 where one vector
  /// stands for all rows. Read where a program is run row by row.
  int64_t row;
} strip_register;

/// Where a strip lies in the space, for row steps and random numbers.
typedef struct strip {
  int64_t row, rows;        // of the space seen as rows
  int64_t column, columns;  // the part of each row, contiguous in the registers
  int64_t row_length;       // of the space
} strip;

APUS_INLINE vfloat truth(vint mask) { return (vfloat)(mask & 0x3f800000); }
APUS_INLINE vint as_int(vfloat x) { return (vint)x; }
APUS_INLINE vfloat as_float(vint x) { return (vfloat)x; }
// Unsigned arithmetic wraps.
APUS_INLINE vfloat add_int(vfloat a, vfloat b) { return (vfloat)((vuint)a + (vuint)b); }
APUS_INLINE vfloat subtract_int(vfloat a, vfloat b) { return (vfloat)((vuint)a - (vuint)b); }
APUS_INLINE vfloat multiply_int(vfloat a, vfloat b) { return (vfloat)((vuint)a * (vuint)b); }

APUS_INLINE vfloat sign_of(vfloat a) {
  return choose(a > 0.0f, splat(1.0f), choose(a < 0.0f, splat(-1.0f), a));
}

/// Toward zero; NaN gives 0; out of range saturates.
APUS_INLINE vfloat float_to_int(vfloat a) {
  vint inside = absolute(a) < 0x1p31f;
  vint converted = __builtin_convertvector(choose(inside, a, splat(0)), vint);
  vint limit = choose_int(a > 0.0f, splat_int(INT32_MAX), choose_int(a < 0.0f, splat_int(INT32_MIN), splat_int(0)));
  return (vfloat)choose_int(inside, converted, limit);
}

// The operations that are one expression of vectors, as X(opcode, expression).

#define APUS_UNARY_STEPS(X)                                                          \
  X(APUS_NEGATE, -a)                                                                 \
  X(APUS_ABSOLUTE, absolute(a))                                                      \
  X(APUS_SIGN, sign_of(a))                                                           \
  X(APUS_SQUARE, a * a)                                                              \
  X(APUS_SQUARE_ROOT, __builtin_elementwise_sqrt(a))                                 \
  X(APUS_RECIPROCAL, 1.0f / a)                                                       \
  X(APUS_EXP, vector_exp(a))                                                         \
  X(APUS_EXPM1, vector_expm1(a))                                                     \
  X(APUS_LOG, vector_log(a))                                                         \
  X(APUS_LOG1P, vector_log1p(a))                                                     \
  X(APUS_SIN, vector_sin(a))                                                         \
  X(APUS_COS, vector_cos(a))                                                         \
  X(APUS_TANH, vector_tanh(a))                                                       \
  X(APUS_SIGMOID, vector_sigmoid(a))                                                 \
  X(APUS_ERF, vector_erf(a))                                                         \
  X(APUS_SOFTPLUS, vector_softplus(a))                                               \
  X(APUS_FLOOR, vector_floor(a))                                                     \
  X(APUS_CEIL, vector_ceil(a))                                                       \
  X(APUS_ROUND, vector_round(a))                                                     \
  X(APUS_RELU, choose(a <= 0.0f, splat(0), a))                                       \
  X(APUS_NOT, truth(a == 0.0f))                                                      \
  X(APUS_IS_FINITE, truth(absolute(a) < splat(__builtin_inff())))                    \
  X(APUS_COPY, a)                                                                    \
  X(APUS_NEGATE_INT, subtract_int(splat(0), a))                                      \
  X(APUS_ABSOLUTE_INT, choose(as_int(a) < 0, subtract_int(splat(0), a), a))          \
  X(APUS_INT_TO_FLOAT, __builtin_convertvector(as_int(a), vfloat))                   \
  X(APUS_FLOAT_TO_INT, float_to_int(a))                                              \
  X(APUS_FLUSH, choose(absolute(a) < 0x1p-100f, splat(0), a))                         \
  X(APUS_GELU, vector_gelu(a))                                                       \
  X(APUS_GELU_SLOPE, vector_gelu_slope(a))

#define APUS_BINARY_STEPS(X)                                                         \
  X(APUS_ADD, a + b)                                                                 \
  X(APUS_SUBTRACT, a - b)                                                            \
  X(APUS_MULTIPLY, a * b)                                                            \
  X(APUS_DIVIDE, a / b)                                                              \
  X(APUS_MAXIMUM, maximum(a, b))                                                     \
  X(APUS_MINIMUM, minimum(a, b))                                                     \
  X(APUS_POWER, vector_pow(a, b))                                                    \
  X(APUS_EQUAL, truth(a == b))                                                       \
  X(APUS_NOT_EQUAL, truth(a != b))                                                   \
  X(APUS_LESS, truth(a < b))                                                         \
  X(APUS_LESS_EQUAL, truth(a <= b))                                                  \
  X(APUS_AND, truth((a != 0.0f) & (b != 0.0f)))                                      \
  X(APUS_OR, truth((a != 0.0f) | (b != 0.0f)))                                       \
  X(APUS_ADD_INT, add_int(a, b))                                                     \
  X(APUS_SUBTRACT_INT, subtract_int(a, b))                                           \
  X(APUS_MULTIPLY_INT, multiply_int(a, b))                                           \
  X(APUS_MAXIMUM_INT, choose(as_int(a) > as_int(b), a, b))                           \
  X(APUS_MINIMUM_INT, choose(as_int(a) < as_int(b), a, b))                           \
  X(APUS_EQUAL_INT, truth(as_int(a) == as_int(b)))                                   \
  X(APUS_LESS_INT, truth(as_int(a) < as_int(b)))                                     \
  X(APUS_LESS_EQUAL_INT, truth(as_int(a) <= as_int(b)))

#define APUS_TERNARY_STEPS(X)                                                        \
  X(APUS_MULTIPLY_ADD, fused(a, b, c))                                               \
  X(APUS_SELECT, choose(a != 0.0f, b, c))

#include "ProgramFusion.h"

/// Writes one vector's worth of `from`, whose pace is 0, to the whole strip.
APUS_INLINE void spread(float *to, const float *from, int64_t count) {
  vfloat lanes = load(from);
  for (int64_t i = 0; i < count; i += APUS_WIDTH) store(to + i, lanes);
}

#include "ProgramRows.h"
#include "RowForms.h"
#include "ProgramRowRuns.h"

/// Whether a register has one number for each row.
APUS_INLINE int is_number(const strip_register *r) { return r->pace == 0 && r->row != 0; }

/// Whether an operation takes so long that numbers of several rows are computed in one vector.
APUS_INLINE int takes_long(uint8_t opcode) {
  return opcode == APUS_DIVIDE || opcode == APUS_SQUARE_ROOT || opcode == APUS_RECIPROCAL;
}

/// The numbers of the rows from `r` on, a lane each, and 1 in the other lanes.
APUS_INLINE vfloat gather_numbers(const float *numbers, int64_t row, int64_t r, int64_t rows) {
  float lanes[APUS_WIDTH];
  store(lanes, splat(1));
  for (int64_t i = 0; i < APUS_WIDTH && r + i < rows; i++) lanes[i] = numbers[(r + i) * row];
  return load(lanes);
}

/// One vector of each row's number, where the rows from `r` on begin.
APUS_INLINE void scatter_numbers(float *to, int64_t columns, int64_t r, int64_t rows, vfloat numbers) {
  float lanes[APUS_WIDTH];
  store(lanes, numbers);
  for (int64_t i = 0; i < APUS_WIDTH && r + i < rows; i++) store(to + (r + i) * columns, splat(lanes[i]));
}

static __attribute__((noinline)) void uniform_strip(float *to, const strip *where, const apus_step *step, const void *seed_and_step) {
  int64_t position = where->row * where->row_length + where->column;
  if (where->columns == where->row_length || where->rows == 1) {
    uniform_numbers(to, position, where->rows * where->columns, step, seed_and_step);
    return;
  }
  for (int64_t r = 0; r < where->rows; r++)
    uniform_numbers(to + r * where->columns, position + r * where->row_length, where->columns, step, seed_and_step);
}

/// Runs all steps on one strip. Not inlined, nor is what is rare: small programs
/// are quick only if few registers of the processor have to be saved. Registers of `written_whole` (a bit each) are
/// written in full even where all their elements are the same. `step` are the
/// program's steps, as they are or fused. `by_row`: a row's result is computed, and
/// kept, as one vector for each row, which takes rows of whole vectors.
APUS_INLINE void run_all_steps(const int by_row, const apus_program *program, const apus_step *step, strip_register *registers,
                               uint64_t written_whole, const strip *where) {
  const int64_t count = (where->rows * where->columns + APUS_WIDTH - 1) / APUS_WIDTH * APUS_WIDTH;
  const int64_t columns = where->columns;
  const apus_step *end = step + program->step_count;
  for (; step < end; step++) {
    strip_register *destination = &registers[step->destination];
    float *to = destination->at;
    const strip_register *ra = &registers[step->a];
    // A single vector that the loop would overwrite while it still reads it.
    vfloat held[4], held_of_row[4];

#define APUS_OPERAND(r, which, k)                                                                \
  const float *p##r = (which)->at;                                                               \
  const int64_t pace_##r = (which)->pace, row_##r = by_row ? (which)->row : 0;                   \
  if (pace_##r == 0 && row_##r == 0 && p##r == to) {                                             \
    held[k] = load(p##r);                                                                        \
    p##r = (const float *)&held[k];                                                              \
  }
#define APUS_VARIES(r) (by_row && pace_##r == 0 && row_##r != 0)
#define APUS_EXTENT(together, varies)                                                            \
  const int64_t pace = written_whole >> step->destination & 1 ? APUS_WIDTH : (together);         \
  const int64_t rows = (varies) ? where->rows : 1;                                               \
  const int64_t length = !pace ? APUS_WIDTH : (varies) ? columns : count;                        \
  destination->pace = pace;                                                                      \
  if (by_row) destination->row = pace || (varies) ? columns : 0;
#define APUS_ROW_BEGIN                                                                           \
  for (int64_t r = 0; r < rows; r++) {                                                           \
    float *into = to + r * columns;
// Only numbers of rows: one vector for each.
#define APUS_NUMBERS(varies) (by_row && !pace && (varies))
#define APUS_TOGETHER(opcode) (takes_long(opcode) ? APUS_WIDTH : 1)
#define APUS_NUMBERS_OF(r_, opcode)                                                              \
  (takes_long(opcode) ? gather_numbers(p##r_, row_##r_, r, rows) : load(p##r_ + r * row_##r_))
#define APUS_STORE_NUMBERS(opcode, expression)                                                   \
  if (takes_long(opcode)) scatter_numbers(to, columns, r, rows, expression);                     \
  else store(to + r * columns, expression);
#define APUS_AT_ROW(r_, k)                                                                       \
    const float *at_##r_ = p##r_ + r * row_##r_;                                                 \
    if (APUS_VARIES(r_) && at_##r_ == into) {                                                    \
      held_of_row[k] = load(at_##r_);                                                            \
      at_##r_ = (const float *)&held_of_row[k];                                                  \
    }

    uint8_t opcode = step->opcode;
  again:
    switch (opcode) {
#define X(opcode, expression)                             \
  case opcode: {                                          \
    APUS_OPERAND(a, ra, 0)                                \
    APUS_EXTENT(pace_a, APUS_VARIES(a))                   \
    if (APUS_NUMBERS(APUS_VARIES(a))) {                   \
      APUS_SHORT_LOOP                                     \
      for (int64_t r = 0; r < rows; r += APUS_TOGETHER(opcode)) { \
        const vfloat a = APUS_NUMBERS_OF(a, opcode);      \
        APUS_STORE_NUMBERS(opcode, expression)            \
      }                                                   \
      break;                                              \
    }                                                     \
    APUS_ROW_BEGIN                                        \
    APUS_AT_ROW(a, 0)                                     \
    for (int64_t i = 0; i < length; i += APUS_WIDTH) {    \
      vfloat a = load(at_a);                              \
      at_a += pace_a;                                     \
      store(into + i, expression);                        \
    }                                                     \
    }                                                     \
    break;                                                \
  }
      APUS_UNARY_STEPS(X)
#undef X
#define X(opcode, expression)                                             \
  case opcode: {                                                          \
    APUS_OPERAND(a, ra, 0)                                                \
    APUS_OPERAND(b, &registers[step->b], 1)                               \
    APUS_EXTENT(pace_a | pace_b, APUS_VARIES(a) || APUS_VARIES(b))        \
    if (APUS_NUMBERS(APUS_VARIES(a) || APUS_VARIES(b))) {                 \
      APUS_SHORT_LOOP                                                     \
      for (int64_t r = 0; r < rows; r += APUS_TOGETHER(opcode)) {         \
        const vfloat a = APUS_NUMBERS_OF(a, opcode), b = APUS_NUMBERS_OF(b, opcode); \
        APUS_STORE_NUMBERS(opcode, expression)                            \
      }                                                                   \
      break;                                                              \
    }                                                                     \
    APUS_ROW_BEGIN                                                        \
    APUS_AT_ROW(a, 0)                                                     \
    APUS_AT_ROW(b, 1)                                                     \
    for (int64_t i = 0; i < length; i += APUS_WIDTH) {                    \
      vfloat a = load(at_a), b = load(at_b);                              \
      at_a += pace_a;                                                     \
      at_b += pace_b;                                                     \
      store(into + i, expression);                                        \
    }                                                                     \
    }                                                                     \
    break;                                                                \
  }
      APUS_BINARY_STEPS(X)
#undef X
#define X(opcode, expression)                                                                        \
  case opcode: {                                                                                     \
    APUS_OPERAND(a, ra, 0)                                                                           \
    APUS_OPERAND(b, &registers[step->b], 1)                                                          \
    APUS_OPERAND(c, &registers[step->c], 2)                                                          \
    APUS_EXTENT(pace_a | pace_b | pace_c, APUS_VARIES(a) || APUS_VARIES(b) || APUS_VARIES(c))        \
    APUS_ROW_BEGIN                                                                                   \
    APUS_AT_ROW(a, 0)                                                                                \
    APUS_AT_ROW(b, 1)                                                                                \
    APUS_AT_ROW(c, 2)                                                                                \
    for (int64_t i = 0; i < length; i += APUS_WIDTH) {                                               \
      vfloat a = load(at_a), b = load(at_b), c = load(at_c);                                         \
      at_a += pace_a;                                                                                \
      at_b += pace_b;                                                                                \
      at_c += pace_c;                                                                                \
      store(into + i, expression);                                                                   \
    }                                                                                                \
    }                                                                                                \
    break;                                                                                           \
  }
      APUS_TERNARY_STEPS(X)
#undef X
#define APUS_FUSED_CASE(name, one, first, two, second)                                             \
  case APUS_FUSED_##name: {                                                                        \
    const apus_step *next = step + 1;                                                              \
    const int lone = operands_of(two) == 1;                                                        \
    /* Without further operands x and y stand for a, unused. */                                    \
    const int t_at = next->a == step->destination ? 0 : next->b == step->destination ? 1 : 2;      \
    const strip_register *rb = &registers[operands_of(one) == 1 ? step->a : step->b];              \
    const strip_register *rx = &registers[lone ? step->a : t_at == 0 ? next->b : next->a];         \
    const strip_register *ry = &registers[operands_of(two) < 3 ? step->a : t_at == 2 ? next->b : next->c]; \
    step = next;                                                                                   \
    destination = &registers[step->destination];                                                   \
    to = destination->at;                                                                          \
    APUS_OPERAND(a, ra, 0)                                                                         \
    APUS_OPERAND(b, rb, 1)                                                                         \
    APUS_OPERAND(x, rx, 2)                                                                         \
    APUS_OPERAND(y, ry, 3)                                                                         \
    APUS_EXTENT(pace_a | pace_b | pace_x | pace_y,                                                 \
                APUS_VARIES(a) || APUS_VARIES(b) || APUS_VARIES(x) || APUS_VARIES(y))              \
    APUS_ROW_BEGIN                                                                                 \
    APUS_AT_ROW(a, 0)                                                                              \
    APUS_AT_ROW(b, 1)                                                                              \
    APUS_AT_ROW(x, 2)                                                                              \
    APUS_AT_ROW(y, 3)                                                                              \
    for (int64_t i = 0; i < length; i += APUS_WIDTH) {                                             \
      vfloat a = load(at_a), b = load(at_b), x = load(at_x), y = load(at_y);                       \
      (void)b, (void)x, (void)y;                                                                   \
      at_a += pace_a;                                                                              \
      at_b += pace_b;                                                                              \
      at_x += pace_x;                                                                              \
      at_y += pace_y;                                                                              \
      vfloat t = first;                                                                            \
      store(into + i, second);                                                                     \
    }                                                                                              \
    }                                                                                              \
    break;                                                                                         \
  }
      APUS_FUSED_STEPS(APUS_FUSED_CASE)
#define X(name, one, first, two, position, second) APUS_FUSED_CASE(name, one, first, two, second)
      APUS_FUSED_STEPS_AT(X)
#undef X
#undef APUS_FUSED_CASE
    case APUS_FUSED_SQUARE_THEN_ROW_SUM:
    case APUS_FUSED_MULTIPLY_THEN_ROW_SUM: {
      const strip_register *rb = opcode == APUS_FUSED_MULTIPLY_THEN_ROW_SUM ? &registers[step->b] : ra;
      if (ra->pace != 0 && rb->pace != 0) {
        step++;
        destination = &registers[step->destination];
        const int whole = !by_row || written_whole >> step->destination & 1;
        destination->pace = whole ? APUS_WIDTH : 0;
        destination->row = columns;
        row_step(opcode, destination->at, ra->at, rb->at, where, whole ? columns : APUS_WIDTH);
        break;
      }
      // Numbers of rows among them: one step after the other.
      opcode = opcode == APUS_FUSED_MULTIPLY_THEN_ROW_SUM ? APUS_MULTIPLY : APUS_SQUARE;
      goto again;
    }
    case APUS_FUSED_MULTIPLY_AND_ROW_SUM:
    case APUS_FUSED_SUBTRACT_AND_SQUARES: {
      const int subtracts = opcode == APUS_FUSED_SUBTRACT_AND_SQUARES;
      const strip_register *rb = &registers[step->b];
      const int suits = by_row && columns % 16 == 0 && ra->pace != 0 && (subtracts ? is_number(rb) : rb->pace != 0);
      if (!suits) {
        opcode = subtracts ? APUS_SUBTRACT : APUS_MULTIPLY;
        goto again;
      }
      const float *a = ra->at, *b = rb->at;
      const int64_t b_row = rb->row;
      step += subtracts ? 2 : 1;
      destination->pace = APUS_WIDTH;
      destination->row = columns;
      destination = &registers[step->destination];
      const int whole = written_whole >> step->destination & 1;
      destination->pace = whole ? APUS_WIDTH : 0;
      destination->row = columns;
      if (subtracts) kept_differences(to, destination->at, a, b, b_row, where, whole ? columns : APUS_WIDTH);
      else kept_products(to, destination->at, a, b, where, whole ? columns : APUS_WIDTH);
      break;
    }
    case APUS_FUSED_DIFFERENCE_THEN_MULTIPLY: {
      const strip_register *rx = ra, *ry = &registers[step->b], *re = &registers[step[1].a];
      const strip_register *rz = &registers[other_factor(&step[2], step[1].destination)];
      if (rx->pace == 0) rx = ry, ry = ra;
      if (!by_row || rx->pace == 0 || re->pace == 0 || !is_number(ry) || !is_number(rz)) {
        opcode = APUS_MULTIPLY;
        goto again;
      }
      step += 2;
      destination = &registers[step->destination];
      difference_times(destination->at, re, rx, ry, rz, where);
      destination->pace = APUS_WIDTH;
      destination->row = columns;
      break;
    }
    case APUS_FUSED_ROW_RUN: {
      const apus_row_run *run = &program->plan.row_runs[step->sample_size];
      if (run_row_steps(by_row, program, run, registers, written_whole, where)) {
        step += run->count - 1;
        break;
      }
      opcode = program->steps[run->first].opcode;
      goto again;
    }
    case APUS_ROW_SUM:
    case APUS_ROW_MAXIMUM:
    case APUS_ROW_MINIMUM: {
      const float *from = ra->at;
      if (ra->pace == 0 && by_row && ra->row != 0) {
        for (int64_t r = 0; r < where->rows; r++) spread(to + r * columns, from + r * columns, columns);
        from = to;
      } else if (ra->pace == 0) {
        spread(to, from, count);
        from = to;
      }
      const int whole = !by_row || written_whole >> step->destination & 1;
      destination->pace = whole ? APUS_WIDTH : 0;
      destination->row = columns;
      row_step(opcode, to, from, from, where, whole ? columns : APUS_WIDTH);
      break;
    }
    case APUS_UNIFORM:
      destination->pace = APUS_WIDTH;
      destination->row = columns;
      uniform_strip(to, where, step, program->inputs[step->a].base);
      break;
    }
#undef APUS_OPERAND
#undef APUS_VARIES
#undef APUS_EXTENT
#undef APUS_ROW_BEGIN
#undef APUS_NUMBERS
#undef APUS_TOGETHER
#undef APUS_NUMBERS_OF
#undef APUS_STORE_NUMBERS
#undef APUS_AT_ROW
  }
}

#define RUN_STEPS_PARAMETERS                                                                              \
  const apus_program *program, const apus_step *step, strip_register *registers, uint64_t written_whole, \
    const strip *where
static __attribute__((noinline)) void run_steps(RUN_STEPS_PARAMETERS) {
  run_all_steps(0, program, step, registers, written_whole, where);
}
static __attribute__((noinline)) void run_steps_by_row(RUN_STEPS_PARAMETERS) {
  run_all_steps(1, program, step, registers, written_whole, where);
}
