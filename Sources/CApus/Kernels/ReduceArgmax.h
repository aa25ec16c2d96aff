// The index of the largest element: the first of equals, and the first NaN
// before anything else. Each of sixteen lanes keeps its own best.

typedef struct argmax_lanes {
  sixteen best;
  sixteen_int index;
} argmax_lanes;

/// A later element wins if it is greater, or the first NaN.
APUS_INLINE argmax_lanes argmax_step(argmax_lanes at, sixteen x, sixteen_int index, sixteen_int present) {
  sixteen_int wins = present & ((x > at.best) | ((x != x) & (at.best == at.best)));
  at.best = (sixteen)choose_sixteen(wins, (sixteen_int)x, (sixteen_int)at.best);
  at.index = choose_sixteen(wins, index, at.index);
  return at;
}

static int32_t argmax_of_row(const float *from, int64_t length) {
  const sixteen_int lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  argmax_lanes at = {splat_sixteen(-__builtin_inff()), lane};
  int64_t i = 0;
  for (; i + 16 <= length; i += 16) at = argmax_step(at, load_sixteen(from + i), lane + (int32_t)i, lane >= 0);
  if (i < length) at = argmax_step(at, load_sixteen_head(from + i, length - i), lane + (int32_t)i, lane < (int32_t)(length - i));
  float best = at.best[0];
  int32_t index = at.index[0];
  for (int l = 1; l < 16 && l < length; l++) {
    float x = at.best[l];
    int same = x == best || (x != x && best != best);
    int better = x > best || (x != x && best == best);
    if (better || (same && at.index[l] < index)) {
      best = x;
      index = at.index[l];
    }
  }
  return index;
}

/// Up to sixteen adjacent columns.
static void argmax_of_columns(int32_t *to, const float *from, int64_t row, int64_t length, int64_t columns) {
  argmax_lanes at = {splat_sixteen(-__builtin_inff()), {}};
  for (int64_t i = 0; i < length; i++)
    at = argmax_step(at, load_sixteen_head(from + i * row, columns), (int32_t)i - (sixteen_int){}, (sixteen_int){} == 0);
  store_sixteen_head((float *)to, (sixteen)at.index, columns);
}

/// Elements first ..< last of the result.
static void reduce_argmax(const apus_reduce *r, int64_t first, int64_t last) {
  const float *from = r->input;
  int32_t *to = r->output;
  while (first < last) {
    int64_t outer = first / r->inner;
    int64_t column = first % r->inner;
    int64_t columns = 1;
    const float *at = from + outer * r->length * r->inner + column;
    if (r->inner == 1) {
      to[first] = argmax_of_row(at, r->length);
    } else {
      columns = r->inner - column < 16 ? r->inner - column : 16;
      if (columns > last - first) columns = last - first;
      argmax_of_columns(to + first, at, r->inner, r->length, columns);
    }
    first += columns;
  }
}
