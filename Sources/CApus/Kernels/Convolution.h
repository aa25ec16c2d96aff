// Convolutions, and their gradients with respect to the images: register tiles of
// places by outputs over a few padded lines that lie in the cache, each element one
// chain over taps and inputs, then the epilogue over what was computed.

#include "ConvolutionPlan.h"
#include "ConvolutionTile.h"

/// What a pass reads and writes, for one image after the other.
typedef struct convolution_work {
  const float *source, *weights;
  float *target;
  int64_t target_height, target_width, target_channels;
  int64_t inputs, outputs, groups;  // of each group
  float *padded;
  const apus_caches *caches;
} convolution_work;

// MARK: - Padded lines

APUS_INLINE void convolution_zero(float *to, int64_t count) { memset(to, 0, (size_t)count * sizeof *to); }

/// Lines `first ..< first + lines` and pixels `left ..< left + pixels` of an image, zeros outside.
static void convolution_pad(float *to, const float *image, int64_t height, int64_t width, int64_t channels,
                            int64_t first, int64_t lines, int64_t left, int64_t pixels) {
  const int64_t before = contract_minimum(left < 0 ? -left : 0, pixels);
  const int64_t begin = left + before, end = contract_minimum(left + pixels, width);
  const int64_t inside = end > begin ? end - begin : 0, after = pixels - before - inside;
  for (int64_t y = first; y < first + lines; y += 1, to += pixels * channels) {
    if (y < 0 || y >= height) {
      convolution_zero(to, pixels * channels);
      continue;
    }
    convolution_zero(to, before * channels);
    copy_contiguous(to + before * channels, image + (y * width + begin) * channels, inside * channels);
    convolution_zero(to + (before + inside) * channels, after * channels);
  }
}

#include "ConvolutionPlanes.h"

// MARK: - A pass

/// One tile: chains of whole taps, or where a tap has more terms than a chain, of
/// its terms, added one after the other.
static void convolution_sum(convolution_tile_function tile, const convolution_walk *walk, const float *a, int64_t a_row,
                            const float *b, int64_t b_row, float *c, int64_t c_row, int64_t lanes) {
  const int64_t run = walk->middle * walk->depth;
  if (walk->outer * run <= APUS_CHAIN) return tile(walk, a, a_row, b, b_row, c, c_row, lanes, CONVOLVE_WRITE);
  convolution_walk chain = *walk;
  int mode = CONVOLVE_WRITE;
  const int64_t outers = run <= APUS_CHAIN ? APUS_CHAIN / run : 1;
  const int64_t middles = run <= APUS_CHAIN ? walk->middle : walk->depth <= APUS_CHAIN ? APUS_CHAIN / walk->depth : 1;
  const int64_t depths = walk->depth <= APUS_CHAIN ? walk->depth : APUS_CHAIN;
  for (int64_t outer = 0; outer < walk->outer; outer += outers) {
    chain.outer = contract_minimum(outers, walk->outer - outer);
    for (int64_t middle = 0; middle < walk->middle; middle += middles) {
      chain.middle = contract_minimum(middles, walk->middle - middle);
      for (int64_t depth = 0; depth < walk->depth; depth += depths) {
        chain.depth = contract_minimum(depths, walk->depth - depth);
        tile(&chain, a + outer * walk->outer_step + middle * walk->middle_step + depth * walk->column, a_row,
             b + (outer * run + middle * walk->depth + depth) * b_row, b_row, c, c_row, lanes, mode);
        mode = CONVOLVE_ADD;
      }
    }
  }
}

