// How a convolution is laid out: as passes of a window over padded copies of a
// few lines of a few images. Plain integers, the same for every instruction set,
// so that scratch can be sized before one is chosen. None of it changes a bit.

#ifndef APUS_CONVOLUTION_PLAN_H
#define APUS_CONVOLUTION_PLAN_H

#include "ContractPlan.h"

enum {
  /// The part of the second-level cache for padded lines, and for the results computed
  /// from them; a single line may have more.
  CONVOLUTION_BAND_SHARE = 4,
  /// Places that one visit to the weights should serve.
  CONVOLUTION_BAND_PLACES = 256,
  /// Most outputs for which vectors hold places.
  CONVOLUTION_NARROW = 8,
  /// Fewest inputs for which the weights' gradient has the taps of a line side by side.
  CONVOLUTION_FOLDED_INPUTS = 8,
};

/// One window over a source: place (j, i) of the target is the sum over taps
/// (t, u) and inputs of source[j * step_y + t * dilation_y + offset_y, …] * weights.
///
/// The convolution itself is one pass over the images. Its gradient with respect to
/// the images is a pass over the places, taps backwards, for each remainder of y
/// and x by the strides: those pixels are reached by the same taps.
typedef struct convolution_pass {
  int64_t height, width, channels;  // of the source
  int64_t taps_y, taps_x, dilation_y, dilation_x, step_y, step_x, offset_y, offset_x;
  /// Lines of the target: first_y, first_y + stride_y, ...; and pixels alike.
  int64_t first_y, first_x, stride_y, stride_x, places_x;
  /// The tap of the window that the first one is, and from there to the next.
  int64_t tap_y, tap_x, between_y, between_x;
  int narrow;  // vectors hold places, not outputs
} convolution_pass;

/// Whether vectors hold places: so few outputs would leave most of a vector empty.
static inline int convolution_is_narrow(const convolution_pass *p, int64_t outputs, int64_t groups) {
  return outputs <= CONVOLUTION_NARROW && groups == 1 && p->step_y == 1 && p->step_x == 1 && p->taps_y > 0
         && p->taps_y * p->taps_x * p->channels <= APUS_CHAIN;
}

/// The source's pixels of a padded line, and whether there is padding at all.
static inline int64_t convolution_line(const convolution_pass *p) {
  return (p->places_x - 1) * p->step_x + (p->taps_x - 1) * p->dilation_x + 1;
}
static inline int64_t convolution_lines(const convolution_pass *p, int64_t places) {
  return places > 0 ? (places - 1) * p->step_y + (p->taps_y - 1) * p->dilation_y + 1 : 0;
}
/// Places of a pass on lines before `line` of the target.
static inline int64_t convolution_places(int64_t first, int64_t stride, int64_t line) {
  return line > first ? (line - first + stride - 1) / stride : 0;
}
static inline int convolution_is_padded(const convolution_pass *p, int64_t target_height) {
  int64_t places = convolution_places(p->first_y, p->stride_y, target_height);
  return p->offset_y < 0 || p->offset_x < 0 || p->offset_x + convolution_line(p) > p->width
         || p->offset_y + convolution_lines(p, places) > p->height;
}

static inline convolution_pass convolution_forward_pass(const apus_windowed *x) {
  convolution_pass p = {
    .height = x->height, .width = x->width, .channels = x->channels,
    .taps_y = x->size_y, .taps_x = x->size_x, .dilation_y = x->dilation_y, .dilation_x = x->dilation_x,
    .step_y = x->stride_y, .step_x = x->stride_x, .offset_y = -x->top, .offset_x = -x->left,
    .stride_y = 1, .stride_x = 1, .places_x = x->places_x,
    .between_y = 1, .between_x = 1,
  };
  p.narrow = convolution_is_narrow(&p, x->outputs, x->groups);
  return p;
}

