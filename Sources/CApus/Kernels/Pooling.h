// Pooling: for each place the taps of its window, vectors of channels at a time.

/// The taps of a window on pixels of the image, for places of one line and column.
typedef struct pool_taps {
  int64_t begin, end, first;  // taps, and the pixel of the first
} pool_taps;

APUS_INLINE pool_taps pool_find_taps(int64_t place, int64_t stride, int64_t margin, int64_t dilation, int64_t size, int64_t length) {
  const int64_t start = place * stride - margin;
  pool_taps taps = {.begin = start < 0 ? (-start + dilation - 1) / dilation : 0};
  taps.end = start >= length ? taps.begin : contract_minimum(size, (length - 1 - start) / dilation + 1);
  taps.first = start + taps.begin * dilation;
  return taps;
}

/// What is done at each place: `at` is the first pixel under the window, of which `taps_y` lines of `taps_x` lie
/// `line` and `pixel` floats apart; `other` belongs to the place or to the pixel, `to` likewise.
#define POOL_PARAMETERS                                                                                        \
  const float *at, const float *other, float *to, int64_t taps_y, int64_t taps_x, int64_t line, int64_t pixel, \
    vlanes lanes

/// The largest value and the offset of its pixel; the first of equals, or the first NaN.
APUS_INLINE void pool_find(const float *at, int64_t taps_y, int64_t taps_x, int64_t line, int64_t pixel, vlanes lanes,
                           vfloat *largest, vint *tap) {
  vfloat best = load_lanes(at, lanes);
  vint where = {};
  int32_t count = 0;
  for (int64_t i = 0; i < taps_y; i += 1) {
    for (int64_t j = 0; j < taps_x; j += 1, count += 1) {
      const vfloat value = load_lanes(at + i * line + j * pixel, lanes);
      const vint larger = (value > best) | ((value != value) & (best == best));
      best = choose(larger, value, best);
      where = choose_int(larger, splat_int(count), where);
    }
  }
  *largest = best, *tap = where;
}

APUS_INLINE void pool_max(POOL_PARAMETERS) {
  (void)other;
  vfloat best = load_lanes(at, lanes);
  for (int64_t i = 0; i < taps_y; i += 1) {
    for (int64_t j = 0; j < taps_x; j += 1) {
      const vfloat value = load_lanes(at + i * line + j * pixel, lanes);
      best = choose((value > best) | ((value != value) & (best == best)), value, best);
    }
  }
  store_lanes(to, lanes, best);
}

APUS_INLINE void pool_gather(POOL_PARAMETERS) {
  vfloat largest, value = {};
  vint where;
  pool_find(at, taps_y, taps_x, line, pixel, lanes, &largest, &where);
  int32_t count = 0;
  for (int64_t i = 0; i < taps_y; i += 1) {
    for (int64_t j = 0; j < taps_x; j += 1, count += 1)
      value = choose(where == splat_int(count), load_lanes(other + i * line + j * pixel, lanes), value);
  }
  store_lanes(to, lanes, value);
}

APUS_INLINE void pool_scatter(const int adds, POOL_PARAMETERS) {
  vfloat largest;
  vint where;
  pool_find(at, taps_y, taps_x, line, pixel, lanes, &largest, &where);
  const vfloat value = load_lanes(other, lanes);
  int32_t count = 0;
  for (int64_t i = 0; i < taps_y; i += 1) {
    for (int64_t j = 0; j < taps_x; j += 1, count += 1) {
      float *target = to + i * line + j * pixel;
      const vfloat before = adds ? load_lanes(target, lanes) : (vfloat){};
      store_lanes(target, lanes, choose(where == splat_int(count), before + value, before));
    }
  }
}

APUS_INLINE void pool_average(POOL_PARAMETERS) {
  (void)other;
  vfloat sum = {};
  for (int64_t i = 0; i < taps_y; i += 1) {
    for (int64_t j = 0; j < taps_x; j += 1) sum += load_lanes(at + i * line + j * pixel, lanes);
  }
  store_lanes(to, lanes, sum / splat((float)(taps_y * taps_x)));
}

APUS_INLINE void pool_spread(const int adds, POOL_PARAMETERS) {
  (void)at;
  const vfloat value = load_lanes(other, lanes) / splat((float)(taps_y * taps_x));
  for (int64_t i = 0; i < taps_y; i += 1) {
    for (int64_t j = 0; j < taps_x; j += 1) {
      float *target = to + i * line + j * pixel;
      store_lanes(target, lanes, (adds ? load_lanes(target, lanes) : (vfloat){}) + value);
    }
  }
}

/// What is done, and whether `other` and `to` are images or places.
typedef enum pool_kind { POOL_MAX, POOL_GATHER, POOL_SCATTER, POOL_AVERAGE, POOL_SPREAD } pool_kind;

