// Optimizers' updates in one loop each: what is computed most over the largest
// arrays keeps its intermediate values in processor registers.
//
// The program's steps remain the definition: a loop does the same operations,
// and a test compares the bits. The planner finds the loop by what is computed
// (UpdateLoop in the planner says how).

/// The elements of one part, a vector at a time from `at` on; the last vector may be shorter.
typedef struct elements {
  int64_t at, last;
} elements;

APUS_INLINE elements elements_of(int64_t count, int32_t part, int32_t parts) {
  int64_t first, last;
  share((count + 15) / 16, part, parts, &first, &last);
  return (elements){first * 16, last * 16 < count ? last * 16 : count};
}

APUS_INLINE vfloat take(const float *base, elements e) {
  return e.last - e.at >= APUS_WIDTH ? load(base + e.at) : load_head(base + e.at, e.last - e.at);
}

APUS_INLINE void put(float *base, elements e, vfloat values) {
  if (e.last - e.at >= APUS_WIDTH)
    store(base + e.at, values);
  else
    store_head(base + e.at, values, e.last - e.at);
}

/// 0 for a part that the update does not have.
APUS_INLINE vfloat number(const float *at) { return splat(at ? *at : 0); }

APUS_INLINE vfloat flushed(vfloat x) { return choose(absolute(x) < 0x1p-100f, splat(0), x); }

/// What comes before an optimizer's own formula.
typedef struct update_parts {
  int scales, clips, l2_pulls, l1_pulls, decays;
  vfloat scale, least, most, l2, l1, decay;
} update_parts;

APUS_INLINE update_parts parts_of(const apus_update_numbers *at) {
  return (update_parts){
    at->scale != NULL, at->most != NULL, at->l2 != NULL, at->l1 != NULL, at->decay != NULL,
    number(at->scale), number(at->least), number(at->most), number(at->l2), number(at->l1), number(at->decay),
  };
}

APUS_INLINE int is_plain(const apus_update_numbers *at) {
  return !at->scale && !at->most && !at->l2 && !at->l1 && !at->decay;
}

/// The gradient scaled by s, clipped and with the penalties' own gradients: clip(s g) + l2 w + l1 sign(w).
APUS_INLINE vfloat gradient_of(vfloat gradient, vfloat parameter, update_parts has) {
  if (has.scales) gradient = gradient * has.scale;
  if (has.clips) gradient = maximum(minimum(gradient, has.most), has.least);
  if (has.l2_pulls) {
    vfloat pull = has.l2 * parameter;
    gradient = gradient + pull;
  }
  if (has.l1_pulls) {
    vfloat pull = has.l1 * sign_of(parameter);
    gradient = gradient + pull;
  }
  return gradient;
}

// APUS_UPDATE(name) makes the kernel of a loop `name_update`, twice: for gradients as they are, where the compiler drops
// every test of a part, and for all others.
#define APUS_EACH(update, part, parts)                                                                      \
  for (elements now = elements_of(update->count, part, parts); now.at < now.last; now.at += APUS_WIDTH)
#define APUS_UPDATE(name)                                                                                   \
  static void name##_kernel(const void *arguments, int32_t part, int32_t parts) {                           \
    const apus_update *update = arguments;                                                                  \
    if (is_plain(&update->numbers))                                                                         \
      name##_update(update, part, parts, (update_parts){});                                                 \
    else                                                                                                    \
      name##_update(update, part, parts, parts_of(&update->numbers));                                       \
  }

/// Adam and AdamW: m = flush(b1 m + c1 g), v = flush(b2 v + c2 g²), w = w - r m / (√v k + e).
APUS_INLINE void adam_update(const apus_update *update, int32_t part, int32_t parts, const update_parts has) {
  const apus_update_arrays from = update->arrays;
  const apus_update_results to = update->results;
  const apus_update_numbers at = update->numbers;
  const vfloat b1 = number(at.beta1), c1 = number(at.rest1), b2 = number(at.beta2), c2 = number(at.rest2);
  const vfloat k = number(at.root), e = number(at.epsilon), r = number(at.rate);
  APUS_EACH(update, part, parts) {
    vfloat gradient = take(from.gradient, now), mean = take(from.mean, now), square = take(from.square, now);
    vfloat parameter = take(from.parameter, now);
    gradient = gradient_of(gradient, parameter, has);
    if (has.decays) parameter = parameter * has.decay;
    vfloat old_mean = b1 * mean, new_mean = c1 * gradient;
    mean = flushed(old_mean + new_mean);
    vfloat old_square = b2 * square, new_square = c2 * (gradient * gradient);
    square = flushed(old_square + new_square);
    vfloat scaled = __builtin_elementwise_sqrt(square) * k;
    vfloat denominator = scaled + e;
    vfloat step = r * mean;
    put(to.mean, now, mean);
    put(to.square, now, square);
    put(to.parameter, now, parameter - step / denominator);
  }
}
APUS_UPDATE(adam)

