// Causal attention of a GPT, all heads: softmax(Q Kᵀ / √size) V from the packed queries, keys and values, and its
// gradient. oneDNN has no primitive for it; beside it stand the primitives that a program over oneDNN would take:
// batched products, a mask that is added, and softmax, each head's matrices lying apart from the others'
// (strided ones take oneDNN's reference code). What it takes to bring them there is not counted.

#include "Comparison.h"

namespace {

struct Shape {
  const char *network;
  int64_t batch, length, heads, size;
};

const Shape shapes[] = {
  {"W6", 12, 64, 4, 32},
  {"GPT", 8, 256, 6, 64},
  {"GPT", 1, 1024, 12, 64},
};

using namespace dnnl;
using dims = memory::dims;
const auto f32 = memory::data_type::f32;

}  // namespace

void compare_attention(const Options &options) {
  Table table("attention", options);
  for (const Shape &s : shapes) {
    const int64_t width = s.heads * s.size, line = 3 * width, tokens = s.batch * s.length;
    const float scale = 1 / std::sqrt(float(s.size));
    const int64_t sheets = s.batch * s.heads, count = sheets * s.length * s.length, floats_of_one = tokens * width;
    const dims long_one = {sheets, s.length, s.size}, wide_one = {sheets, s.size, s.length};
    const dims square = {sheets, s.length, s.length};
    const memory::desc rows(long_one, f32, memory::format_tag::abc), columns(wide_one, f32, memory::format_tag::acb);
    const memory::desc scores(square, f32, memory::format_tag::abc), turned(square, f32, memory::format_tag::acb);
    const memory::desc masks({1, s.length, s.length}, f32, memory::format_tag::abc);
    float *mask = floats(s.length * s.length);
    for (int64_t i = 0; i < s.length; i++) {
      for (int64_t j = i + 1; j < s.length; j++) mask[i * s.length + j] = -1e30f;
    }
    const auto at = [&](const memory::desc &d, float *numbers) { return memory(d, dnn_engine(), numbers); };
    const auto product = [&](const memory::desc &a, float *x, const memory::desc &b, float *y, const memory::desc &c,
                             float *z, float factor) {
      primitive_attr attributes;
      if (factor != 1) attributes.set_output_scales(0, {factor});
      Primitive p = {matmul({{a, b, c}, attributes, dnn_engine()}), {}};
      p.arguments[DNNL_ARG_SRC] = at(a, x);
      p.arguments[DNNL_ARG_WEIGHTS] = at(b, y);
      p.arguments[DNNL_ARG_DST] = at(c, z);
      return p;
    };
    const softmax_forward::primitive_desc soft({prop_kind::forward_training, scores, 2}, dnn_engine());
    const softmax_backward::primitive_desc soft_back({scores, scores, 2}, dnn_engine(), soft);

    float *packed = numbers(tokens * line), *upstream = numbers(floats_of_one);
    float *result = floats(floats_of_one), *gradient = floats(tokens * line);
    float *raw = floats(count), *shares = floats(count), *d_shares = floats(count);
    float *apart[8];  // q, k, v, upstream, output, and the gradients of q, k, v: head by head
    for (float *&memory : apart) memory = floats(floats_of_one);
    auto [q, k, v, up, other, dq, dk, dv] = apart;
    // Element `sheet, i, e` of a head's own memory, in memory whose tokens are `row` floats apart.
    const auto place = [&](int64_t index, int64_t row) {
      const int64_t sheet = index / (s.length * s.size), i = index / s.size % s.length, e = index % s.size;
      return (sheet / s.heads * s.length + i) * row + sheet % s.heads * s.size + e;
    };
    for (int64_t index = 0; index < floats_of_one; index++) {
      for (int part = 0; part < 3; part++) apart[part][index] = packed[place(index, line) + part * width];
      up[index] = upstream[place(index, width)];
    }
    const std::vector<Primitive> forward = {
      product(rows, q, columns, k, scores, raw, scale),
      // As an operation after the product, the mask would make oneDNN take its reference code.
      {binary({{algorithm::binary_add, scores, masks, scores}, dnn_engine()}),
       {{DNNL_ARG_SRC_0, at(scores, raw)}, {DNNL_ARG_SRC_1, at(masks, mask)}, {DNNL_ARG_DST, at(scores, raw)}}},
      {softmax_forward(soft), {{DNNL_ARG_SRC, at(scores, raw)}, {DNNL_ARG_DST, at(scores, shares)}}},
      product(scores, shares, rows, v, rows, other, 1),
    };
    // dV = Pᵀ dO; dP = dO Vᵀ; dS from softmax; dQ = dS K, dK = dSᵀ Q. The shares are computed again, as in Apus,
    // which keeps none: their time belongs to the gradient there, and here.
    const std::vector<Primitive> backward = {
      forward[0], forward[1], forward[2],
      product(turned, shares, rows, up, rows, dv, 1),
      product(rows, up, columns, v, scores, d_shares, 1),
      {softmax_backward(soft_back),
       {{DNNL_ARG_DST, at(scores, shares)}, {DNNL_ARG_DIFF_DST, at(scores, d_shares)}, {DNNL_ARG_DIFF_SRC, at(scores, raw)}}},
      product(scores, raw, rows, k, rows, dq, scale),
      product(turned, raw, rows, q, rows, dk, scale),
    };

    apus_attention a = {};
    a.packed = packed, a.upstream = upstream, a.output = result;
    a.batch = s.batch, a.length = s.length, a.heads = s.heads, a.size = s.size, a.scale = scale, a.is_causal = 1;
    apus_attention b = a;
    b.output = gradient, b.is_gradient = 1;
    for (apus_attention *x : {&a, &b}) {
      x->scratch_stride = (apus_attention_scratch(x) + 15) / 16 * 16;
      x->scratch = floats(x->scratch_stride * options.threads);
    }
    // The whole square of scores counts for both, although a causal kernel may leave out half.
    const double work = 2.0 * count * s.size;
    char name[96];
    std::snprintf(name, sizeof name, "%s %ldx%ldx%ldx%ld", s.network, (long)s.batch, (long)s.length, (long)s.heads,
                  (long)s.size);
    if (table.wants(name + std::string(" forward"))) {
      table.line(
        name + std::string(" forward"), 2 * work, [&] { run(kernels().attention, &a, options.threads); },
        {{"oneDNN", [&] { run(forward); }}}, [&] {
          float *ours = floats(floats_of_one);
          for (int64_t i = 0; i < floats_of_one; i++) ours[i] = result[place(i, width)];
          const double most = difference(ours, other, floats_of_one);
          std::free(ours);
          return most;
        });
    }
    if (table.wants(name + std::string(" gradient"))) {
      table.line(
        name + std::string(" gradient"), 5 * work, [&] { run(kernels().attention_gradient, &b, options.threads); },
        {{"oneDNN", [&] { run(backward); }}}, [&] {
          float *ours = floats(floats_of_one);
          double most = 0;
          for (int part = 0; part < 3; part++) {
            for (int64_t i = 0; i < floats_of_one; i++) ours[i] = gradient[place(i, line) + part * width];
            most = std::max(most, difference(ours, apart[5 + part], floats_of_one));
          }
          std::free(ours);
          return most;
        });
    }
    for (float *memory : apart) std::free(memory);
    for (float *memory : {mask, packed, upstream, result, gradient, raw, shares, d_shares, a.scratch, b.scratch}) {
      std::free(memory);
    }
  }
}
