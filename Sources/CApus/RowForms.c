// The computations over rows that one loop does (Kernels/RowForms.h). They are found by what a program computes: by
// expressions, whichever registers the steps use and in whichever order factors and terms stand.
//
// The steps remain the definition: a loop does the same operations in the same order, and a test compares the bits.

#include "Kernels/ProgramPlan.h"
#include "Kernels/RowFormOperands.h"

/// What an operand may be: anything; a number for each row, or for all; a number for all rows.
typedef enum operand_kind { ANY, NUMBER, CONSTANT } operand_kind;

enum { MOST_FORM_STEPS = 16, MOST_PLACES = APUS_MAX_ROW_OPERANDS + MOST_FORM_STEPS, MOST_STEPS = 64 };

/// An expression. `a`, `b` and `c` are places: those of operands, then, from APUS_MAX_ROW_OPERANDS on, those of steps.
typedef struct row_form {
  uint8_t form;
  uint8_t result;          // the place of the expression's last step
  uint8_t row_results[2];  // the places of numbers for each row that may be read besides
  uint8_t kinds[APUS_MAX_ROW_OPERANDS];
  struct {
    uint8_t opcode, a, b, c;
  } steps[MOST_FORM_STEPS];  // those that the last one doesn't depend on are no part of the form
} row_form;

enum { S0 = APUS_MAX_ROW_OPERANDS, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11 };

// Standardized (S9), scaled (S10) and shifted (S11): of the rest, what they depend on.
#define STANDARDIZED(last)                                                                                             \
  {APUS_ROWS_STANDARDIZED, last, {S1, S8}, {ANY, CONSTANT, CONSTANT, ANY, ANY},                                        \
   {{APUS_ROW_SUM, STANDARDIZED_X},                                                                                    \
    {APUS_MULTIPLY, S0, STANDARDIZED_SHARE},                                                                           \
    {APUS_SUBTRACT, STANDARDIZED_X, S1},                                                                               \
    {APUS_SQUARE, S2},                                                                                                 \
    {APUS_ROW_SUM, S3},                                                                                                \
    {APUS_MULTIPLY, S4, STANDARDIZED_SHARE},                                                                           \
    {APUS_ADD, S5, STANDARDIZED_EPSILON},                                                                              \
    {APUS_SQUARE_ROOT, S6},                                                                                            \
    {APUS_RECIPROCAL, S7},                                                                                             \
    {APUS_MULTIPLY, S2, S8},                                                                                           \
    {APUS_MULTIPLY, S9, STANDARDIZED_GAIN},                                                                            \
    {APUS_ADD, S10, STANDARDIZED_BIAS}}}

// factor (d - mean(d) - n mean(d n)), with d = upstream or upstream x gain, and n what was standardized, or computed again.
#define STANDARDIZED_GRADIENT(d, n)                                                                                    \
  {APUS_ROWS_STANDARDIZED_GRADIENT, S11, {APUS_NO_REGISTER, APUS_NO_REGISTER},                                         \
   {ANY, ANY, CONSTANT, NUMBER, ANY, NUMBER, ANY},                                                                     \
   {{APUS_SUBTRACT, GRADIENT_X, GRADIENT_MEAN},                                                                        \
    {APUS_MULTIPLY, S0, GRADIENT_FACTOR},                                                                              \
    {APUS_MULTIPLY, GRADIENT_UPSTREAM, GRADIENT_GAIN},                                                                 \
    {APUS_ROW_SUM, d},                                                                                                 \
    {APUS_MULTIPLY, S3, GRADIENT_SHARE},                                                                               \
    {APUS_SUBTRACT, d, S4},                                                                                            \
    {APUS_MULTIPLY, d, n},                                                                                             \
    {APUS_ROW_SUM, S6},                                                                                                \
    {APUS_MULTIPLY, S7, GRADIENT_SHARE},                                                                               \
    {APUS_MULTIPLY, n, S8},                                                                                            \
    {APUS_SUBTRACT, S5, S9},                                                                                           \
    {APUS_MULTIPLY, GRADIENT_FACTOR, S10}}}

