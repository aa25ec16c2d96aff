// Passes with few outputs: the vectors hold adjacent places of one output instead
// of adjacent outputs of one place, over a padded copy with a plane for each input.
// The sums are the same, term by term.

/// `rows` outputs at the vectors' places: to[i * to_row + place].
#define PLANES_TILE_PARAMETERS                                                                             \
  const convolution_walk *walk, const float *weights, int64_t outputs, const float *planes, int64_t plane, \
    float *to
typedef void (*planes_tile_function)(PLANES_TILE_PARAMETERS);

APUS_INLINE void planes_tile(const int rows, const int vectors, PLANES_TILE_PARAMETERS) {
  const vlanes mask = first_lanes(APUS_WIDTH);
  tile_sums sum;
  TILE_UNROLL for (int i = 0; i < rows; i += 1) {
    TILE_UNROLL for (int v = 0; v < vectors; v += 1) sum[i][v] = (vfloat){};
  }
  for (int64_t outer = 0; outer < walk->outer; outer += 1) {
    for (int64_t middle = 0; middle < walk->middle; middle += 1) {
      tile_terms(rows, vectors, 0, 1, sum, weights, 1, outputs, planes + outer * walk->outer_step + middle * walk->middle_step,
                 plane, walk->depth, mask);
      weights += walk->depth * outputs;
    }
  }
  tile_store(rows, vectors, sum, to, vectors * APUS_WIDTH, mask);
}

// As many vectors as the registers have room for beside so many rows.
#if APUS_REGISTERS == 32
#define PLANES_TILES(X) X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4) X(7, 3) X(8, 3)
#else
#define PLANES_TILES(X) X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 1) X(8, 1)
#endif
#define PLANES_TILE_DEFINITION(R, V) \
  static void planes_tile_##R(PLANES_TILE_PARAMETERS) { planes_tile(R, V, walk, weights, outputs, planes, plane, to); }
PLANES_TILES(PLANES_TILE_DEFINITION)
#define PLANES_TILE_ENTRY(R, V) [R] = planes_tile_##R,
static const planes_tile_function planes_tiles[CONVOLUTION_NARROW + 1] = {PLANES_TILES(PLANES_TILE_ENTRY)};
#define PLANES_WIDTH_ENTRY(R, V) [R] = V * APUS_WIDTH,
static const int64_t planes_widths[CONVOLUTION_NARROW + 1] = {PLANES_TILES(PLANES_WIDTH_ENTRY)};

/// Lines of an image, padded, with a plane of `plane` floats for each channel.
static void planes_pad(float *to, int64_t plane, const float *image, const convolution_pass *p, int64_t first, int64_t lines) {
  const int64_t pixels = convolution_line(p), left = p->offset_x;
  const int64_t before = contract_minimum(left < 0 ? -left : 0, pixels);
  const int64_t begin = left + before, end = contract_minimum(left + pixels, p->width);
  const int64_t inside = end > begin ? end - begin : 0;
  for (int64_t y = first; y < first + lines; y += 1, to += pixels) {
    const int is_inside = y >= 0 && y < p->height && inside > 0;
    for (int64_t channel = 0; channel < p->channels; channel += 1) {
      float *line = to + channel * plane;
      convolution_zero(line, is_inside ? before : pixels);
      if (is_inside) convolution_zero(line + before + inside, pixels - before - inside);
    }
    if (is_inside)
      transpose(to + before, plane, image + (y * p->width + begin) * p->channels, p->channels, inside, p->channels);
  }
}

/// As convolution_run, of one image: places `0 ..< places` of lines from `above` on.
static void planes_run(const convolution_pass *p, const float *image, const float *weights, int64_t outputs, float *padded,
                       int64_t above, int64_t places, float *target, int64_t target_line, int64_t target_pixel) {
  const int64_t lines = convolution_lines(p, places), pixels = convolution_line(p), plane = lines * pixels;
  planes_pad(padded, plane, image, p, above, lines);
  convolution_walk walk = {
    .outer = p->taps_y, .outer_step = p->dilation_y * pixels, .middle = p->taps_x, .middle_step = p->dilation_x,
    .depth = p->channels,
  };
  int64_t step = plane;
  if (p->channels == 1) walk.middle = 1, walk.depth = p->taps_x, step = p->dilation_x;
  const int64_t width = planes_widths[outputs];
  float sums[CONVOLUTION_NARROW * TILE_VECTORS * APUS_WIDTH] __attribute__((aligned(64)));
  // Line by line, or all lines in one run: which takes fewer tiles.
  const int64_t all = (places - 1) * pixels + p->places_x;
  const int by_line = places * contract_ceiling(p->places_x, width) <= contract_ceiling(all, width);
  const int64_t runs = by_line ? places : 1, length = by_line ? p->places_x : all;
  for (int64_t run = 0; run < runs; run += 1) {
    const int64_t end = run * pixels + length;
    for (int64_t place = run * pixels; place < end; place += width) {
      planes_tiles[outputs](&walk, weights, outputs, padded + place, step, sums);
      // Between the lines of places lie the pixels where no window fits.
      for (int64_t at = 0; at < width && place + at < end;) {
        const int64_t y = (place + at) / pixels, x = (place + at) % pixels;
        const int64_t rest = contract_minimum(width - at, pixels - x), used = contract_minimum(rest, p->places_x - x);
        if (used > 0) transpose(target + y * target_line + x * target_pixel, target_pixel, sums + at, width, outputs, used);
        at += rest;
      }
    }
  }
}
