// Programs of a known form in one loop: what is computed most over the largest
// arrays keeps its intermediate values in processor registers.
//
// The program's steps remain its definition: the loop does the same operations
// in the same order, and a test compares the bits. The planner finds the kernel
// by the form's text (ProgramForm in the planner explains it).

/// The elements of one part, a vector at a time from `at` on; the last vector may be shorter.
typedef struct elements {
  int64_t at, last;
} elements;

APUS_INLINE elements elements_of(const apus_program *program, int32_t part, int32_t parts) {
  const int64_t count = program->dims[0];
  int64_t first, last;
  share((count + 15) / 16, part, parts, &first, &last);
  return (elements){first * 16, last * 16 < count ? last * 16 : count};
}

APUS_INLINE vfloat take(const void *base, elements e) {
  const float *from = (const float *)base + e.at;
  return e.last - e.at >= APUS_WIDTH ? load(from) : load_head(from, e.last - e.at);
}

APUS_INLINE void put(void *base, elements e, vfloat values) {
  float *to = (float *)base + e.at;
  if (e.last - e.at >= APUS_WIDTH)
    store(to, values);
  else
    store_head(to, values, e.last - e.at);
}

APUS_INLINE vfloat scalar_of(const apus_operand *operands, int position) {
  return splat(*(const float *)operands[position].base);
}

APUS_INLINE vfloat flushed(vfloat x) { return choose(absolute(x) < 0x1p-100f, splat(0), x); }

/// Where a program of Adam's has its operands; -1 for what it does not have.
typedef struct adam_operands {
  int8_t parameter, gradient, mean, square;                 // vectors
  int8_t decay, scale, penalty, beta1, rest1, beta2, rest2, root, epsilon, rate;  // scalars
} adam_operands;

/// Adam and AdamW (Optimizers/Adam.swift, AdamW.swift), with clipped gradients or not, with L2 or not:
/// g = g s + l p, p = p d, m = flush(b1 m + c1 g), v = flush(b2 v + c2 g²), p = p - r m / (√v · k + e).
APUS_INLINE void adam_update(const void *arguments, int32_t part, int32_t parts, const adam_operands at) {
  const apus_program *program = arguments;
  const apus_operand *in = program->inputs, *out = program->outputs;
#define APUS_SCALAR(name) scalar_of(in, at.name)
  const vfloat b1 = APUS_SCALAR(beta1), c1 = APUS_SCALAR(rest1), b2 = APUS_SCALAR(beta2), c2 = APUS_SCALAR(rest2);
  const vfloat k = APUS_SCALAR(root), e = APUS_SCALAR(epsilon), r = APUS_SCALAR(rate);
  const vfloat d = at.decay < 0 ? splat(1) : APUS_SCALAR(decay), s = at.scale < 0 ? splat(1) : APUS_SCALAR(scale);
  const vfloat l = at.penalty < 0 ? splat(0) : APUS_SCALAR(penalty);
#undef APUS_SCALAR
  const float *m = in[at.mean].base, *g = in[at.gradient].base, *v = in[at.square].base, *p = in[at.parameter].base;
  float *new_m = out[0].base, *new_v = out[1].base, *new_p = out[2].base;
  for (elements now = elements_of(program, part, parts); now.at < now.last; now.at += APUS_WIDTH) {
    vfloat gradient = take(g, now), mean = take(m, now), square = take(v, now), parameter = take(p, now);
    if (at.scale >= 0) gradient = gradient * s;
    if (at.penalty >= 0) {
      vfloat pull = l * parameter;
      gradient = gradient + pull;
    }
    if (at.decay >= 0) parameter = parameter * d;
    vfloat old_mean = b1 * mean, new_mean = c1 * gradient;
    mean = flushed(old_mean + new_mean);
    vfloat old_square = b2 * square, new_square = c2 * (gradient * gradient);
    square = flushed(old_square + new_square);
    vfloat scaled = __builtin_elementwise_sqrt(square) * k;
    vfloat denominator = scaled + e;
    vfloat step = r * mean;
    put(new_m, now, mean);
    put(new_v, now, square);
    put(new_p, now, parameter - step / denominator);
  }
}

/// RMSprop (Optimizers/RMSprop.swift): s = flush(a s + c g²), p = p - r g / (√s + e).
static void rmsprop_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_program *program = arguments;
  const apus_operand *in = program->inputs, *out = program->outputs;
  const vfloat a = scalar_of(in, 0), c = scalar_of(in, 3), e = scalar_of(in, 4), r = scalar_of(in, 5);
  for (elements now = elements_of(program, part, parts); now.at < now.last; now.at += APUS_WIDTH) {
    vfloat square = take(in[1].base, now), gradient = take(in[2].base, now), parameter = take(in[6].base, now);
    vfloat old_square = a * square, new_square = c * (gradient * gradient);
    square = flushed(old_square + new_square);
    vfloat denominator = __builtin_elementwise_sqrt(square) + e;
    vfloat step = r * gradient;
    put(out[0].base, now, square);
    put(out[1].base, now, parameter - step / denominator);
  }
}

