// The convolution kernels of Apus beside oneDNN's: forward, and both gradients, in turn on the same numbers.
//
// Usage: convolutions [--threads N] [--rounds N] [--only TEXT]
//
// One line for each shape and direction: GFLOP/s of Apus and of oneDNN, the ratio, the share of the machine's peak,
// and the largest difference of the results. Images are channels-last for both; oneDNN may choose the layout of
// its weights, and what it takes to bring them there is not counted. The best of many interleaved rounds counts.

#include <dnnl.hpp>
#include <omp.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "CApus.h"

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

/// With one thread the processor's time, which other work on the machine leaves alone; else time on the wall.
clockid_t clock_used = CLOCK_MONOTONIC;

double seconds() {
  timespec time;
  clock_gettime(clock_used, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

float *floats(int64_t count) {
  void *memory = nullptr;
  if (posix_memalign(&memory, 64, 4 * (count + 16)) != 0) std::abort();
  std::memset(memory, 0, 4 * (count + 16));
  return static_cast<float *>(memory);
}

float *numbers(int64_t count) {
  static uint32_t state = 1;
  float *result = floats(count);
  for (int64_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    result[i] = float(state >> 8) / (1 << 23) - 1;
  }
  return result;
}

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
    w.a = a, w.b = b, w.c = c;
    apus_isa isa = APUS_PORTABLE;
    for (int candidate = 0; candidate <= APUS_AVX512; candidate++) {
      if (apus_kernels_for(apus_isa(candidate)) && apus_isa_available(apus_isa(candidate))) isa = apus_isa(candidate);
    }
    const apus_kernels *kernels = apus_kernels_for(isa);
    int64_t scratch = 0;
    switch (direction) {
    case forward:
      kernel = kernels->convolution;
      scratch = apus_convolution_scratch(&w, threads);
      break;
    case data:
      kernel = kernels->convolution_data;
      scratch = apus_convolution_data_scratch(&w, threads);
      break;
    case weights:
      kernel = kernels->convolution_weights;
      scratch = apus_convolution_weights_scratch(&w, threads);
      break;
    }
    w.scratch_stride = (scratch + 15) / 16 * 16;
    w.scratch = floats(w.scratch_stride * threads);
  }

  void run() const {
    if (threads == 1) return kernel(&arguments, 0, 1);
#pragma omp parallel num_threads(threads)
    kernel(&arguments, omp_get_thread_num(), threads);
  }
};

/// oneDNN's primitive on the same numbers.
struct Theirs {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
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
      {prop_kind::forward_training, algorithm, image, any, place, side, margin, margin}, engine);
    const memory x(image, engine, images), y(place, engine, places), w(ours, engine, weight);
    const auto brought = [&](const memory::desc &wanted) {
      memory there(wanted, engine);
      reorder(w, there).execute(stream, const_cast<memory &>(w), there);
      stream.wait();
      return there;
    };
    switch (direction) {
    case forward:
      primitive = convolution_forward(hint);
      arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, brought(hint.weights_desc())}, {DNNL_ARG_DST, y}};
      result = plain = y;
      break;
    case data: {
      convolution_backward_data::primitive_desc d({algorithm, image, any, place, side, margin, margin}, engine, hint);
      primitive = convolution_backward_data(d);
      arguments = {
        {DNNL_ARG_DIFF_DST, y}, {DNNL_ARG_WEIGHTS, brought(d.weights_desc())}, {DNNL_ARG_DIFF_SRC, x}};
      result = plain = x;
      break;
    }
    case weights: {
      convolution_backward_weights::primitive_desc d({algorithm, image, any, place, side, margin, margin}, engine, hint);
      primitive = convolution_backward_weights(d);
      result = memory(d.diff_weights_desc(), engine);
      plain = w;
      arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_DST, y}, {DNNL_ARG_DIFF_WEIGHTS, result}};
      break;
    }
    }
  }

  void run() {
    primitive.execute(stream, arguments);
    stream.wait();
  }

  /// Its result in our layout.
  float *read() {
    if (result != plain) {
      dnnl::reorder(result, plain).execute(stream, result, plain);
      stream.wait();
    }
    return static_cast<float *>(plain.get_data_handle());
  }
};

