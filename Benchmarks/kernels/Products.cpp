// Matrix products of dense layers: forward X W, and both gradients, dY Wᵀ and Xᵀ dY.

#include <cblas.h>

#include "Comparison.h"

namespace {

struct Shape {
  const char *network;
  int64_t rows, inputs, outputs;
};

const Shape shapes[] = {
  {"W2", 64, 784, 200},     {"W2", 64, 200, 200},     {"W2", 64, 200, 10},    {"W3", 128, 784, 1024},
  {"W3", 128, 1024, 1024},  {"W3", 128, 1024, 10},    {"W4", 64, 3136, 128},  {"W4", 64, 128, 10},
  {"GPT", 768, 128, 384},   {"GPT", 768, 128, 128},   {"GPT", 768, 128, 512}, {"GPT", 768, 512, 128},
  {"GPT", 768, 128, 65},    {"LeNet", 64, 400, 120},  {"LeNet", 64, 120, 84}, {"AlexNet", 64, 9216, 256},
  {"square", 1024, 1024, 1024},
};

enum Direction { forward, data, weights };
const char *const names[] = {"forward", "data", "weights"};

struct Operand {
  float *numbers;
  int64_t rows, columns;  // as it lies
  bool turned;
};

}  // namespace

void compare_products(const Options &options) {
  Table table("product", options);
  for (const Shape &s : shapes) {
    for (Direction direction : {forward, data, weights}) {
      char name[96];
      std::snprintf(name, sizeof name, "%s %ldx%ldx%ld %s", s.network, (long)s.rows, (long)s.inputs, (long)s.outputs,
                    names[direction]);
      if (!table.wants(name)) continue;
      float *x = numbers(s.rows * s.inputs), *w = numbers(s.inputs * s.outputs), *y = numbers(s.rows * s.outputs);
      const Operand a = direction == forward ? Operand{x, s.rows, s.inputs, false}
                        : direction == data  ? Operand{y, s.rows, s.outputs, false}
                                             : Operand{x, s.rows, s.inputs, true};
      const Operand b = direction == forward ? Operand{w, s.inputs, s.outputs, false}
                        : direction == data  ? Operand{w, s.inputs, s.outputs, true}
                                             : Operand{y, s.rows, s.outputs, false};
      const int64_t m = a.turned ? a.columns : a.rows, k = a.turned ? a.rows : a.columns;
      const int64_t n = b.turned ? b.rows : b.columns;
      float *ours = floats(m * n), *blas = floats(m * n), *dnn = floats(m * n);
      apus_contract c = {};
      c.a = a.numbers, c.b = b.numbers, c.c = ours, c.m = m, c.n = n, c.k = k, c.batch = 1, c.c_row = n;
      c.a_row = a.turned ? 1 : a.columns, c.a_column = a.turned ? a.columns : 1;
      c.b_row = b.turned ? 1 : b.columns, c.b_column = b.turned ? b.columns : 1;
      c.caches = &caches();
      apus_contract_prepare(&c, kernels().contract_strip);
      c.scratch_stride = (apus_contract_scratch(&c) + 15) / 16 * 16;
      c.scratch = floats(c.scratch_stride * options.threads);
      using namespace dnnl;
      const auto f32 = memory::data_type::f32;
      const memory::desc at({m, k}, f32, memory::dims{c.a_row, c.a_column});
      const memory::desc bt({k, n}, f32, memory::dims{c.b_row, c.b_column}), ct({m, n}, f32, memory::dims{n, 1});
      const std::vector<Primitive> product = {
        {matmul({{at, bt, ct}, dnn_engine()}),
         {{DNNL_ARG_SRC, memory(at, dnn_engine(), a.numbers)},
          {DNNL_ARG_WEIGHTS, memory(bt, dnn_engine(), b.numbers)},
          {DNNL_ARG_DST, memory(ct, dnn_engine(), dnn)}}}};
      table.line(
        name, 2.0 * m * n * k, [&] { run(kernels().contract, &c, options.threads); },
        {{"oneDNN", [&] { run(product); }},
         {"OpenBLAS", [&] {
            cblas_sgemm(CblasRowMajor, a.turned ? CblasTrans : CblasNoTrans, b.turned ? CblasTrans : CblasNoTrans, m, n,
                        k, 1, a.numbers, a.columns, b.numbers, b.columns, 0, blas, n);
          }}},
        [&] { return std::max(difference(ours, dnn, m * n), difference(ours, blas, m * n)); });
      for (float *memory : {x, w, y, ours, blas, dnn, c.scratch}) std::free(memory);
    }
  }
}
