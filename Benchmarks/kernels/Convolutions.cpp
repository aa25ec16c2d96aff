// Convolutions: forward, and both gradients. Images are channels-last for both; oneDNN may choose the layout of its
// weights, and what it takes to bring them there is not counted.

#include "Comparison.h"

namespace {

struct Shape {
  const char *network;
  int64_t rows, side, channels, outputs, size, stride, margin, groups = 1;
  int64_t places() const { return (side + 2 * margin - size) / stride + 1; }
  double work() const {
    return 2.0 * rows * places() * places() * outputs * size * size * (channels / groups);
  }
};

// Batches of 64, as W4, W5, the ResNets for CIFAR (He et al. 2015, 4.2) and LeNet-5 are trained.
const Shape shapes[] = {
  {"W4", 64, 28, 1, 32, 3, 1, 1},
  {"W4", 64, 14, 32, 64, 3, 1, 1},
  {"W5", 64, 32, 3, 32, 3, 1, 1},
  {"W5", 64, 32, 32, 32, 3, 1, 1},
  {"W5", 64, 32, 32, 64, 3, 2, 1},
  {"W5", 64, 16, 64, 64, 3, 1, 1},
  {"CIFAR", 64, 32, 3, 16, 3, 1, 1},
  {"CIFAR", 64, 32, 16, 16, 3, 1, 1},
  {"CIFAR", 64, 32, 16, 32, 3, 2, 1},
  {"CIFAR", 64, 16, 32, 32, 3, 1, 1},
  {"CIFAR", 64, 16, 32, 64, 3, 2, 1},
  {"CIFAR", 64, 8, 64, 64, 3, 1, 1},
  {"LeNet", 64, 28, 1, 6, 5, 1, 2},
  {"LeNet", 64, 14, 6, 16, 5, 1, 0},
};

enum Direction { forward, data, weights };
const char *const names[] = {"forward", "data", "weights"};

/// Apus's kernel on some numbers.
struct Ours {
  apus_windowed arguments = {};
  apus_kernel kernel = nullptr;
  int threads;

  Ours(const Shape &s, Direction direction, float *a, float *b, float *c, int threads) : threads(threads) {
    apus_windowed &w = arguments;
    w.rows = s.rows, w.height = w.width = s.side, w.channels = s.channels, w.outputs = s.outputs;
    w.places_y = w.places_x = s.places();
    w.size_y = w.size_x = s.size, w.stride_y = w.stride_x = s.stride, w.dilation_y = w.dilation_x = 1;
    w.top = w.left = s.margin, w.groups = s.groups;
    w.a = a, w.b = b, w.c = c, w.caches = &caches();
    int64_t scratch = 0;
    switch (direction) {
    case forward:
      kernel = kernels().convolution;
      scratch = apus_convolution_scratch(&w, threads);
      break;
    case data:
      kernel = kernels().convolution_data;
      scratch = apus_convolution_data_scratch(&w, threads);
      break;
    case weights:
      kernel = kernels().convolution_weights;
      scratch = apus_convolution_weights_scratch(&w, threads);
      break;
    }
    w.scratch_stride = (scratch + 15) / 16 * 16;
    w.scratch = floats(w.scratch_stride * threads);
  }

  void run() const { ::run(kernel, &arguments, threads); }
};

/// oneDNN's primitive on the same numbers.
struct Theirs {
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
  dnnl::memory result, plain;

  Theirs(const Shape &s, Direction direction, float *images, float *weight, float *places) {
    using namespace dnnl;
    using tag = memory::format_tag;
    const auto f32 = memory::data_type::f32;
    const memory::dims side = {s.stride, s.stride}, margin = {s.margin, s.margin};
    const memory::desc image({s.rows, s.channels, s.side, s.side}, f32, tag::nhwc);
    const memory::desc place({s.rows, s.outputs, s.places(), s.places()}, f32, tag::nhwc);
    const memory::desc any({s.outputs, s.channels, s.size, s.size}, f32, tag::any);
    const memory::desc ours({s.outputs, s.channels, s.size, s.size}, f32, tag::hwio);
    const auto algorithm = algorithm::convolution_direct;
    convolution_forward::primitive_desc hint(
      {prop_kind::forward_training, algorithm, image, any, place, side, margin, margin}, dnn_engine());
    const memory x(image, dnn_engine(), images), y(place, dnn_engine(), places), w(ours, dnn_engine(), weight);
    const auto brought = [&](const memory::desc &wanted) {
      memory there(wanted, dnn_engine());
      reorder(w, there).execute(dnn_stream(), const_cast<memory &>(w), there);
      dnn_stream().wait();
      return there;
    };
    switch (direction) {
    case forward:
      primitive = convolution_forward(hint);
      arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, brought(hint.weights_desc())}, {DNNL_ARG_DST, y}};
      result = plain = y;
      break;
    case data: {
      convolution_backward_data::primitive_desc d({algorithm, image, any, place, side, margin, margin}, dnn_engine(), hint);
      primitive = convolution_backward_data(d);
      arguments = {
        {DNNL_ARG_DIFF_DST, y}, {DNNL_ARG_WEIGHTS, brought(d.weights_desc())}, {DNNL_ARG_DIFF_SRC, x}};
      result = plain = x;
      break;
    }
    case weights: {
      convolution_backward_weights::primitive_desc d({algorithm, image, any, place, side, margin, margin}, dnn_engine(), hint);
      primitive = convolution_backward_weights(d);
      result = memory(d.diff_weights_desc(), dnn_engine());
      plain = w;
      arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_DST, y}, {DNNL_ARG_DIFF_WEIGHTS, result}};
      break;
    }
    }
  }

  void run() {
    primitive.execute(dnn_stream(), arguments);
    dnn_stream().wait();
  }

  /// Its result in our layout.
  float *read() {
    if (result != plain) {
      dnnl::reorder(result, plain).execute(dnn_stream(), result, plain);
      dnn_stream().wait();
    }
    return static_cast<float *>(plain.get_data_handle());
  }
};

}  // namespace

void compare_convolutions(const Options &options) {
  Table table("convolution", options);
  for (const Shape &s : shapes) {
    const int64_t x = s.rows * s.side * s.side * s.channels, y = s.rows * s.places() * s.places() * s.outputs;
    const int64_t w = s.size * s.size * s.channels * s.outputs;
    for (Direction direction : {forward, data, weights}) {
      // Nobody needs the gradient of the first layer's images.
      if (direction == data && s.channels <= 3) continue;
      char name[96];
      std::snprintf(name, sizeof name, "%s %ldx%ldx%ld to %ld, %ldx%ld/%ld %s", s.network, (long)s.side, (long)s.side,
                    (long)s.channels, (long)s.outputs, (long)s.size, (long)s.size, (long)s.stride, names[direction]);
      if (!table.wants(name)) continue;
      float *images = numbers(x), *weight = numbers(w), *places = numbers(y);
      const int64_t size = direction == forward ? y : direction == data ? x : w;
      float *result = floats(size);
      const Ours ours(s, direction, direction == data ? places : images, direction == weights ? places : weight, result,
                      options.threads);
      Theirs theirs(s, direction, images, weight, places);
      table.line(
        name, s.work(), [&] { ours.run(); }, {{"oneDNN", [&] { theirs.run(); }}},
        [&] { return difference(result, theirs.read(), size); });
      for (float *memory : {images, weight, places, result, ours.arguments.scratch}) std::free(memory);
    }
  }
}
