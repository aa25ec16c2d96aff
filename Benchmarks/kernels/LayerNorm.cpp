// Layer normalization of a GPT's tokens, and its gradients with respect to them, to gain and to bias: the elementwise programs with
// row sums that the planner makes of it, whose steps one loop computes, here alone, without the product that they follow.

#include "Comparison.h"

namespace {

struct Shape {
  const char *network;
  int64_t rows, width;
};

const Shape shapes[] = {{"W6", 768, 128}, {"GPT", 2048, 384}, {"GPT", 1024, 768}};

/// A program over [rows, width] in the making; what it hands out are registers.
struct Program {
  std::vector<apus_operand> inputs, outputs;
  std::vector<uint8_t> results;
  std::vector<apus_step> steps;
  int registers = 0;
  apus_program program = {};

  int input(float *base, int64_t row, int64_t column) {
    inputs.push_back({base, {row, column}});
    return registers++;
  }
  int step(apus_opcode opcode, int a, int b = 0, int c = 0) {
    apus_step step = {};
    step.opcode = opcode, step.destination = registers, step.a = a, step.b = b, step.c = c;
    steps.push_back(step);
    return registers++;
  }
  void output(int result, float *base, int64_t row) {
    outputs.push_back({base, {row, 1}});
    results.push_back(result);
  }
  /// A number for each row.
  void row_output(int result, float *base) {
    outputs.push_back({base, {1, 0}});
    results.push_back(result);
  }
  const apus_program *finish(int64_t rows, int64_t width) {
    program.rank = 2, program.dims[0] = rows, program.dims[1] = width;
    program.input_count = inputs.size(), program.output_count = outputs.size(), program.step_count = steps.size();
    program.register_count = registers, program.has_row_steps = 1;
    program.inputs = inputs.data(), program.outputs = outputs.data(), program.output_registers = results.data();
    program.steps = steps.data();
    apus_program_prepare(&program);
    return &program;
  }
};

float *constant(float value) {
  float *memory = floats(1);
  *memory = value;
  return memory;
}

}  // namespace