/// One axis of a pass back: the taps t with t * dilation = first + margin modulo the stride.
static inline void convolution_taps_back(int64_t first, int64_t margin, int64_t size, int64_t stride, int64_t dilation,
                                         int64_t *taps, int64_t *tap, int64_t *between, int64_t *apart, int64_t *offset) {
  int64_t divisor = stride, rest = dilation;
  while (rest != 0) {
    int64_t next = divisor % rest;
    divisor = rest, rest = next;
  }
  int64_t period = stride / divisor, found = -1;
  for (int64_t t = 0; t < size && t < period && found < 0; t += 1) {
    if ((first + margin - t * dilation) % stride == 0) found = t;
  }
  *taps = found < 0 ? 0 : (size - 1 - found) / period + 1;
  *between = -period;
  *tap = found + (*taps - 1) * period;
  *apart = dilation / divisor;
  *offset = found < 0 ? 0 : (first + margin - found * dilation) / stride - (*taps - 1) * *apart;
}

static inline convolution_pass convolution_backward_pass(const apus_windowed *x, int64_t first_y, int64_t first_x) {
  convolution_pass p = {
    .height = x->places_y, .width = x->places_x, .channels = x->outputs,
    .step_y = 1, .step_x = 1, .first_y = first_y, .first_x = first_x, .stride_y = x->stride_y, .stride_x = x->stride_x,
    .places_x = convolution_places(first_x, x->stride_x, x->width),
  };
  convolution_taps_back(first_y, x->top, x->size_y, x->stride_y, x->dilation_y, &p.taps_y, &p.tap_y, &p.between_y,
                        &p.dilation_y, &p.offset_y);
  convolution_taps_back(first_x, x->left, x->size_x, x->stride_x, x->dilation_x, &p.taps_x, &p.tap_x, &p.between_x,
                        &p.dilation_x, &p.offset_x);
  if (p.taps_y == 0 || p.taps_x == 0) p.taps_y = p.taps_x = 0;
  p.narrow = convolution_is_narrow(&p, x->channels, x->groups);
  return p;
}

/// Lines of the target computed together, and whole images where a band is one of them.
typedef struct convolution_band {
  int64_t lines, images;
  int64_t floats;  // of padded source
} convolution_band;

static inline int64_t convolution_padded(const convolution_pass *p, int64_t height, int64_t lines) {
  if (p->taps_y == 0 || !(p->narrow || convolution_is_padded(p, height))) return 0;
  int64_t places = contract_ceiling(lines, p->stride_y);
  int64_t floats = convolution_lines(p, places) * convolution_line(p) * p->channels;
  // The last vectors of a plane may reach behind it.
  return contract_ceiling(floats + (p->narrow ? 4 * CONTRACT_UNIT : 0), CONTRACT_UNIT) * CONTRACT_UNIT;
}

/// `line` floats of a line of the target, `pixels` of them places of a pass.
static inline convolution_band convolution_find_band(const apus_windowed *x, const convolution_pass *p, int64_t height,
                                                     int64_t line, int64_t pixels, int64_t band_places) {
  const int64_t most = apus_caches_of(x->caches)->second.bytes / 4 / CONVOLUTION_BAND_SHARE;
  convolution_band band = {.lines = height, .images = 1};
  int64_t padded = convolution_padded(p, height, band.lines);
  while (band.lines > 1 && (padded > most || band.lines * line > most
                            || (band.lines - 1) * pixels >= 2 * band_places)) {
    band.lines = contract_ceiling(band.lines, 2);
    padded = convolution_padded(p, height, band.lines);
  }
  if (band.lines == height) {
    int64_t larger = padded > height * line ? padded : height * line;
    int64_t fit = larger > 0 ? most / larger : 1;
    int64_t wanted = contract_ceiling(band_places, height * pixels > 0 ? height * pixels : 1);
    band.images = fit < 1 ? 1 : contract_minimum(fit, wanted);
  }
  band.floats = padded * band.images;
  return band;
}