/// The same with momentum: v = flush(u v + g / (√s + e)), p = p - r v.
static void rmsprop_momentum_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_program *program = arguments;
  const apus_operand *in = program->inputs, *out = program->outputs;
  const vfloat a = scalar_of(in, 0), c = scalar_of(in, 3), e = scalar_of(in, 4), u = scalar_of(in, 5), r = scalar_of(in, 7);
  for (elements now = elements_of(program, part, parts); now.at < now.last; now.at += APUS_WIDTH) {
    vfloat square = take(in[1].base, now), gradient = take(in[2].base, now);
    vfloat velocity = take(in[6].base, now), parameter = take(in[8].base, now);
    vfloat old_square = a * square, new_square = c * (gradient * gradient);
    square = flushed(old_square + new_square);
    vfloat denominator = __builtin_elementwise_sqrt(square) + e;
    vfloat kept = u * velocity, added = gradient / denominator;
    velocity = flushed(kept + added);
    vfloat step = r * velocity;
    put(out[0].base, now, square);
    put(out[1].base, now, velocity);
    put(out[2].base, now, parameter - step);
  }
}

/// Where a program of momentum's has its operands; -1 for what it does not have.
typedef struct momentum_operands {
  int8_t parameter, gradient, velocity;    // vectors
  int8_t scale, penalty, momentum, rate;  // scalars
} momentum_operands;

/// Momentum (Optimizers/Momentum.swift), with clipped gradients or not, with L2 or not:
/// g = g s + l p, v = flush(u v + g), p = p - r v.
APUS_INLINE void momentum_update(const void *arguments, int32_t part, int32_t parts, const momentum_operands at) {
  const apus_program *program = arguments;
  const apus_operand *in = program->inputs, *out = program->outputs;
  const vfloat u = scalar_of(in, at.momentum), r = scalar_of(in, at.rate);
  const vfloat s = at.scale < 0 ? splat(1) : scalar_of(in, at.scale);
  const vfloat l = at.penalty < 0 ? splat(0) : scalar_of(in, at.penalty);
  const float *v = in[at.velocity].base, *g = in[at.gradient].base, *p = in[at.parameter].base;
  float *new_v = out[0].base, *new_p = out[1].base;
  for (elements now = elements_of(program, part, parts); now.at < now.last; now.at += APUS_WIDTH) {
    vfloat velocity = take(v, now), gradient = take(g, now), parameter = take(p, now);
    if (at.scale >= 0) gradient = gradient * s;
    if (at.penalty >= 0) {
      vfloat pull = l * parameter;
      gradient = gradient + pull;
    }
    vfloat kept = u * velocity;
    velocity = flushed(kept + gradient);
    vfloat step = r * velocity;
    put(new_v, now, velocity);
    put(new_p, now, parameter - step);
  }
}

/// The same with the rate inside: v = flush(u v - r g), p = p + v.
static void momentum_inside_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_program *program = arguments;
  const apus_operand *in = program->inputs, *out = program->outputs;
  const vfloat u = scalar_of(in, 0), r = scalar_of(in, 2);
  for (elements now = elements_of(program, part, parts); now.at < now.last; now.at += APUS_WIDTH) {
    vfloat velocity = take(in[1].base, now), gradient = take(in[3].base, now), parameter = take(in[4].base, now);
    vfloat kept = u * velocity, step = r * gradient;
    velocity = flushed(kept - step);
    put(out[0].base, now, velocity);
    put(out[1].base, now, parameter + velocity);
  }
}

