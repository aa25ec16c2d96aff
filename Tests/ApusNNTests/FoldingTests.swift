import ApusCore
import ApusData
import ApusNN
import Testing

/// Without its batch normalizations a model does the same.
@Suite struct FoldingTests {
  /// A model whose statistics, scales and biases are no longer those of the beginning.
  private func spoiled(_ model: Model) throws -> Model {
    var model = model
    for (number, parameter) in model.parameters.enumerated() {
      let random = Philox(seed: 9, stream: UInt64(number))
      let isPositive = parameter.path.hasSuffix("running_var")
      guard parameter.shape.count == 1 else { continue }
      let values = (0..<parameter.count).map { place in
        Float(random.uniform(UInt64(place))) * (isPositive ? 2 : 1) + (isPositive ? 0.1 : -0.5)
      }
      try model.set(parameter.path, to: values)
    }
    return model
  }

  /// By the unfolded graph.
  private func plainly(_ model: Model, _ values: [Float], rows: Int) throws -> [Float] {
    let traced = TracedModel(model, mode: .inference)
    let input = model.inputs[0].tensor
    let output = traced(input)
    var inputs = traced.inputs
    inputs["data"] = input
    let graph = try CompiledGraph(
      inputs: inputs, outputs: ["output": output], capacity: rows, engine: Engine.standard())
    traced.binding.bind(graph, to: model.storage)
    graph.memory("data").fill(values)
    graph.run(rows: rows)
    return Array(graph.floats("output", rows: rows))
  }

  private func expectSame(_ model: Model, norms: Int, gone: Int) throws {
    let model = try spoiled(model)
    let folded = try model.foldingBatchNorms()
    func count(_ model: Model) -> Int {
      model.parameters.count { $0.path.hasSuffix("running_var") }
    }
    #expect(count(model) == norms && count(folded) == norms - gone)
    let rows = 3
    let input = (0..<(rows * model.inputs[0].size)).map { Float(Philox(seed: 4).normal(UInt64($0))) }
    let expected = try plainly(model, input, rows: rows)
    for result in try [plainly(folded, input, rows: rows), Predictor(model).predict(input)] {
      let largest = expected.map { abs($0) }.max()!
      for (value, wanted) in zip(result, expected) { #expect(abs(value - wanted) < 2e-5 * largest) }
    }
  }

  @Test func convolutionsAndDenseLayers() throws {
    try expectSame(
      Model(input: [6, 6, 4], seed: 1) {
        Conv2D(8, 3, groups: 2); BatchNorm(); ReLU()
        Conv2D(6, 3, hasBias: false); BatchNorm(epsilon: 0.1); Dropout(0.5)
        Flatten(); Dense(5); BatchNorm(); Tanh(); Dense(3)
      }, norms: 3, gone: 3)
  }

  /// A normalization behind something else stays.
  @Test func otherNormalisationsStay() throws {
    try expectSame(
      Model(input: [6, 6, 4], seed: 1) {
        BatchNorm(); Conv2D(8, 3); ReLU(); BatchNorm(); Conv2D(2, 1); BatchNorm(); GlobalAveragePool2D()
      }, norms: 3, gone: 1)
  }

  @Test func containers() throws {
    try expectSame(
      Model(input: [8, 8, 3], seed: 2) {
        ResidualBlock(6, stride: 2, shortcut: .projected); ResidualBlock(6);
        ResidualBlock(12, shortcut: .padded)
        Branches {
          Sequential {
            Conv2D(3, 1); BatchNorm()
          }
          BatchNorm()
        }
        Repeat(2) {
          Conv2D(4, 3); BatchNorm(); ReLU()
        }
        Ensemble(
          members: 2, averaging: .outputs,
          layers: Sequential {
            Conv2D(4, 3); BatchNorm(); GlobalAveragePool2D(); Dense(3)
          })
      }, norms: 3 + 2 + 2 + 2 + 2 + 2, gone: 12)
  }

  @Test func layerGraphs() throws {
    let graph = LayerGraph(outputs: ["classes", "helper"]) {
      LayerGraph.Node("trunk") {
        Conv2D(4, 3); BatchNorm(); ReLU()
      }
      LayerGraph.Node("helper", from: ["trunk"]) {
        Conv2D(2, 1); BatchNorm(); Flatten()
      }
      LayerGraph.Node("classes", from: ["trunk"]) {
        GlobalAveragePool2D(); Dense(3)
      }
    }
    try expectSame(
      Model(inputs: [InputSpecification([5, 5, 2])], seed: 3, network: graph), norms: 2, gone: 2)
  }

  @Test func nothingToFold() throws {
    let model = try Model(input: [3], seed: 1) { Dense(2) }
    let folded = try model.foldingBatchNorms()
    #expect(folded.storage === model.storage)
  }
}