/// Lines `begin ..< end` of the target, of `images` images from `image` on, as far as the pass computes them.
static void convolution_run(const convolution_pass *p, const convolution_work *w, int64_t image, int64_t images,
                            int64_t begin, int64_t end) {
  const int64_t first = convolution_places(p->first_y, p->stride_y, begin);
  const int64_t places = convolution_places(p->first_y, p->stride_y, end) - first;
  if (places <= 0 || p->places_x <= 0) return;
  const int64_t source_image = p->height * p->width * p->channels;
  const int64_t above = first * p->step_y + p->offset_y, lines = convolution_lines(p, places);
  const float *from = w->source + image * source_image + (above * p->width + p->offset_x) * p->channels;
  const int64_t target_line = w->target_width * w->target_channels, target_image = w->target_height * target_line;
  float *target = w->target + image * target_image + (p->first_y + first * p->stride_y) * target_line
                  + p->first_x * w->target_channels;
  const int64_t c_row = p->stride_x * w->target_channels;
  if (p->narrow) {
    for (int64_t i = 0; i < images; i += 1) {
      planes_run(p, w->source + (image + i) * source_image, w->weights, w->outputs, w->padded, above, places,
                 target + i * target_image, p->stride_y * target_line, c_row);
    }
    return;
  }
  int64_t line = p->width * p->channels, from_image = source_image;
  if (p->taps_y > 0 && convolution_is_padded(p, w->target_height)) {
    line = convolution_line(p) * p->channels;
    from_image = lines * line;
    for (int64_t i = 0; i < images; i += 1) {
      convolution_pad(w->padded + i * from_image, w->source + (image + i) * source_image, p->height, p->width,
                      p->channels, above, lines, p->offset_x, convolution_line(p));
    }
    from = w->padded;
  }
  const convolution_kind kind = convolution_find_kind(w->inputs, w->outputs, w->groups);
  const int64_t groups = kind.by_lanes ? 1 : w->groups, outputs = kind.by_lanes ? w->groups : w->outputs;
  convolution_walk walk = {.outer = p->taps_y, .outer_step = p->dilation_y * line, .column = 1};
  if (kind.by_lanes) {
    walk.middle = 1;
    walk.depth = p->taps_x;
    walk.column = p->dilation_x * p->channels;
  } else if (w->groups == 1 && (p->dilation_x == 1 || p->taps_x == 1)) {
    // The taps of a line follow one another.
    walk.middle = 1;
    walk.depth = p->taps_x * w->inputs;
  } else {
    walk.middle = p->taps_x;
    walk.middle_step = p->dilation_x * p->channels;
    walk.depth = w->inputs;
  }
  const int64_t a_row = p->step_x * p->channels, b_row = w->groups * w->outputs;
  const int64_t terms = walk.outer * walk.middle * walk.depth;
  const int64_t most = contract_most_rows(w->caches, a_row);
  const pieces widths = contract_pieces(contract_ceiling(outputs, APUS_WIDTH),
                                        convolution_vectors(&kind, p->places_x, outputs, terms));
  for (int64_t group = 0; group < groups; group += 1) {
    for (int64_t t = 0, column = 0; t < widths.count; t += 1) {
      const int64_t vectors = contract_piece(&widths, t);
      const int64_t columns = contract_minimum(vectors * APUS_WIDTH, outputs - column);
      const int64_t lanes = columns - (vectors - 1) * APUS_WIDTH;
      const pieces heights = contract_pieces(p->places_x, contract_minimum(kind.rows[vectors], most));
      const float *b = w->weights + group * outputs + column;
      for (int64_t i = 0; i < images; i += 1) {
        for (int64_t j = 0; j < places; j += 1) {
          const float *a = from + i * from_image + j * p->step_y * line + (kind.by_lanes ? column : group * w->inputs);
          float *c = target + i * target_image + j * p->stride_y * target_line + group * outputs + column;
          for (int64_t u = 0; u < heights.count; u += 1) {
            const int64_t rows = contract_piece(&heights, u);
            convolution_sum(convolution_find_tile(&kind, vectors, rows), &walk, a, a_row, b, b_row, c, c_row, lanes);
            a += rows * a_row;
            c += rows * c_row;
          }
        }
      }
      column += columns;
    }
  }
}

// MARK: - Bands

/// Calls for the bands of a part: runs of lines of one image, or whole images.
typedef struct convolution_range {
  int64_t image, images, begin, end;
} convolution_range;

