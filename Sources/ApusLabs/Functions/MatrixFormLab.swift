import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews

/// Unit by unit, as matrices and as augmented matrices: one function; and what rows together save.
struct MatrixFormLab: Lab {
  let name = "matrix-form"
  let theme = LabTheme.functions
  let slides = [
    Slide(.stevens, "One Hidden Layer"), Slide(.wisconsin, "Matrix Notation"),
    Slide(.irvine, "Weight Matrix Notation"), Slide(.bucharest, "The layer abstraction"),
    Slide(.stevens, "Fast prediction"),
  ]
  let claim =
    "A layer is a product of matrices, h = g(W x + b), the same unit by unit; many rows at once are faster, and a trained "
    + "network predicts fast."
  let formula = "h = g(W x + b);  ŷ = g(β h);  with a 1 appended to x and h, the bias is a column"
  let expected = Verdict.holds
  let conclusion = "the three spellings agree, and rows together read the weights once"
  let sabotage = "the weights transposed"
  let tryIt = "apus train digits --hidden 200,200 --epochs 5"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    report.part("Unit by unit, as matrices, as augmented matrices")
    for (sizes, count) in [([3, 2, 1], 11), ([2, 3, 1], 13), ([2, 2, 1], 9)] {
      try spellings(sizes, count, context, &report)
    }
    try rows(context, &report)
    report.note(
      "Softmax isn't element by element, as a side note has it: each of its outputs depends on all scores.")
    report.note(
      "W is [input, unit] on some slides and [unit, input] on others; “depth 2” counts layers with weights, L hidden ones."
    )
    return report
  }

  private func spellings(
    _ sizes: [Int], _ count: Int, _ context: LabContext, _ report: inout LabReport
  ) throws {
    let title = sizes.map { "\($0)" }.joined(separator: "-")
    let model = try Model(input: [sizes[0]], seed: context.seed) {
      Dense(sizes[1], initializer: .normal(1))
      Sigmoid()
      Dense(1, initializer: .normal(1))
      Sigmoid()
    }
    let random = context.random(title)
    let x = (0..<8).map { row in (0..<sizes[0]).map { Float(random.normal(UInt64(row * 8 + $0))) } }
    let engine = try model(Tensor(x)).values().map { Double($0) }
    func weights(_ path: String) -> [Double] { model[path]!.map { Double($0) } }
    var w = weights("0.weight")
    if context.isSabotaged { w.reverse() }
    let (b, v, c) = (weights("0.bias"), weights("2.weight"), weights("2.bias"))
    func sigmoid(_ z: Double) -> Double { 1 / (1 + Mathematics.exp(-z)) }
    let byHand = x.map { row -> Double in
      let hidden = (0..<sizes[1]).map { unit in
        sigmoid(row.indices.reduce(b[unit]) { $0 + Double(row[$1]) * w[$1 * sizes[1] + unit] })
      }
      return sigmoid(zip(hidden, v).reduce(c[0]) { $0 + $1.0 * $1.1 })
    }
    let ones = Tensor.ones(TensorShape([8, 1]))
    func augmented(_ weight: String, _ bias: String, _ inputs: Int, _ units: Int) -> Tensor {
      Tensor(model[weight]! + model[bias]!, shape: TensorShape([inputs + 1, units]))
    }
    let hidden = Tensor.concatenate([Tensor(x), ones], axis: 1)
      .matmul(augmented("0.weight", "0.bias", sizes[0], sizes[1])).sigmoid()
    let output = try Tensor.concatenate([hidden, ones], axis: 1)
      .matmul(augmented("2.weight", "2.bias", sizes[1], 1)).sigmoid().values().map { Double($0) }
    func farthest(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max() ?? .nan }
    report.judge("numbers in \(title)", model.parameterCount, .exactly(count))
    report.judge("  unit by unit: largest difference", farthest(byHand, engine), .atMost(1e-6), lecture: "0")
    report.judge("  augmented: largest difference", farthest(output, engine), .atMost(1e-6), lecture: "0")
  }

  private func rows(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("784-200-200-10: rows alone and together")
    let model = try Model.dense([784, 200, 200, 10], seed: context.seed)
    let random = context.random("rows")
    let values = (0..<(512 * 784)).map { Float(random.uniform(UInt64($0))) }
    let all = Tensor(values, shape: TensorShape([512, 784]))
    let together = try model.compiled(batch: 512)(all)[.prediction].values()
    let alone = try model.compiled(batch: 1)(
      Tensor(Array(values[(7 * 784)..<(8 * 784)]), shape: TensorShape([1, 784])))[
        .prediction
      ].values()
    report.judge("a row alone has the bits of the row among 512", alone == Array(together[70..<80]), .yes)
    let sizes = [1, 8, 64, 512]
    var (bytes, operations, rates): ([Double], [Double], [Double]) = ([], [], [])
    for size in sizes {
      let step = try profile(model, rows: size, values)
      bytes.append(Double(step.bytes) / Double(size))
      operations.append(Double(step.operations) / Double(size))
      let compiled = try model.compiled(batch: size)
      let part = Tensor(Array(values[..<(size * 784)]), shape: TensorShape([size, 784]))
      _ = try compiled(part)
      let start = Clock.nanoseconds
      let runs = max(512 / size, 4)
      for _ in 0..<runs { _ = try compiled(part) }
      rates.append(Double(runs * size) / (Double(Clock.nanoseconds - start) * 1e-9))
    }
    report.judge(
      "operations a row, batches of 1, 8, 64, 512: largest over smallest",
      (operations.max() ?? .nan) / (operations.min() ?? .nan), .atMost(1.05), lecture: "the same work")
    report.judge("bytes read and written a row", bytes, .falling(), lecture: "weights are read once a batch")
    report.judge(
      "bytes a row, batch 1 over 64", bytes[0] / bytes[2], .atLeast(2), lecture: "what vectorizing saves")
    report.time("rows a second", rates)
    report.time("one prediction", 1e6 / rates[0], unit: "µs")
    report.show(
      LineChart(
        "Rows a second over the batch", [.init("", zip(sizes, rates).map { Point(Double($0), $1) })],
        xName: "rows in a batch", yName: "rows a second", xKind: .logarithmic, yKind: .logarithmic))
  }

  /// The bytes and operations of a forward pass.
  private func profile(_ model: Model, rows: Int, _ values: [Float]) throws -> (bytes: Int, operations: Int) {
    let shape = TensorShape([rows, 784])
    let x = Tensor.input("x", TensorType(shape))
    var inputs: NamedTensors = ["x": x]
    var output = x
    for (number, layer) in [0, 2, 4].enumerated() {
      let weight = model.parameters.first { $0.path == "\(layer).weight" }!
      let w = Tensor.input("w\(layer)", TensorType(TensorShape(weight.shape)))
      let b = Tensor.input("b\(layer)", TensorType(TensorShape([weight.shape[1]])))
      inputs["w\(layer)"] = w
      inputs["b\(layer)"] = b
      output = output.matmul(w) + b
      if number < 2 { output = output.relu() }
    }
    let graph = try CompiledGraph(inputs: inputs, outputs: ["y": output], engine: Engine.standard())
    var profile = Profile()
    graph.run(rows: 1, profile: &profile)
    return (
      profile.entries.reduce(0) { $0 + $1.bytes },
      profile.entries.reduce(0) { $0 + $1.floatingPointOperations }
    )
  }
}