/// RMSprop: v = flush(b2 v + c2 g²), w = w - r g / (√v + e).
APUS_INLINE void rmsprop_update(const apus_update *update, int32_t part, int32_t parts, const update_parts has) {
  const apus_update_arrays from = update->arrays;
  const apus_update_results to = update->results;
  const apus_update_numbers at = update->numbers;
  const vfloat b2 = number(at.beta2), c2 = number(at.rest2), e = number(at.epsilon), r = number(at.rate);
  APUS_EACH(update, part, parts) {
    vfloat square = take(from.square, now), gradient = take(from.gradient, now), parameter = take(from.parameter, now);
    gradient = gradient_of(gradient, parameter, has);
    if (has.decays) parameter = parameter * has.decay;
    vfloat old_square = b2 * square, new_square = c2 * (gradient * gradient);
    square = flushed(old_square + new_square);
    vfloat denominator = __builtin_elementwise_sqrt(square) + e;
    vfloat step = r * gradient;
    put(to.square, now, square);
    put(to.parameter, now, parameter - step / denominator);
  }
}
APUS_UPDATE(rmsprop)

/// The same with momentum: u = flush(b1 u + g / (√v + e)), w = w - r u.
APUS_INLINE void rmsprop_momentum_update(
  const apus_update *update, int32_t part, int32_t parts, const update_parts has
) {
  const apus_update_arrays from = update->arrays;
  const apus_update_results to = update->results;
  const apus_update_numbers at = update->numbers;
  const vfloat b1 = number(at.beta1), b2 = number(at.beta2), c2 = number(at.rest2);
  const vfloat e = number(at.epsilon), r = number(at.rate);
  APUS_EACH(update, part, parts) {
    vfloat square = take(from.square, now), gradient = take(from.gradient, now);
    vfloat velocity = take(from.velocity, now), parameter = take(from.parameter, now);
    gradient = gradient_of(gradient, parameter, has);
    if (has.decays) parameter = parameter * has.decay;
    vfloat old_square = b2 * square, new_square = c2 * (gradient * gradient);
    square = flushed(old_square + new_square);
    vfloat denominator = __builtin_elementwise_sqrt(square) + e;
    vfloat kept = b1 * velocity, added = gradient / denominator;
    velocity = flushed(kept + added);
    vfloat step = r * velocity;
    put(to.square, now, square);
    put(to.velocity, now, velocity);
    put(to.parameter, now, parameter - step);
  }
}
APUS_UPDATE(rmsprop_momentum)

/// Momentum: u = flush(b1 u + g), w = w - r u.
APUS_INLINE void momentum_update(const apus_update *update, int32_t part, int32_t parts, const update_parts has) {
  const apus_update_arrays from = update->arrays;
  const apus_update_results to = update->results;
  const vfloat b1 = number(update->numbers.beta1), r = number(update->numbers.rate);
  APUS_EACH(update, part, parts) {
    vfloat velocity = take(from.velocity, now), gradient = take(from.gradient, now), parameter = take(from.parameter, now);
    gradient = gradient_of(gradient, parameter, has);
    if (has.decays) parameter = parameter * has.decay;
    vfloat kept = b1 * velocity;
    velocity = flushed(kept + gradient);
    vfloat step = r * velocity;
    put(to.velocity, now, velocity);
    put(to.parameter, now, parameter - step);
  }
}
APUS_UPDATE(momentum)

/// The same with the rate inside: u = flush(b1 u - r g), w = w + u.
APUS_INLINE void momentum_inside_update(
  const apus_update *update, int32_t part, int32_t parts, const update_parts has
) {
  const apus_update_arrays from = update->arrays;
  const apus_update_results to = update->results;
  const vfloat b1 = number(update->numbers.beta1), r = number(update->numbers.rate);
  APUS_EACH(update, part, parts) {
    vfloat velocity = take(from.velocity, now), gradient = take(from.gradient, now), parameter = take(from.parameter, now);
    gradient = gradient_of(gradient, parameter, has);
    if (has.decays) parameter = parameter * has.decay;
    vfloat kept = b1 * velocity, step = r * gradient;
    velocity = flushed(kept - step);
    put(to.velocity, now, velocity);
    put(to.parameter, now, parameter + velocity);
  }
}
APUS_UPDATE(momentum_inside)

#undef APUS_UPDATE
#undef APUS_EACH