/// The next band from line `*line` (counted over all images) up to `last`.
APUS_INLINE convolution_range convolution_next(int64_t *line, int64_t last, int64_t height, const convolution_band *band) {
  convolution_range range = {.image = *line / height, .images = 1, .begin = *line % height};
  if (range.begin == 0 && band->lines == height && last - *line >= height) {
    range.images = contract_minimum(band->images, (last - *line) / height);
    range.end = height;
  } else {
    range.end = contract_minimum(contract_minimum(height, range.begin + band->lines), range.begin + last - *line);
  }
  *line += range.images * (range.end - range.begin);
  return range;
}

/// The epilogue over lines of the target.
APUS_INLINE void convolution_finish(const apus_program *epilogue, const convolution_range *range, int64_t height,
                                    int64_t width, int64_t channels) {
  if (epilogue == NULL) return;
  const int64_t begin = (range->image * height + range->begin) * width;
  const int64_t end = ((range->image + range->images - 1) * height + range->end) * width;
  program_region(epilogue, begin, end, 0, channels);
}

static void convolution_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  const convolution_pass p = convolution_forward_pass(x);
  const convolution_band band = convolution_forward_band(x, &p);
  const convolution_work w = {
    .source = x->a, .weights = x->b, .target = x->c,
    .target_height = x->places_y, .target_width = x->places_x, .target_channels = x->outputs,
    .inputs = x->channels / x->groups, .outputs = x->outputs / x->groups, .groups = x->groups,
    .padded = x->scratch + part * x->scratch_stride, .caches = apus_caches_of(x->caches),
  };
  int64_t line, last;
  share(x->rows * x->places_y, part, parts, &line, &last);
  while (line < last) {
    const convolution_range range = convolution_next(&line, last, x->places_y, &band);
    convolution_run(&p, &w, range.image, range.images, range.begin, range.end);
    convolution_finish(x->epilogue, &range, x->places_y, x->places_x, x->outputs);
  }
}

/// Weights [taps, channels / groups, outputs] as a pass back reads them: [taps, outputs / groups, channels].
static void convolution_turn(const apus_windowed *x, const convolution_pass *p, float *to) {
  const int64_t inputs = x->channels / x->groups, outputs = x->outputs / x->groups;
  for (int64_t t = 0; t < p->taps_y; t += 1) {
    for (int64_t u = 0; u < p->taps_x; u += 1, to += outputs * x->channels) {
      const int64_t tap = (p->tap_y + t * p->between_y) * x->size_x + p->tap_x + u * p->between_x;
      for (int64_t group = 0; group < x->groups; group += 1) {
        transpose(to + group * inputs, x->channels, x->b + tap * inputs * x->outputs + group * outputs, x->outputs,
                  inputs, outputs);
      }
    }
  }
}

static void convolution_data_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  const convolution_band band = convolution_backward_band(x);
  float *turned = x->scratch + part * x->scratch_stride;
  convolution_work w = {
    .source = x->a, .target = x->c,
    .target_height = x->height, .target_width = x->width, .target_channels = x->channels,
    .inputs = x->outputs / x->groups, .outputs = x->channels / x->groups, .groups = x->groups,
    .padded = turned + convolution_turned_floats(x), .caches = apus_caches_of(x->caches),
  };
  int64_t line, last;
  share(x->rows * x->height, part, parts, &line, &last);
  for (int is_first = 1; line < last; is_first = 0) {
    const convolution_range range = convolution_next(&line, last, x->height, &band);
    w.weights = turned;
    for (int64_t y = 0; y < contract_minimum(x->stride_y, x->height); y += 1) {
      for (int64_t z = 0; z < contract_minimum(x->stride_x, x->width); z += 1) {
        const convolution_pass p = convolution_backward_pass(x, y, z);
        if (is_first) convolution_turn(x, &p, (float *)w.weights);
        convolution_run(&p, &w, range.image, range.images, range.begin, range.end);
        w.weights += p.taps_y * p.taps_x * w.inputs * x->channels;
      }
    }
    convolution_finish(x->epilogue, &range, x->height, x->width, x->channels);
  }
}
