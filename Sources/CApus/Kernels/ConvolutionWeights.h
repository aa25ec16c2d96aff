// The gradient of a convolution with respect to its weights: register tiles of
// weights, each element a sum over all places. A part computes some of the weights
// over all images, so that no sum depends on the number of parts.

/// How the weights are dealt out: `sets` of `length` rows whose factors in the
/// images follow one another, times blocks of columns.
typedef struct convolution_deal {
  int64_t sets, length;
  int merged;  // a set is a line of taps; else a single tap of a group
  int folded;  // the taps of a line are columns, the last one first; else rows
  int64_t outputs, row;  // columns of a group, and floats from one row's factors to the next
  int64_t sums_row;  // floats from one row's sums to the next
  convolution_kind kind;
  pieces widths;
} convolution_deal;

/// A tile of weights: where its factors begin in padded lines, in places and in the weights.
typedef struct convolution_unit {
  int64_t rows, columns, vectors, a, b, c;
} convolution_unit;

static convolution_deal convolution_make_deal(const apus_windowed *x) {
  const int64_t inputs = x->channels / x->groups, outputs = x->outputs / x->groups;
  convolution_deal deal = {
    .folded = convolution_is_folded(x), .outputs = outputs, .row = 1, .sums_row = x->outputs,
    .kind = convolution_find_kind(inputs, outputs, x->groups),
  };
  deal.merged = deal.kind.by_lanes || (x->groups == 1 && (x->dilation_x == 1 || x->size_x == 1));
  deal.sets = x->size_y * (deal.merged ? 1 : x->size_x * x->groups);
  deal.length = deal.merged ? x->size_x * inputs : inputs;
  if (deal.kind.by_lanes) deal.outputs = x->outputs, deal.row = x->dilation_x * x->channels;
  if (deal.folded) deal.length = inputs, deal.outputs = deal.sums_row = x->size_x * x->outputs;
  deal.widths = contract_pieces(contract_ceiling(deal.outputs, APUS_WIDTH),
                                convolution_vectors(&deal.kind, deal.length, deal.outputs, CONVOLUTION_BAND_PLACES));
  return deal;
}

static int64_t convolution_units(const convolution_deal *deal) {
  int64_t units = 0;
  for (int64_t t = 0; t < deal->widths.count; t += 1) {
    units += deal->sets * contract_pieces(deal->length, deal->kind.rows[contract_piece(&deal->widths, t)]).count;
  }
  return units;
}

/// Unit number `index`; lines of the images lie `line` floats apart.
static convolution_unit convolution_find_unit(const apus_windowed *x, const convolution_deal *deal, int64_t index, int64_t line) {
  convolution_unit unit = {};
  const int64_t inputs = x->channels / x->groups;
  pieces heights;
  for (int64_t t = 0, column = 0;; t += 1) {
    unit.vectors = contract_piece(&deal->widths, t);
    unit.columns = contract_minimum(unit.vectors * APUS_WIDTH, deal->outputs - column);
    heights = contract_pieces(deal->length, deal->kind.rows[unit.vectors]);
    if (index < deal->sets * heights.count) {
      unit.b = unit.c = column;
      break;
    }
    index -= deal->sets * heights.count;
    column += unit.columns;
  }
  const int64_t set = index / heights.count, piece = index % heights.count;
  const int64_t row = piece * heights.size + contract_minimum(piece, heights.larger);
  unit.rows = contract_piece(&heights, piece);
  const int64_t group = deal->merged ? 0 : set % x->groups, tap = deal->merged ? set * x->size_x : set / x->groups;
  unit.a = tap / x->size_x * x->dilation_y * line + tap % x->size_x * x->dilation_x * x->channels + group * inputs
           + row * deal->row + (deal->kind.by_lanes ? unit.b : 0);
  unit.b += group * deal->outputs;
  unit.c += tap * inputs * x->outputs + row * deal->sums_row + group * deal->outputs;
  return unit;
}

/// to = from, or to += from, over the tiles of a part.
static void convolution_take(const apus_windowed *x, const convolution_deal *deal, int64_t first, int64_t last, float *to,
                             const float *from, int adds) {
  for (int64_t index = first; index < last; index += 1) {
    const convolution_unit unit = convolution_find_unit(x, deal, index, 0);
    for (int64_t i = 0; i < unit.rows; i += 1) {
      for (int64_t j = 0; j < unit.columns; j += APUS_WIDTH) {
        const vlanes lanes = first_lanes(contract_minimum(unit.columns - j, APUS_WIDTH));
        const int64_t at = unit.c + i * deal->sums_row + j;
        vfloat value = load_lanes(from + at, lanes);
        if (adds) value = load_lanes(to + at, lanes) + value;
        store_lanes(to + at, lanes, value);
      }
    }
  }
}

