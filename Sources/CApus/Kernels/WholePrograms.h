// Programs of a known form in one loop: what is computed most over the largest
// arrays keeps its intermediate values in processor registers.
//
// The program's steps remain its definition: the loop does the same operations
// in the same order, and a test compares the bits. The planner finds the kernel
// by the form's text (ProgramForm in the planner explains it).

/// Adam (Optimizers/Adam.swift):
/// m = flush(b1 m + c1 g), v = flush(b2 v + c2 g²), p = p - r m / (√v · k + e).
static void adam_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_program *program = arguments;
  const apus_operand *in = program->inputs, *out = program->outputs;
  const vfloat b1 = splat(*(const float *)in[0].base), c1 = splat(*(const float *)in[2].base);
  const vfloat b2 = splat(*(const float *)in[4].base), c2 = splat(*(const float *)in[6].base);
  const vfloat k = splat(*(const float *)in[7].base), e = splat(*(const float *)in[8].base);
  const vfloat r = splat(*(const float *)in[9].base);
  const float *m = in[1].base, *g = in[3].base, *v = in[5].base, *p = in[10].base;
  float *new_m = out[0].base, *new_v = out[1].base, *new_p = out[2].base;
  const int64_t count = program->dims[0];
  int64_t first, last;
  share((count + 15) / 16, part, parts, &first, &last);
  first *= 16;
  last = last * 16 < count ? last * 16 : count;
  for (int64_t i = first; i < last; i += APUS_WIDTH) {
    const int64_t lanes = last - i;
    const int whole = lanes >= APUS_WIDTH;
    vfloat gradient = whole ? load(g + i) : load_head(g + i, lanes);
    vfloat mean = whole ? load(m + i) : load_head(m + i, lanes);
    vfloat square = whole ? load(v + i) : load_head(v + i, lanes);
    vfloat parameter = whole ? load(p + i) : load_head(p + i, lanes);
    vfloat old_mean = b1 * mean, new_mean = c1 * gradient;
    mean = old_mean + new_mean;
    mean = choose(absolute(mean) < 0x1p-100f, splat(0), mean);
    vfloat old_square = b2 * square, new_square = c2 * (gradient * gradient);
    square = old_square + new_square;
    square = choose(absolute(square) < 0x1p-100f, splat(0), square);
    vfloat scaled = __builtin_elementwise_sqrt(square) * k;
    vfloat denominator = scaled + e;
    vfloat step = r * mean;
    parameter = parameter - step / denominator;
    if (whole) {
      store(new_m + i, mean);
      store(new_v + i, square);
      store(new_p + i, parameter);
    } else {
      store_head(new_m + i, mean, lanes);
      store_head(new_v + i, square, lanes);
      store_head(new_p + i, parameter, lanes);
    }
  }
}

static const apus_whole_program whole_programs[] = {
  {"adam",
   "svsvsvssssv 2(i0,i1) 2(i2,i3) 0(t0,t1) 54(t2) 2(i4,i5) 18(i3) 2(i6,t5) 0(t4,t6) 54(t7) 19(t8) 2(t9,i7) 0(t10,i8)"
   " 2(i9,t3) 3(t12,t11) 1(i10,t13) = t3 t8 t14",
   adam_kernel},
};
