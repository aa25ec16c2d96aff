import ApusCore
import ApusNN
import TestSupport
import Testing

/// 200 steps of each optimizer on gradients that are given: in `optimizers.json`.
struct OptimizerSequence: Decodable, Sendable {
  var sequenceStart: FixtureTensor
  var sequenceGradients: FixtureTensor
  var sequenceRates: [Double]
  var sequences: [Run]

  struct Run: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var optimizer: String
    var options: [String: FixtureOption]
    var snapshots: [OptimizerFixture.Snapshot.Parameters]
    var testDescription: String { name }
  }

  static func load() throws -> OptimizerSequence {
    try Fixtures.load("optimizers", as: OptimizerSequence.self)
  }
}

extension OptimizerFixture.Snapshot {
  struct Parameters: Decodable, Sendable {
    var step: Int
    var parameters: FixtureTensor
  }
}

@Suite struct OptimizerSequenceTests {
  @Test(arguments: try OptimizerSequence.load().sequences)
  func interpreterAgreesWithPyTorch(_ run: OptimizerSequence.Run) throws {
    try check(run, in: Double.self)
  }

  @Test(arguments: try OptimizerSequence.load().sequences)
  func engineAgreesWithPyTorch(_ run: OptimizerSequence.Run) throws {
    try check(run, in: Float.self)
  }

  @Test func everyOptimizerIsChecked() throws {
    #expect(Set(try OptimizerSequence.load().sequences.map(\.optimizer)) == Set(Optimizers.table.names))
  }

  private func check<Scalar: TestScalar>(_ run: OptimizerSequence.Run, in scalar: Scalar.Type) throws {
    let fixture = try OptimizerSequence.load()
    let optimizer = try Optimizers.optimizer(FixtureOption.description(run.optimizer, run.options))
    let type = TensorType(TensorShape(fixture.sequenceStart.shape))
    let inputs = ["parameter", "gradient"].map { Tensor.input($0, type) }
    let update = try TracedUpdate(optimizer, parameters: inputs[0], gradients: inputs[1])
    let graph = try Graph(
      inputs: inputs + update.slots.map(\.before) + update.scalarInputs,
      outputs: [update.parameters] + update.slots.map(\.after))
    var parameter: ReferenceArray<Scalar> = fixture.sequenceStart.array()
    var slots = update.slots.map { _ in ReferenceArray<Scalar>(shape: parameter.shape) }
    let (rows, width) = (fixture.sequenceGradients.shape[0], parameter.values.count)
    for (index, rate) in fixture.sequenceRates.enumerated() {
      let start = index % rows * width
      let gradient = fixture.sequenceGradients.values[start..<(start + width)].map { Scalar($0) }
      let scalars = update.scalarValues(step: index + 1, rate: rate)
      let results = try Scalar.compute(
        graph,
        [parameter, ReferenceArray(shape: parameter.shape, values: gradient)] + slots
          + scalars.map { ReferenceArray(shape: [], values: [Scalar($0)]) },
        rows: 1)
      parameter = results[0]
      slots = Array(results[1...])
      guard let snapshot = run.snapshots.first(where: { $0.step == index + 1 }) else { continue }
      let error = relativeError(parameter.values, snapshot.parameters.values)
      #expect(error <= Scalar.tolerance, "after step \(index + 1)")
    }
  }

  /// The lecture's form is the other one as long as the rate stays.
  @Test func theFormsOfMomentumDifferWhenTheRateVaries() throws {
    func path(_ optimizer: Momentum, _ rates: [Double]) throws -> Double {
      let inputs = ["parameter", "gradient"].map { Tensor.input($0, TensorType([])) }
      let update = try TracedUpdate(optimizer, parameters: inputs[0], gradients: inputs[1])
      let graph = try Graph(
        inputs: inputs + update.slots.map(\.before) + update.scalarInputs,
        outputs: [update.parameters] + update.slots.map(\.after))
      var (parameter, velocity) = (1.0, 0.0)
      for (index, rate) in rates.enumerated() {
        let values =
          [parameter, 0.5 * parameter, velocity] + update.scalarValues(step: index + 1, rate: rate)
        let results = try Double.compute(
          graph, values.map { ReferenceArray(shape: [], values: [$0]) }, rows: 1)
        (parameter, velocity) = (results[0].values[0], results[1].values[0])
      }
      return parameter
    }
    let (outside, inside) = (Momentum(momentum: 0.9), Momentum(momentum: 0.9, isRateInside: true))
    let steady = [0.1, 0.1, 0.1, 0.1]
    #expect(try abs(path(outside, steady) - path(inside, steady)) < 1e-6)
    let falling = [0.1, 0.1, 0.01, 0.001]
    #expect(try abs(path(outside, falling) - path(inside, falling)) > 1e-2)
  }

  @Test func momentumGrowsOverEpochs() {
    let momentum = Momentum(momentum: 0.99, from: 0.5, over: .epochs(2))
      .resolved(in: RunLength(steps: 100, stepsPerEpoch: 5))
    #expect(momentum.momentum(step: 1) == 0.5)
    #expect(abs(momentum.momentum(step: 6) - 0.745) < 1e-12)
    #expect(momentum.momentum(step: 11) == 0.99 && momentum.momentum(step: 1000) == 0.99)
  }
}
