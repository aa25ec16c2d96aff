// Copies between any strides, rows picked by index, and rows added by index.

/// Sorts the axes by the destination's stride, largest first, and merges those
/// that follow one another in both; axes of one element go.
static void simplify_copy(apus_copy *copy) {
  int32_t rank = 0;
  for (int32_t k = 0; k < copy->rank; k++) {
    int64_t dim = copy->dims[k], source = copy->source_strides[k], destination = copy->destination_strides[k];
    if (dim == 1) continue;
    int32_t at = rank++;
    for (; at > 0 && copy->destination_strides[at - 1] < destination; at--) {
      copy->dims[at] = copy->dims[at - 1];
      copy->source_strides[at] = copy->source_strides[at - 1];
      copy->destination_strides[at] = copy->destination_strides[at - 1];
    }
    copy->dims[at] = dim;
    copy->source_strides[at] = source;
    copy->destination_strides[at] = destination;
  }
  copy->rank = rank;
  for (int32_t k = rank - 2; k >= 0; k--) {
    if (copy->source_strides[k] != copy->dims[k + 1] * copy->source_strides[k + 1]
        || copy->destination_strides[k] != copy->dims[k + 1] * copy->destination_strides[k + 1])
      continue;
    copy->dims[k] *= copy->dims[k + 1];
    copy->source_strides[k] = copy->source_strides[k + 1];
    copy->destination_strides[k] = copy->destination_strides[k + 1];
    copy->rank--;
    for (int32_t j = k + 1; j < copy->rank; j++) {
      copy->dims[j] = copy->dims[j + 1];
      copy->source_strides[j] = copy->source_strides[j + 1];
      copy->destination_strides[j] = copy->destination_strides[j + 1];
    }
  }
}

/// Keeps one part of the longest axis.
static void take_part_of_copy(apus_copy *copy, int32_t part, int32_t parts) {
  int32_t axis = 0;
  for (int32_t k = 1; k < copy->rank; k++)
    if (copy->dims[k] > copy->dims[axis]) axis = k;
  const int64_t line = 16;  // parts end on whole cache lines where the axis is long
  int64_t first, last, dim = copy->dims[axis];
  if (dim >= 64 * parts) {
    share((dim + line - 1) / line, part, parts, &first, &last);
    first *= line;
    last = last * line < dim ? last * line : dim;
  } else {
    share(dim, part, parts, &first, &last);
  }
  copy->source = (const float *)copy->source + first * copy->source_strides[axis];
  copy->destination = (float *)copy->destination + first * copy->destination_strides[axis];
  copy->dims[axis] = last - first;
}

static void copy_kernel(const void *arguments, int32_t part, int32_t parts) {
  apus_copy copy = *(const apus_copy *)arguments;
  for (int32_t k = 0; k < copy.rank; k++)
    if (copy.dims[k] == 0) return;
  simplify_copy(&copy);
  if (copy.rank == 0) {
    if (part == 0) memcpy(copy.destination, copy.source, 4);
    return;
  }
  if (parts > 1) take_part_of_copy(&copy, part, parts);
  if (copy.rank == 1) {
    copy_block(&(block){copy.destination, 0, copy.destination_strides[0]},
               &(block){(float *)copy.source, 0, copy.source_strides[0]}, 1, copy.dims[0]);
    return;
  }
  // Blocks of the last axis, contiguous in the destination, and of one other:
  // the one contiguous in the source if there is one.
  int32_t columns = copy.rank - 1;
  int32_t rows = columns - 1;
  if (copy.source_strides[columns] != 1)
    for (int32_t k = 0; k < columns; k++)
      if (copy.source_strides[k] == 1) rows = k;
  int64_t count = 1;
  for (int32_t k = 0; k < copy.rank; k++)
    if (k != rows && k != columns) count *= copy.dims[k];
  if (copy.dims[rows] == 0 || copy.dims[columns] == 0) return;
  for (int64_t i = 0; i < count; i++) {
    int64_t rest = i, source = 0, destination = 0;
    for (int32_t k = copy.rank - 2; k >= 0; k--) {
      if (k == rows) continue;
      int64_t index = rest % copy.dims[k];
      rest /= copy.dims[k];
      source += index * copy.source_strides[k];
      destination += index * copy.destination_strides[k];
    }
    copy_block(&(block){(float *)copy.destination + destination, copy.destination_strides[rows], copy.destination_strides[columns]},
               &(block){(float *)copy.source + source, copy.source_strides[rows], copy.source_strides[columns]},
               copy.dims[rows], copy.dims[columns]);
  }
}

static void gather_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_gather *g = arguments;
  const float *table = g->table;
  float *output = g->output;
  const float nan = __builtin_nanf("");
  int64_t first, last;
  share(g->outer * g->count, part, parts, &first, &last);
  for (int64_t i = first; i < last; i++) {
    int64_t outer = i / g->count;
    int64_t index = g->indices[i - outer * g->count];
    float *to = output + i * g->inner;
    if (index < 0 || index >= g->length)
      fill_contiguous(to, &nan, g->inner);
    else
      copy_contiguous(to, table + (outer * g->length + index) * g->inner, g->inner);
  }
}

/// Every part adds all rows, in order, to its own share of the columns
/// [outer, inner].
static void scatter_add_kernel(const void *arguments, int32_t part, int32_t parts) {
  const apus_gather *g = arguments;
  int64_t first, last;
  share(g->outer * g->inner, part, parts, &first, &last);
  while (first < last) {
    int64_t outer = first / g->inner;
    int64_t column = first - outer * g->inner;
    int64_t columns = g->inner - column < last - first ? g->inner - column : last - first;
    const float *from = (const float *)g->table + outer * g->count * g->inner + column;
    float *to = (float *)g->output + outer * g->length * g->inner + column;
    const float zero = 0;
    for (int64_t i = 0; i < g->length; i++) fill_contiguous(to + i * g->inner, &zero, columns);
    for (int64_t i = 0; i < g->count; i++, from += g->inner) {
      int64_t index = g->indices[i];
      if (index < 0 || index >= g->length) continue;
      float *row = to + index * g->inner;
      int64_t j = 0;
      for (; j + APUS_WIDTH <= columns; j += APUS_WIDTH) store(row + j, load(row + j) + load(from + j));
      if (j < columns) store_head(row + j, load_head(row + j, columns - j) + load_head(from + j, columns - j), columns - j);
    }
    first += columns;
  }
}