/// GFLOP/s of multiply-adds that wait for nothing: 16 sums in registers.
double peak(int threads) {
  typedef float lanes __attribute__((vector_size(64)));
  double best = 0;
  for (int round = 0; round < 20; round++) {
    const int64_t count = 1000000;
    const double start = seconds();
#pragma omp parallel num_threads(threads)
    {
      lanes sum[16] = {};
      lanes x, y;
      for (int i = 0; i < 16; i++) x[i] = 0.5f, y[i] = 1;
      for (int64_t k = 0; k < count; k++) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) sum[i] = sum[i] * x + y;
        asm volatile("" : "+v"(sum[0]), "+v"(sum[1]), "+v"(sum[2]), "+v"(sum[3]), "+v"(sum[4]), "+v"(sum[5]),
                     "+v"(sum[6]), "+v"(sum[7]), "+v"(sum[8]), "+v"(sum[9]), "+v"(sum[10]), "+v"(sum[11]));
      }
      asm volatile("" : : "v"(sum[12]), "v"(sum[13]), "v"(sum[14]), "v"(sum[15]));
    }
    best = std::max(best, 2.0 * 16 * 16 * count * threads / (seconds() - start) * 1e-9);
  }
  return best;
}

}  // namespace

int main(int count, char **options) {
  int threads = omp_get_num_procs(), rounds = 30;
  std::string only;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = options[i];
    if (option == "--threads") threads = std::atoi(options[i + 1]);
    else if (option == "--rounds") rounds = std::atoi(options[i + 1]);
    else if (option == "--only") only = options[i + 1];
  }
  omp_set_num_threads(threads);
  if (threads == 1) clock_used = CLOCK_THREAD_CPUTIME_ID;
  const double limit = peak(threads);
  std::printf("%d threads, peak %.0f GFLOP/s\n", threads, limit);
  std::printf("%-34s %-8s %8s %8s %6s %6s %9s\n", "", "", "Apus", "oneDNN", "ratio", "peak", "differ");
  double logarithms = 0, lowest = 1e9;
  int rows = 0;
  for (const Shape &s : shapes) {
    char name[96];
    std::snprintf(name, sizeof name, "%s %ldx%ldx%ldx%ld to %ld, %ldx%ld/%ld", s.network, (long)s.rows, (long)s.side,
                  (long)s.side, (long)s.channels, (long)s.outputs, (long)s.size, (long)s.size, (long)s.stride);
    if (!only.empty() && std::string(name).find(only) == std::string::npos) continue;
    const int64_t x = s.rows * s.side * s.side * s.channels, y = s.rows * s.places() * s.places() * s.outputs;
    const int64_t w = s.size * s.size * s.channels * s.outputs;
    for (Direction direction : {forward, data, weights}) {
      // Nobody needs the gradient of the first layer's images.
      if (direction == data && s.channels <= 3) continue;
      float *images = numbers(x), *weight = numbers(w), *places = numbers(y);
      const int64_t size = direction == forward ? y : direction == data ? x : w;
      float *result = floats(size);
      const Ours ours(s, direction, direction == data ? places : images, direction == weights ? places : weight, result,
                      threads);
      Theirs theirs(s, direction, images, weight, places);
      double best = 1e9, other = 1e9;
      for (int round = 0; round < rounds; round++) {
        double start = seconds();
        ours.run();
        best = std::min(best, seconds() - start);
        start = seconds();
        theirs.run();
        other = std::min(other, seconds() - start);
      }
      const float *expected = theirs.read();
      double difference = 0, scale = 0;
      for (int64_t i = 0; i < size; i++) {
        difference = std::max(difference, std::fabs(double(result[i]) - expected[i]));
        scale = std::max(scale, std::fabs(double(expected[i])));
      }
      const double rate = s.work() / best * 1e-9, ratio = other / best;
      std::printf("%-34s %-8s %8.0f %8.0f %6.2f %5.0f%% %9.1e\n", name, names[direction], rate, s.work() / other * 1e-9,
                  ratio, 100 * rate / limit, difference / scale);
      logarithms += std::log(ratio), lowest = std::min(lowest, ratio), rows++;
      std::free(images), std::free(weight), std::free(places), std::free(result);
      std::free(ours.arguments.scratch);
    }
  }
  if (rows > 0) std::printf("geometric mean %.2f, lowest %.2f of %d\n", std::exp(logarithms / rows), lowest, rows);
}
