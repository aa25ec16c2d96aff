// What the comparisons share: numbers, clocks, threads, and one line for each pair.

#ifndef COMPARISON_H
#define COMPARISON_H

#include <dnnl.hpp>
#include <omp.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "CApus.h"

/// What the command line says.
struct Options {
  int threads = omp_get_num_procs(), rounds = 30;
  std::string only;
};

/// With one thread the processor's time, which other work on the machine leaves alone; else time on the wall.
inline clockid_t clock_used = CLOCK_MONOTONIC;

inline double seconds() {
  timespec time;
  clock_gettime(clock_used, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

/// Memory that lives as long as the program: a comparison needs little of it.
inline float *floats(int64_t count) {
  void *memory = nullptr;
  if (posix_memalign(&memory, 64, 4 * (count + 16)) != 0) std::abort();
  std::memset(memory, 0, 4 * (count + 16));
  return static_cast<float *>(memory);
}

/// Numbers from -1 to 1.
inline float *numbers(int64_t count) {
  static uint32_t state = 1;
  float *result = floats(count);
  for (int64_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    result[i] = float(state >> 8) / (1 << 23) - 1;
  }
  return result;
}

/// The kernels of the widest instruction set there is.
inline const apus_kernels &kernels() {
  apus_isa isa = APUS_PORTABLE;
  for (int candidate = 0; candidate <= APUS_AVX512; candidate++) {
    if (apus_kernels_for(apus_isa(candidate)) && apus_isa_available(apus_isa(candidate))) isa = apus_isa(candidate);
  }
  return *apus_kernels_for(isa);
}

/// One of Apus's kernels, by so many threads.
inline void run(apus_kernel kernel, const void *arguments, int threads) {
  if (threads == 1) return kernel(arguments, 0, 1);
#pragma omp parallel num_threads(threads)
  kernel(arguments, omp_get_thread_num(), threads);
}

/// One primitive of oneDNN with its operands.
struct Primitive {
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};

inline dnnl::engine &dnn_engine() {
  static dnnl::engine it{dnnl::engine::kind::cpu, 0};
  return it;
}
inline dnnl::stream &dnn_stream() {
  static dnnl::stream it{dnn_engine()};
  return it;
}

inline void run(const std::vector<Primitive> &primitives) {
  for (const Primitive &p : primitives) p.primitive.execute(dnn_stream(), p.arguments);
  dnn_stream().wait();
}

/// GFLOP/s of multiply-adds that wait for nothing: 16 sums in registers.
double peak(int threads);

/// Another library's way to the same numbers.
struct Other {
  const char *library;
  std::function<void()> run;
};

/// Lines of one table, and what they come to.
class Table {
public:
  Table(const char *title, const Options &options, double limit);
  ~Table();
  /// Whether the command line asks for this line.
  bool wants(const std::string &name) const { return options.only.empty() || name.find(options.only) != name.npos; }
  /// Runs both in turn, best of the rounds; `differ` tells the largest difference of the results afterwards.
  void line(const std::string &name, double work, const std::function<void()> &ours, const std::vector<Other> &others,
            const std::function<double()> &differ);

private:
  const char *title;
  const Options &options;
  double limit;
  struct Ratios { double logarithms = 0, lowest = 1e9; int rows = 0; };
  std::vector<std::pair<std::string, Ratios>> ratios;
};

/// The largest difference as a part of the largest number.
inline double difference(const float *x, const float *y, int64_t count) {
  double most = 0, scale = 1e-30;
  for (int64_t i = 0; i < count; i++) {
    most = std::max(most, std::fabs(double(x[i]) - y[i]));
    scale = std::max(scale, std::fabs(double(y[i])));
  }
  return most / scale;
}

void compare_products(const Options &options, double limit);
void compare_convolutions(const Options &options, double limit);
void compare_attention(const Options &options, double limit);
void compare_layer_norm(const Options &options, double limit);

#endif