static inline convolution_band convolution_forward_band(const apus_windowed *x, const convolution_pass *p) {
  return convolution_find_band(x, p, x->places_y, x->places_x * x->outputs, x->places_x, CONVOLUTION_BAND_PLACES);
}

/// The smallest band of all passes; the same lines of the images for each.
static inline convolution_band convolution_backward_band(const apus_windowed *x) {
  convolution_band band = {.lines = x->height, .images = INT32_MAX};
  for (int64_t y = 0; y < contract_minimum(x->stride_y, x->height); y += 1) {
    for (int64_t z = 0; z < contract_minimum(x->stride_x, x->width); z += 1) {
      const convolution_pass p = convolution_backward_pass(x, y, z);
      const convolution_band one =
        convolution_find_band(x, &p, x->height, x->width * x->channels, x->width, CONVOLUTION_BAND_PLACES * x->stride_y);
      band.lines = contract_minimum(band.lines, one.lines);
      band.images = contract_minimum(band.images, one.images);
      if (one.floats > band.floats) band.floats = one.floats;
    }
  }
  return band;
}

/// Floats of the weights, turned for the passes back.
static inline int64_t convolution_turned_floats(const apus_windowed *x) {
  int64_t floats = x->size_y * x->size_x * (x->outputs / x->groups) * x->channels;
  return contract_ceiling(floats, CONTRACT_UNIT) * CONTRACT_UNIT;
}

// MARK: - The weights' gradient

/// Whether the weights of the taps of a line are computed side by side, as columns:
/// with so few outputs a vector of them would serve a single factor from the images,
/// and now each factor serves a vector for every tap.
static inline int convolution_is_folded(const apus_windowed *x) {
  return x->groups == 1 && x->stride_x == 1 && x->dilation_x == 1 && x->size_x > 1 && x->outputs <= CONTRACT_UNIT
         && x->channels >= CONVOLUTION_FOLDED_INPUTS;
}

/// Chains of one element of the weights: of whole images, or of lines of an image.
static inline int64_t convolution_chain_lines(const apus_windowed *x) {
  int64_t images = APUS_CHAIN / (x->places_y * x->places_x);
  if (images > 0) return images * x->places_y;
  return APUS_CHAIN > x->places_x ? APUS_CHAIN / x->places_x : 1;
}
static inline int64_t convolution_chains(const apus_windowed *x) {
  int64_t lines = convolution_chain_lines(x);
  if (lines >= x->places_y) return contract_ceiling(x->rows * x->places_y, lines);
  return x->rows * contract_ceiling(x->places_y, lines);
}
/// Chains' sums that wait for the tree at once.
static inline int64_t convolution_buffers(const apus_windowed *x) {
  int64_t chains = convolution_chains(x), bits = 0;
  while ((chains - 1) >> bits > 0) bits += 1;
  return chains > 1 ? bits + 1 : convolution_is_folded(x) ? 1 : 0;
}

/// Floats of a part's padded lines: those of the images, and behind them those of
/// the places, where they are folded.
static inline int64_t convolution_padded_floats(const apus_windowed *x) {
  const convolution_pass p = convolution_forward_pass(x);
  const convolution_band band = convolution_forward_band(x, &p);
  if (!convolution_is_folded(x)) return band.floats;
  const int64_t margin = x->size_x - 1, lines = band.images * band.lines;
  const int64_t floats = (margin + lines * (x->places_x + margin)) * x->outputs;
  return band.floats + contract_ceiling(floats, CONTRACT_UNIT) * CONTRACT_UNIT;
}
/// Floats of all scratch for one of so many parts.
static inline int64_t convolution_weights_floats(const apus_windowed *x, int32_t parts) {
  int64_t sums = convolution_buffers(x) * x->size_y * x->size_x * (x->channels / x->groups) * x->outputs;
  return convolution_padded_floats(x) + contract_ceiling(sums, parts);
}

#endif