/// Those with more steps before those that are parts of them.
static const row_form forms[] = {
  STANDARDIZED(S11),
  STANDARDIZED(S10),
  STANDARDIZED(S9),
  STANDARDIZED_GRADIENT(S2, S1),
  STANDARDIZED_GRADIENT(GRADIENT_UPSTREAM, S1),
  STANDARDIZED_GRADIENT(S2, GRADIENT_NORMAL),
  STANDARDIZED_GRADIENT(GRADIENT_UPSTREAM, GRADIENT_NORMAL),
  {APUS_ROWS_SOFTMAX, S4, {S0, S3}, {ANY},
   {{APUS_ROW_MAXIMUM, SOFTMAX_X},
    {APUS_SUBTRACT, SOFTMAX_X, S0},
    {APUS_EXP, S1},
    {APUS_ROW_SUM, S2},
    {APUS_DIVIDE, S2, S3}}},
  {APUS_ROWS_SOFTMAX_GRADIENT, S3, {APUS_NO_REGISTER, APUS_NO_REGISTER}, {ANY, ANY},
   {{APUS_MULTIPLY, SOFTMAX_UPSTREAM, SOFTMAX_Y},
    {APUS_ROW_SUM, S0},
    {APUS_SUBTRACT, SOFTMAX_UPSTREAM, S1},
    {APUS_MULTIPLY, SOFTMAX_Y, S2}}},
  {APUS_ROWS_STANDARDIZED_PRODUCT, S2, {APUS_NO_REGISTER, APUS_NO_REGISTER}, {ANY, ANY, NUMBER, NUMBER},
   {{APUS_SUBTRACT, PRODUCT_X, PRODUCT_MEAN},
    {APUS_MULTIPLY, S0, PRODUCT_FACTOR},
    {APUS_MULTIPLY, PRODUCT_UPSTREAM, S1}}},
};

/// A program whose values have names: input i is i, what step s computes is input_count + s.
typedef struct expression {
  const apus_program *program;
  uint8_t operands[MOST_STEPS][3];     // the values that each step reads
  uint8_t results[APUS_MAX_REGISTERS];  // the value that each register holds in the end
} expression;

static void name_values(expression *e, const apus_program *program) {
  e->program = program;
  for (int32_t r = 0; r < program->register_count; r++)
    e->results[r] = r < program->input_count ? (uint8_t)r : APUS_NO_REGISTER;
  for (int32_t s = 0; s < program->step_count; s++) {
    const apus_step *step = &program->steps[s];
    const uint8_t read[3] = {step->a, step->b, step->c};
    for (int k = 0; k < 3; k++) e->operands[s][k] = k < operands_of(step->opcode) ? e->results[read[k]] : APUS_NO_REGISTER;
    e->results[step->destination] = (uint8_t)(program->input_count + s);
  }
}

/// Where a value is when a step reads it.
static uint8_t register_of(const expression *e, uint8_t value) {
  const int32_t inputs = e->program->input_count;
  return value < inputs ? value : e->program->steps[value - inputs].destination;
}

static int is_operand(const expression *e, uint8_t kind, uint8_t value) {
  const apus_program *program = e->program;
  if (value >= program->input_count) return kind == ANY;
  if (kind == CONSTANT) return program->plan.inputs[value] == APUS_LAYOUT_SAME;
  return (program->inputs[value].strides[program->rank - 1] == 0) == (kind == NUMBER);
}

/// Whether a value is what stands at a form's place; `found` are the values of the places so far.
static int matches(const expression *e, const row_form *form, uint8_t place, uint8_t value, uint8_t *found) {
  if (value == APUS_NO_REGISTER) return 0;
  if (found[place] != APUS_NO_REGISTER) return found[place] == value;
  found[place] = value;
  if (place < APUS_MAX_ROW_OPERANDS) return is_operand(e, form->kinds[place], value);
  if (value < e->program->input_count) return 0;
  const int32_t s = value - e->program->input_count;
  const uint8_t opcode = form->steps[place - APUS_MAX_ROW_OPERANDS].opcode, *read = e->operands[s];
  if (e->program->steps[s].opcode != opcode) return 0;
  const uint8_t *places = &form->steps[place - APUS_MAX_ROW_OPERANDS].a;
  const int commutes = opcode == APUS_ADD || opcode == APUS_MULTIPLY || opcode == APUS_MULTIPLY_ADD;
  for (int turned = 0; turned <= commutes; turned++) {
    uint8_t tried[MOST_PLACES];
    for (int k = 0; k < MOST_PLACES; k++) tried[k] = found[k];
    int all = 1;
    for (int k = 0; k < operands_of(opcode) && all; k++)
      all = matches(e, form, places[k], read[turned && k < 2 ? 1 - k : k], tried);
    if (!all) continue;
    for (int k = 0; k < MOST_PLACES; k++) found[k] = tried[k];
    return 1;
  }
  return 0;
}

