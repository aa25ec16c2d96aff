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
#include <utility>
#include <vector>

#include "CApus.h"

/// What the command line says.
struct Options {
  std::string isa;
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

/// The kernels that are compared: those of the instruction set that the command line names.
inline const apus_kernels *chosen = nullptr;
inline const apus_kernels &kernels() { return *chosen; }

/// The caches of this machine, by which they are laid out, as the engine reads them.
inline const apus_caches &caches() {
  static const apus_caches found = [] {
    apus_caches read;
    return apus_read_caches(&read) ? read : apus_fallback_caches;
  }();
  return found;
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

/// GFLOP/s of an instruction set's multiply-adds that wait for nothing.
double peak(const std::string &isa, int threads);

/// Another library's way to the same numbers.
struct Other {
  const char *library;
  std::function<void()> run;
};

/// The lines of one kind of kernel, a JSON object each.
class Table {
public:
  Table(const char *kind, const Options &options) : kind(kind), options(options) {}
  /// Whether the command line asks for this line.
  bool wants(const std::string &name) const { return options.only.empty() || name.find(options.only) != name.npos; }
  /// Runs all in turn, best of the rounds; `differ` tells the largest difference of the results afterwards.
  void line(const std::string &name, double work, const std::function<void()> &ours, const std::vector<Other> &others,
            const std::function<double()> &differ);

private:
  const char *kind;
  const Options &options;
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

void compare_products(const Options &options);
void compare_convolutions(const Options &options);
void compare_attention(const Options &options);
void compare_layer_norm(const Options &options);

#endif