APUS_INLINE void pool_place(pool_kind kind, const int adds, POOL_PARAMETERS) {
  switch (kind) {
  case POOL_MAX: return pool_max(at, other, to, taps_y, taps_x, line, pixel, lanes);
  case POOL_GATHER: return pool_gather(at, other, to, taps_y, taps_x, line, pixel, lanes);
  case POOL_SCATTER: return pool_scatter(adds, at, other, to, taps_y, taps_x, line, pixel, lanes);
  case POOL_AVERAGE: return pool_average(at, other, to, taps_y, taps_x, line, pixel, lanes);
  case POOL_SPREAD: return pool_spread(adds, at, other, to, taps_y, taps_x, line, pixel, lanes);
  }
}

/// Windows that cover every pixel once: each place then writes its pixels, and nothing is added up.
APUS_INLINE int pool_is_partition(const apus_windowed *x) {
  return x->dilation_y == 1 && x->dilation_x == 1 && x->top == 0 && x->left == 0 && x->stride_y == x->size_y
         && x->stride_x == x->size_x && x->places_y * x->size_y == x->height && x->places_x * x->size_x == x->width;
}

/// Lines of places of one image.
APUS_INLINE void pool_lines(pool_kind kind, const int adds, const apus_windowed *x, const float *image, const float *other, float *to,
                            int64_t begin, int64_t end) {
  const int other_is_image = kind == POOL_GATHER, to_is_image = kind == POOL_SCATTER || kind == POOL_SPREAD;
  const int64_t channels = x->channels, line = x->width * channels;
  for (int64_t y = begin; y < end; y += 1) {
    const pool_taps taps_y = pool_find_taps(y, x->stride_y, x->top, x->dilation_y, x->size_y, x->height);
    for (int64_t z = 0; z < x->places_x; z += 1) {
      const pool_taps taps_x = pool_find_taps(z, x->stride_x, x->left, x->dilation_x, x->size_x, x->width);
      const int64_t pixel = (taps_y.first * x->width + taps_x.first) * channels, place = (y * x->places_x + z) * channels;
      const int64_t lines = taps_y.end - taps_y.begin, pixels = taps_x.end - taps_x.begin;
      const float *at = image + pixel, *from = other + (other_is_image ? pixel : place);
      float *target = to + (to_is_image ? pixel : place);
      for (int64_t channel = 0; channel < channels; channel += APUS_WIDTH) {
        const vlanes lanes = first_lanes(contract_minimum(channels - channel, APUS_WIDTH));
        const int64_t down = x->dilation_y * line, right = x->dilation_x * channels;
        // The usual windows, their loops unrolled.
        if (lines == 2 && pixels == 2)
          pool_place(kind, adds, at + channel, from + channel, target + channel, 2, 2, down, right, lanes);
        else if (lines == 3 && pixels == 3)
          pool_place(kind, adds, at + channel, from + channel, target + channel, 3, 3, down, right, lanes);
        else
          pool_place(kind, adds, at + channel, from + channel, target + channel, lines, pixels, down, right, lanes);
      }
    }
  }
}

/// Places are computed line by line, images one at a time: windows that overlap
/// add to the same pixels, in the order of their places.
APUS_INLINE void pool(pool_kind kind, const apus_windowed *x, const float *images, const float *others, int32_t part, int32_t parts) {
  const int to_image = kind == POOL_SCATTER || kind == POOL_SPREAD;
  const int64_t image = x->height * x->width * x->channels, places = x->places_y * x->places_x * x->channels;
  const int adds = to_image && !pool_is_partition(x);
  int64_t first, last;
  share(x->rows * (to_image ? 1 : x->places_y), part, parts, &first, &last);
  while (first < last) {
    int64_t row, begin, end;
    if (to_image) {
      row = first, begin = 0, end = x->places_y;
      if (adds) convolution_zero(x->c + row * image, image);
      first += 1;
    } else {
      row = first / x->places_y, begin = first % x->places_y;
      end = contract_minimum(x->places_y, begin + last - first);
      first += end - begin;
    }
    const float *other = others + row * (kind == POOL_GATHER ? image : places);
    float *to = x->c + row * (to_image ? image : places);
    if (adds) pool_lines(kind, 1, x, images + row * image, other, to, begin, end);
    else pool_lines(kind, 0, x, images + row * image, other, to, begin, end);
    if (x->epilogue == NULL) continue;
    if (to_image) program_region(x->epilogue, row * x->height * x->width, (row + 1) * x->height * x->width, 0, x->channels);
    else program_region(x->epilogue, (row * x->places_y + begin) * x->places_x, (row * x->places_y + end) * x->places_x, 0, x->channels);
  }
}

// An operand that a kind does not have is never read.
static void max_pool_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  pool(POOL_MAX, x, x->a, x->a, part, parts);
}
static void max_pool_gather_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  pool(POOL_GATHER, x, x->a, x->b, part, parts);
}
static void max_pool_scatter_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  pool(POOL_SCATTER, x, x->a, x->b, part, parts);
}
static void average_pool_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  pool(POOL_AVERAGE, x, x->a, x->a, part, parts);
}
static void average_pool_gradient_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  pool(POOL_SPREAD, x, x->a, x->a, part, parts);
}