// X(name, kernel, form, the operands in adam_operands' order)
#define APUS_ADAM_PROGRAMS(X)                                                                              \
  X("adam", adam_kernel,                                                                                   \
    "svsvsvssssv 2(i0,i1) 2(i2,i3) 0(t0,t1) 54(t2) 2(i4,i5) 18(i3) 2(i6,t5) 0(t4,t6) 54(t7) 19(t8)"        \
    " 2(t9,i7) 0(t10,i8) 2(i9,t3) 3(t12,t11) 1(i10,t13) = t3 t8 t14",                                      \
    10, 3, 1, 5, -1, -1, -1, 0, 2, 4, 6, 7, 8, 9)                                                              \
  X("adam", adam_clipped_kernel,                                                                           \
    "vssvssvssssv 2(i0,i1) 2(i2,i3) 2(i4,t0) 0(t1,t2) 54(t3) 2(i5,i6) 18(t0) 2(i7,t6) 0(t5,t7) 54(t8)"     \
    " 19(t9) 2(t10,i8) 0(t11,i9) 2(i10,t4) 3(t13,t12) 1(i11,t14) = t4 t9 t15",                             \
    11, 0, 3, 6, -1, 1, -1, 2, 4, 5, 7, 8, 9, 10)                                                              \
  X("adam", adam_l2_kernel,                                                                                \
    "svvsvssvssss 2(i0,i1) 0(i2,t0) 2(i3,i4) 2(i5,t1) 0(t2,t3) 54(t4) 2(i6,i7) 18(t1) 2(i8,t7) 0(t6,t8)"   \
    " 54(t9) 19(t10) 2(t11,i9) 0(t12,i10) 2(i11,t5) 3(t14,t13) 1(i1,t15) = t5 t10 t16",                    \
    1, 2, 4, 7, -1, -1, 0, 3, 5, 6, 8, 9, 10, 11)                                                          \
  X("adam", adam_clipped_l2_kernel,                                                                        \
    "vssvsvssvssss 2(i0,i1) 2(i2,i3) 0(t0,t1) 2(i4,i5) 2(i6,t2) 0(t3,t4) 54(t5) 2(i7,i8) 18(t2) 2(i9,t8)"  \
    " 0(t7,t9) 54(t10) 19(t11) 2(t12,i10) 0(t13,i11) 2(i12,t6) 3(t15,t14) 1(i3,t16) = t6 t11 t17",         \
    3, 0, 5, 8, -1, 1, 2, 4, 6, 7, 9, 10, 11, 12)                                                          \
  X("adamW", adamw_kernel,                                                                                 \
    "vssvsvsvssss 2(i0,i1) 2(i2,i3) 2(i4,i5) 0(t1,t2) 54(t3) 2(i6,i7) 18(i5) 2(i8,t6) 0(t5,t7) 54(t8)"     \
    " 19(t9) 2(t10,i9) 0(t11,i10) 2(i11,t4) 3(t13,t12) 1(t0,t14) = t4 t9 t15",                             \
    0, 5, 3, 7, 1, -1, -1, 2, 4, 6, 8, 9, 10, 11)                                                              \
  X("adamW", adamw_clipped_kernel,                                                                         \
    "vsvssvssvssss 2(i0,i1) 2(i2,i3) 2(i4,i5) 2(i6,t0) 0(t2,t3) 54(t4) 2(i7,i8) 18(t0) 2(i9,t7) 0(t6,t8)"  \
    " 54(t9) 19(t10) 2(t11,i10) 0(t12,i11) 2(i12,t5) 3(t14,t13) 1(t1,t15) = t5 t10 t16",                   \
    2, 0, 5, 8, 3, 1, -1, 4, 6, 7, 9, 10, 11, 12)

// The same, the operands in momentum_operands' order.
#define APUS_MOMENTUM_PROGRAMS(X)                                                                          \
  X("momentum", momentum_kernel, "svvsv 2(i0,i1) 0(t0,i2) 54(t1) 2(i3,t2) 1(i4,t3) = t2 t4",               \
    4, 2, 1, -1, -1, 0, 3)                                                                                 \
  X("momentum", momentum_clipped_kernel,                                                                   \
    "vssvsv 2(i0,i1) 2(i2,i3) 0(t1,t0) 54(t2) 2(i4,t3) 1(i5,t4) = t3 t5",                                  \
    5, 0, 3, 1, -1, 2, 4)                                                                                  \
  X("momentum", momentum_l2_kernel,                                                                        \
    "svvsvs 2(i0,i1) 0(i2,t0) 2(i3,i4) 0(t2,t1) 54(t3) 2(i5,t4) 1(i1,t5) = t4 t6",                         \
    1, 2, 4, -1, 0, 3, 5)                                                                                  \
  X("momentum", momentum_clipped_l2_kernel,                                                                \
    "vssvsvs 2(i0,i1) 2(i2,i3) 0(t0,t1) 2(i4,i5) 0(t3,t2) 54(t4) 2(i6,t5) 1(i3,t6) = t5 t7",               \
    3, 0, 5, 1, 2, 4, 6)

#define X(name, kernel, form, ...)                                                                         \
  static void kernel(const void *arguments, int32_t part, int32_t parts) {                                 \
    momentum_update(arguments, part, parts, (momentum_operands){__VA_ARGS__});                             \
  }
APUS_MOMENTUM_PROGRAMS(X)
#undef X

#define X(name, kernel, form, ...)                                                                         \
  static void kernel(const void *arguments, int32_t part, int32_t parts) {                                 \
    adam_update(arguments, part, parts, (adam_operands){__VA_ARGS__});                                     \
  }
APUS_ADAM_PROGRAMS(X)
#undef X

static const apus_whole_program whole_programs[] = {
#define X(name, kernel, form, ...) {name, form, kernel},
  APUS_ADAM_PROGRAMS(X)
  APUS_MOMENTUM_PROGRAMS(X)
#undef X
  {"rmsprop",
   "svvsssv 2(i0,i1) 18(i2) 2(i3,t1) 0(t0,t2) 54(t3) 19(t4) 0(t5,i4) 2(i5,i2) 3(t7,t6) 1(i6,t8) = t4 t9",
   rmsprop_kernel},
  {"rmsprop",
   "svvsssvsv 2(i0,i1) 18(i2) 2(i3,t1) 0(t0,t2) 54(t3) 19(t4) 0(t5,i4) 2(i5,i6) 3(i2,t6) 0(t7,t8) 54(t9)"
   " 2(i7,t10) 1(i8,t11) = t4 t10 t12",
   rmsprop_momentum_kernel},
  {"momentum", "svsvv 2(i0,i1) 2(i2,i3) 1(t0,t1) 54(t2) 0(i4,t3) = t3 t4", momentum_inside_kernel},
};
