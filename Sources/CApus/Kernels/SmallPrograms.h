// Programs of a few vectors: every register is those vectors, and each step is found once and done on all of them.
// What strips would cost to set up takes longer than the steps of a small net.

/// Most vectors of such a program: their registers, 12 KB, stay in the first-level cache.
#define APUS_FEW_VECTORS 4

/// `row[(column + lane) % columns]` in each lane, for columns <= APUS_WIDTH: rows side by side.
APUS_INLINE vfloat load_periodic(const float *row, int64_t column, int64_t columns) {
  const vfloat values = load_head(row, columns);
#if APUS_WIDTH == 16
  const vint place = (vint){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (int32_t)column;
#elif APUS_WIDTH == 8
  const vint place = (vint){0, 1, 2, 3, 4, 5, 6, 7} + (int32_t)column;
#else
  const vint place = (vint){0, 1, 2, 3} + (int32_t)column;
#endif
  // Small whole numbers and a half: the quotient is never near a whole number.
  const vfloat quotient = (__builtin_convertvector(place, vfloat) + 0.5f) * (1.0f / (float)columns);
  const vint index = place - __builtin_convertvector(quotient, vint) * (int32_t)columns;
#if APUS_WIDTH == 16
  return (vfloat)_mm512_permutexvar_ps((__m512i)index, (__m512)values);
#elif APUS_WIDTH == 8
  return (vfloat)_mm256_permutevar8x32_ps((__m256)values, (__m256i)index);
#elif defined(APUS_NEON)
  // Of a float its four bytes.
  const vint bytes = index * 0x04040404 + 0x03020100;
  return (vfloat)vqtbl1q_u8((uint8x16_t)values, (uint8x16_t)bytes);
#else
  return (vfloat){values[index[0]], values[index[1]], values[index[2]], values[index[3]]};
#endif
}

/// The steps on the vectors of each register, side by side: what one waits for, the others do meanwhile.
static __attribute__((noinline)) void run_vectors(const apus_program *program, vfloat (*registers)[APUS_FEW_VECTORS], int64_t vectors) {
  const apus_step *step = program->steps, *end = step + program->step_count;
  for (; step < end; step++) {
    const vfloat *a_at = registers[step->a], *b_at = registers[step->b], *c_at = registers[step->c];
    vfloat *to = registers[step->destination];
    switch (step->opcode) {
#define EACH(expression) { APUS_SHORT_LOOP for (int64_t v = 0; v < vectors; v++) { const vfloat a = a_at[v]; to[v] = expression; } break; }
#define X(opcode, expression) case opcode: EACH(expression)
      APUS_UNARY_STEPS(X)
#undef X
#undef EACH
#define EACH(expression) { APUS_SHORT_LOOP for (int64_t v = 0; v < vectors; v++) { const vfloat a = a_at[v], b = b_at[v]; to[v] = expression; } break; }
#define X(opcode, expression) case opcode: EACH(expression)
      APUS_BINARY_STEPS(X)
#undef X
#undef EACH
#define EACH(expression) { APUS_SHORT_LOOP for (int64_t v = 0; v < vectors; v++) { const vfloat a = a_at[v], b = b_at[v], c = c_at[v]; to[v] = expression; } break; }
#define X(opcode, expression) case opcode: EACH(expression)
      APUS_TERNARY_STEPS(X)
#undef X
#undef EACH
    }
  }
}

/// Elements begin ..< end in row-major order. False where an operand or a step doesn't suit it.
static int run_few_vectors(const apus_program *program, int64_t begin, int64_t end, int64_t row_length) {
  if (!program->plan.may_be_few || end - begin > APUS_FEW_VECTORS * APUS_WIDTH) return 0;
  if (program->plan.has_rows && row_length > APUS_WIDTH) return 0;
  vfloat registers[APUS_MAX_REGISTERS][APUS_FEW_VECTORS];
  const int64_t count = end - begin, vectors = (count + APUS_WIDTH - 1) / APUS_WIDTH;
  // Of the last vector, the others are whole.
  const int64_t rest = count - (vectors - 1) * APUS_WIDTH;
  APUS_SHORT_LOOP
  for (int32_t i = 0; i < program->input_count; i++) {
    const float *from = program->inputs[i].base;
    vfloat *to = registers[i];
    switch (program->plan.inputs[i]) {
    case APUS_LAYOUT_SAME: {
      const vfloat same = (vfloat)splat_int(*(const int32_t *)(const void *)from);
      APUS_SHORT_LOOP
      for (int64_t v = 0; v < vectors; v++) to[v] = same;
      break;
    }
    case APUS_LAYOUT_CONTIGUOUS:
      from += begin;
      APUS_SHORT_LOOP
      for (int64_t v = 0; v < vectors - 1; v++) to[v] = load(from + v * APUS_WIDTH);
      to[vectors - 1] = load_head(from + (vectors - 1) * APUS_WIDTH, rest);
      break;
    default:
      APUS_SHORT_LOOP
      for (int64_t v = 0; v < vectors; v++) to[v] = load_periodic(from, (begin + v * APUS_WIDTH) % row_length, row_length);
    }
  }
  run_vectors(program, registers, vectors);
  APUS_SHORT_LOOP
  for (int32_t o = 0; o < program->output_count; o++) {
    float *to = (float *)program->outputs[o].base + begin;
    const vfloat *from = registers[program->output_registers[o]];
    APUS_SHORT_LOOP
    for (int64_t v = 0; v < vectors - 1; v++) store(to + v * APUS_WIDTH, from[v]);
    store_head(to + (vectors - 1) * APUS_WIDTH, from[vectors - 1], rest);
  }
  return 1;
}
