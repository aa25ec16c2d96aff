import ApusCore
import ApusNN
import TestSupport
import Testing

/// 20 steps of each optimizer on a small network, as PyTorch takes them.
@Suite struct OptimizerFixtureTests {
  @Test(arguments: try OptimizerFixture.runs())
  func interpreterAgreesWithPyTorch(_ run: OptimizerFixture.Run) throws {
    try check(run, in: Double.self)
  }

  @Test(arguments: try OptimizerFixture.runs())
  func engineAgreesWithPyTorch(_ run: OptimizerFixture.Run) throws {
    try check(run, in: Float.self)
  }

  @Test func everyOptimizerIsChecked() throws {
    #expect(Set(try OptimizerFixture.runs().map(\.optimizer)) == Set(Optimizers.table.names))
  }

  private func check<Scalar: TestScalar>(_ run: OptimizerFixture.Run, in scalar: Scalar.Type) throws {
    let fixture = try OptimizerFixture.load()
    let step = try TrainingStepGraph(run)
    var parameters = step.paths.map { fixture.initial[$0]!.parameter(Scalar.self) }
    var slots = step.slotCounts.indices.flatMap { index in
      (0..<step.slotCounts[index]).map { _ in ReferenceArray<Scalar>(shape: parameters[index].shape) }
    }
    for (index, rate) in run.learningRates.enumerated() {
      let batch = fixture.batches[index % fixture.batches.count]
      let scalars =
        step.scalars(step: index + 1, rate: rate) + [run.coupledDecay, run.options["clipNorm"] ?? 1]
      let results = try Scalar.compute(
        step.graph,
        [batch.inputs.array(), batch.labels.array()] + parameters + slots
          + scalars.map { ReferenceArray(shape: [], values: [Scalar($0)]) },
        rows: batch.inputs.shape[0])
      #expect(
        relativeError(results[0].values, [run.losses[index]]) <= Scalar.tolerance,
        "\(run.name): loss of step \(index + 1)")
      parameters = Array(results[1...parameters.count])
      slots = Array(results[(1 + parameters.count)...])
      guard let snapshot = run.snapshots.first(where: { $0.step == index + 1 }) else { continue }
      for (path, values) in zip(step.paths, parameters) {
        let expected = snapshot.parameters[path]!.parameter(Double.self)
        #expect(values.shape == expected.shape)
        let error = relativeError(values.values, expected.values)
        #expect(error <= Scalar.tolerance, "\(run.name): \(path) after step \(index + 1)")
      }
    }
  }
}

/// One training step as a graph: inputs, labels, parameters, slots and scalars to the loss, the new parameters
/// and the new slots.
private struct TrainingStepGraph {
  let graph: Graph
  let paths: [String]
  let slotCounts: [Int]
  private let updates: [TracedUpdate]

  init(_ run: OptimizerFixture.Run) throws {
    let layers = Sequential {
      Dense(7)
      Tanh()
      Dense(3)
    }
    let optimizer = try run.makeOptimizer()
    let network = try TracedNetwork(layers, input: [5], mode: .training)
    let labels = Tensor.input("labels", TensorType([.rows], .int32))
    let loss = SoftmaxCrossEntropy()(network.output, labels).mean()
    let parameters = network.parameters.map(\.tensor)
    let decay = Tensor.input("weight decay", TensorType([]))
    let bound = Tensor.input("norm", TensorType([]))
    var derivatives = gradients(of: loss, withRespectTo: parameters)
    if run.options["clipNorm"] != nil {
      let norm = derivatives.map { $0.square().sum() }.reduce(Tensor(0), +).sqrt()
      // 1e-6, also in double precision.
      let small = Tensor(1) / Tensor(1e6)
      derivatives = derivatives.map { $0 * minimum(1, bound / (norm + small)) }
    }
    if run.coupledDecay != 0 { derivatives = zip(derivatives, parameters).map { $0 + decay * $1 } }
    updates = try zip(parameters, derivatives).map {
      try TracedUpdate(optimizer, parameters: $0, gradients: $1)
    }
    let slots = updates.flatMap(\.slots)
    graph = try Graph(
      inputs: [network.input, labels] + parameters + slots.map(\.before) + updates.flatMap(\.scalarInputs)
        + [decay, bound],
      outputs: [loss] + updates.map(\.parameters) + slots.map(\.after))
    slotCounts = updates.map(\.slots.count)
    paths = network.parameters.map(\.specification.path)
  }

  func scalars(step: Int, rate: Double) -> [Double] {
    updates.flatMap { $0.scalarValues(step: step, rate: rate) }
  }
}