/// The weights of a part from their sums with the taps of a line side by side.
static void convolution_unfold(const apus_windowed *x, const convolution_deal *deal, int64_t first, int64_t last,
                               const float *from) {
  const int64_t inputs = x->channels, outputs = x->outputs;
  for (int64_t index = first; index < last; index += 1) {
    const convolution_unit unit = convolution_find_unit(x, deal, index, 0);
    const int64_t row = unit.c / deal->sums_row;  // of all sets
    for (int64_t i = row; i < row + unit.rows; i += 1) {
      for (int64_t j = unit.b; j < unit.b + unit.columns; j += 1) {
        const int64_t tap = (i / inputs + 1) * x->size_x - 1 - j / outputs;
        x->c[(tap * inputs + i % inputs) * outputs + j % outputs] = from[i * deal->sums_row + j];
      }
    }
  }
}

/// Lines of places with zeros before, between and behind them, so that each tap of a
/// line finds its factor, or none, beside every pixel of a padded line.
static void convolution_part_places(float *to, const float *from, int64_t lines, int64_t line, int64_t margin) {
  convolution_zero(to, margin);
  for (to += margin; lines > 0; lines -= 1, to += line + margin, from += line) {
    copy_contiguous(to, from, line);
    convolution_zero(to + line, margin);
  }
}

/// The sums over lines `line ..< end` (counted over all images), band by band.
static void convolution_chain(const apus_windowed *x, const convolution_deal *deal, int64_t first, int64_t last,
                              int64_t line, int64_t end, float *to, float *padded) {
  const convolution_pass p = convolution_forward_pass(x);
  const convolution_band band = convolution_forward_band(x, &p);
  const int is_padded = convolution_is_padded(&p, x->places_y);
  const int64_t image = x->height * x->width * x->channels;
  const int64_t pixels = is_padded ? convolution_line(&p) : x->width, width = pixels * x->channels;
  for (int mode = CONVOLVE_WRITE; line < end; mode = CONVOLVE_CONTINUE) {
    const convolution_range range = convolution_next(&line, end, x->places_y, &band);
    const int64_t lines = convolution_lines(&p, range.end - range.begin), above = range.begin * p.step_y + p.offset_y;
    const float *from = x->a + range.image * image + (above * x->width + p.offset_x) * x->channels;
    convolution_walk walk = {
      .outer = range.images, .outer_step = image, .middle = range.end - range.begin, .middle_step = p.step_y * width,
      .depth = x->places_x, .column = p.step_x * x->channels,
    };
    if (is_padded) {
      from = padded;
      walk.outer_step = lines * width;
      for (int64_t i = 0; i < range.images; i += 1) {
        convolution_pad(padded + i * walk.outer_step, x->a + (range.image + i) * image, x->height, x->width, x->channels,
                        above, lines, p.offset_x, pixels);
      }
    }
    const float *places = x->b + (range.image * x->places_y + range.begin) * x->places_x * x->outputs;
    if (deal->folded) {
      float *parted = padded + band.floats;
      convolution_part_places(parted, places, range.images * walk.middle, x->places_x * x->outputs,
                              (x->size_x - 1) * x->outputs);
      places = parted;
      walk.depth = convolution_line(&p);
    }
    for (int64_t index = first; index < last; index += 1) {
      const convolution_unit unit = convolution_find_unit(x, deal, index, width);
      convolution_find_tile(&deal->kind, unit.vectors, unit.rows)(
        &walk, from + unit.a, deal->row, places + unit.b, x->outputs, to + unit.c, deal->sums_row,
        unit.columns - (unit.vectors - 1) * APUS_WIDTH, mode);
    }
  }
}

static void convolution_weights_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_windowed *x = arguments;
  const int64_t size = x->size_y * x->size_x * (x->channels / x->groups) * x->outputs;
  const int64_t total = x->rows * x->places_y;
  if (total == 0) {
    if (part == 0) convolution_zero(x->c, size);
    return;
  }
  const convolution_deal deal = convolution_make_deal(x);
  int64_t first, last;
  share(convolution_units(&deal), part, parts, &first, &last);
  if (first >= last) return;
  // Behind the parts' padded lines lie the sums that wait for the tree, laid out as the weights.
  const int64_t floats = convolution_padded_floats(x);
  float *padded = x->scratch + part * floats, *sums = x->scratch + parts * floats;
  const int64_t chains = convolution_chains(x), length = convolution_chain_lines(x);
  if (chains == 1 && !deal.folded) return convolution_chain(x, &deal, first, last, 0, total, x->c, padded);
  int64_t waiting = 0, line = 0;
  for (int64_t chain = 0; chain < chains; chain += 1) {
    int64_t end = contract_minimum(line + length, total);
    if (length < x->places_y) end = contract_minimum(end, (line / x->places_y + 1) * x->places_y);
    convolution_chain(x, &deal, first, last, line, end, sums + waiting * size, padded);
    line = end;
    waiting += 1;
    for (int64_t index = chain; waiting > 1 && ((index & 1) || chain + 1 == chains); index >>= 1) {
      waiting -= 1;
      convolution_take(x, &deal, first, last, sums + (waiting - 1) * size, sums + waiting * size, 1);
    }
  }
  if (deal.folded) convolution_unfold(x, &deal, first, last, sums);
  else convolution_take(x, &deal, first, last, x->c, sums, 0);
}