/// Whether anything but the steps `first` ..< `last` reads a value.
static int is_read_outside(const expression *e, uint8_t value, int32_t first, int32_t last) {
  for (int32_t s = 0; s < e->program->step_count; s++)
    for (int k = 0; k < 3 && (s < first || s >= last); k++)
      if (e->operands[s][k] == value) return 1;
  for (int32_t o = 0; o < e->program->output_count; o++)
    if (e->results[e->program->output_registers[o]] == value) return 1;
  return 0;
}

/// The run of steps that ends with step `last` and is `form`; false where it isn't. Its steps follow one another.
static int find_run(const expression *e, const row_form *form, int32_t last, apus_row_run *run) {
  const int32_t inputs = e->program->input_count;
  uint8_t found[MOST_PLACES];
  for (int k = 0; k < MOST_PLACES; k++) found[k] = APUS_NO_REGISTER;
  if (!matches(e, form, form->result, (uint8_t)(inputs + last), found)) return 0;
  int32_t first = last, count = 0;
  for (int k = APUS_MAX_ROW_OPERANDS; k < MOST_PLACES; k++) {
    if (found[k] == APUS_NO_REGISTER) continue;
    if (found[k] - inputs < first) first = found[k] - inputs;
    count++;
  }
  if (last + 1 - first != count) return 0;
  *run = (apus_row_run){form->form, (uint8_t)first, (uint8_t)count};
  const uint8_t results[APUS_MAX_ROW_RESULTS] = {form->result, form->row_results[0], form->row_results[1]};
  for (int k = 0; k < APUS_MAX_ROW_OPERANDS; k++)
    run->operands[k] = found[k] == APUS_NO_REGISTER ? APUS_NO_REGISTER : register_of(e, found[k]);
  // What sums down the columns read besides is known where they are taken.
  for (int k = 0; k < APUS_MAX_ROW_RESULTS; k++) run->results[k] = APUS_NO_REGISTER;
  run->results[0] = register_of(e, found[form->result]);
  for (int place = APUS_MAX_ROW_OPERANDS; place < MOST_PLACES; place++) {
    if (found[place] == APUS_NO_REGISTER || !is_read_outside(e, found[place], first, last + 1)) continue;
    int k = 0;
    while (k < APUS_MAX_ROW_RESULTS && results[k] != place) k++;
    if (k == APUS_MAX_ROW_RESULTS) return 0;
    run->results[k] = register_of(e, found[place]);
  }
  return 1;
}

void apus_find_row_runs(apus_program *program) {
  apus_program_plan *plan = &program->plan;
  plan->row_run_count = 0;
  if (program->rank < 1 || program->dims[program->rank - 1] < 2 || program->step_count > MOST_STEPS) return;
  // A program of elements alone, as most are, has none.
  int has_numbers = program->has_row_steps;
  for (int32_t i = 0; i < program->input_count; i++)
    has_numbers |= plan->inputs[i] == APUS_LAYOUT_STRIDED && program->inputs[i].strides[program->rank - 1] == 0;
  if (!has_numbers) return;
  expression e;
  name_values(&e, program);
  uint64_t taken = 0;  // steps, a bit each
  for (int k = 0; k < (int)(sizeof forms / sizeof forms[0]); k++) {
    for (int32_t last = 0; last < program->step_count && plan->row_run_count < APUS_MAX_ROW_RUNS; last++) {
      apus_row_run run;
      if (program->steps[last].opcode != forms[k].steps[forms[k].result - APUS_MAX_ROW_OPERANDS].opcode) continue;
      if (!find_run(&e, &forms[k], last, &run)) continue;
      const uint64_t steps = (~0ull >> (64 - run.count)) << run.first;
      if (taken & steps) continue;
      taken |= steps;
      int32_t at = plan->row_run_count++;
      for (; at > 0 && plan->row_runs[at - 1].first > run.first; at--) plan->row_runs[at] = plan->row_runs[at - 1];
      plan->row_runs[at] = run;
    }
  }
}