void compare_layer_norm(const Options &options) {
  using namespace dnnl;
  Table table("layer norm", options);
  for (const Shape &s : shapes) {
    const int64_t count = s.rows * s.width;
    float *x = numbers(count), *upstream = numbers(count), *gain = numbers(s.width), *bias = numbers(s.width);
    float *y = floats(count), *centre = floats(s.rows), *scale = floats(s.rows), *dx = floats(count);
    float *other = floats(count), *other_dx = floats(count), *mean = floats(s.rows), *variance = floats(s.rows);
    float *share = constant(1 / float(s.width)), *epsilon = constant(1e-5f);

    Program forward;
    {
      Program &p = forward;
      const int input = p.input(x, s.width, 1), part = p.input(share, 0, 0), small = p.input(epsilon, 0, 0);
      const int g = p.input(gain, 0, 1), b = p.input(bias, 0, 1);
      const int middle = p.step(APUS_MULTIPLY, p.step(APUS_ROW_SUM, input), part);
      const int difference = p.step(APUS_SUBTRACT, input, middle);
      const int sum = p.step(APUS_ROW_SUM, p.step(APUS_SQUARE, difference));
      const int deviation = p.step(APUS_SQUARE_ROOT, p.step(APUS_ADD, p.step(APUS_MULTIPLY, sum, part), small));
      const int inverse = p.step(APUS_RECIPROCAL, deviation);
      const int normal = p.step(APUS_MULTIPLY, difference, inverse);
      p.output(p.step(APUS_ADD, p.step(APUS_MULTIPLY, normal, g), b), y, s.width);
      p.row_output(middle, centre);
      p.row_output(inverse, scale);
    }
    // dx = (d − mean(d) − n mean(d n)) / deviation, with d = upstream · gain and n what was normalised.
    Program backward;
    {
      Program &p = backward;
      const int up = p.input(upstream, s.width, 1), g = p.input(gain, 0, 1), part = p.input(share, 0, 0);
      const int inverse = p.input(scale, 1, 0), x_of_p = p.input(x, s.width, 1), middle = p.input(centre, 1, 0);
      const int normal = p.step(APUS_MULTIPLY, p.step(APUS_SUBTRACT, x_of_p, middle), inverse);
      const int d = p.step(APUS_MULTIPLY, up, g);
      const int plain = p.step(APUS_MULTIPLY, p.step(APUS_ROW_SUM, d), part);
      const int apart = p.step(APUS_SUBTRACT, d, plain);
      const int along = p.step(APUS_MULTIPLY, p.step(APUS_ROW_SUM, p.step(APUS_MULTIPLY, d, normal)), part);
      const int left = p.step(APUS_SUBTRACT, apart, p.step(APUS_MULTIPLY, normal, along));
      p.output(p.step(APUS_MULTIPLY, inverse, left), dx, s.width);
    }
    // Gain: the sum of upstream · n over the rows; bias: that of upstream. Block by block, then the blocks.
    Program sums;
    std::vector<uint8_t> summed;
    {
      Program &p = sums;
      const int up = p.input(upstream, s.width, 1), inverse = p.input(scale, 1, 0);
      const int x_of_p = p.input(x, s.width, 1), middle = p.input(centre, 1, 0);
      const int normal = p.step(APUS_MULTIPLY, p.step(APUS_SUBTRACT, x_of_p, middle), inverse);
      summed = {uint8_t(p.step(APUS_MULTIPLY, up, normal)), uint8_t(up)};
    }
    const int64_t blocks = (s.rows + APUS_COLUMN_CHAIN - 1) / APUS_COLUMN_CHAIN;
    float *partials[] = {floats(blocks * s.width), floats(blocks * s.width)};
    float *d_pair = floats(2 * s.width), *other_pair = floats(2 * s.width);
    const apus_program *sums_program = sums.finish(s.rows, s.width);
    sums.program.has_row_steps = 0;
    const apus_program_sums column_sums = {sums_program, 2, summed.data(), partials};
    const apus_reduce trees[] = {
      {partials[0], d_pair, 1, s.rows, s.width, APUS_SUM}, {partials[1], d_pair + s.width, 1, s.rows, s.width, APUS_SUM}};
    const apus_program *forwards = forward.finish(s.rows, s.width), *backwards = backward.finish(s.rows, s.width);

    const auto f32 = memory::data_type::f32;
    const memory::desc tokens({s.rows, s.width}, f32, memory::format_tag::ab);
    const memory::desc column({s.rows}, f32, memory::format_tag::a);
    const auto at = [&](const memory::desc &d, float *numbers) { return memory(d, dnn_engine(), numbers); };
    const auto flags = normalization_flags::use_scale_shift;
    // oneDNN takes gain and bias as one.
    const memory::desc pair({2, s.width}, f32, memory::format_tag::ab);
    float *both = floats(2 * s.width);
    std::copy(gain, gain + s.width, both);
    std::copy(bias, bias + s.width, both + s.width);
    const layer_normalization_forward::primitive_desc there(
      {prop_kind::forward_training, tokens, column, 1e-5f, flags}, dnn_engine());
    const layer_normalization_backward::primitive_desc back(
      {prop_kind::backward, tokens, tokens, column, 1e-5f, flags}, dnn_engine(), there);
    const std::vector<Primitive> theirs = {
      {layer_normalization_forward(there),
       {{DNNL_ARG_SRC, at(tokens, x)}, {DNNL_ARG_DST, at(tokens, other)}, {DNNL_ARG_MEAN, at(column, mean)},
        {DNNL_ARG_VARIANCE, at(column, variance)}, {DNNL_ARG_SCALE_SHIFT, at(pair, both)}}}};
    const std::vector<Primitive> their_gradient = {
      {layer_normalization_backward(back),
       {{DNNL_ARG_SRC, at(tokens, x)}, {DNNL_ARG_DIFF_DST, at(tokens, upstream)}, {DNNL_ARG_MEAN, at(column, mean)},
        {DNNL_ARG_VARIANCE, at(column, variance)}, {DNNL_ARG_SCALE_SHIFT, at(pair, both)},
        {DNNL_ARG_DIFF_SRC, at(tokens, other_dx)}, {DNNL_ARG_DIFF_SCALE_SHIFT, at(pair, other_pair)}}}};

    char name[96];
    std::snprintf(name, sizeof name, "%s %ldx%ld", s.network, (long)s.rows, (long)s.width);
    const std::string plain = name;
    const auto ran = [&](const apus_program *program) { run(kernels().program, program, options.threads); };
    // What the gradient reads, whether or not the line forward is asked for.
    ran(forwards);
    run(theirs);
    if (table.wants(plain + " forward")) {
      table.line(
        plain + " forward", 7.0 * count, [&] { ran(forwards); }, {{"oneDNN", [&] { run(theirs); }}},
        [&] { return difference(y, other, count); });
    }
    if (table.wants(plain + " gradient")) {
      const auto ours = [&] {
        ran(backwards);
        run(kernels().program_sums, &column_sums, options.threads);
        for (const apus_reduce &tree : trees) run(kernels().column_tree, &tree, 1);
      };
      table.line(
        plain + " gradient", 11.0 * count, ours, {{"oneDNN", [&] { run(their_gradient); }}}, [&] {
          return std::max(difference(dx, other_dx, count), difference(d_pair, other_pair, 2 * s.width));
        });
    }
    for (float *memory : {x, upstream, gain, bias, y, centre, scale, dx, other, other_dx, mean, variance, share, epsilon, both,
                          partials[0], partials[1], d_pair, other_pair}) {
      std::free(memory);
    }
  }
}
