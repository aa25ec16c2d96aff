import ApusCore
import TestSupport
import Testing

/// Every operation as PyTorch computes it, forward and backward.
@Suite struct FixtureTests {
  @Test(arguments: try OperationFixture.all())
  func interpreterAgreesWithPyTorch(_ fixture: OperationFixture) throws {
    try check(fixture, in: Double.self)
  }

  @Test(arguments: try OperationFixture.all())
  func engineAgreesWithPyTorch(_ fixture: OperationFixture) throws {
    try check(fixture, in: Float.self)
  }

  private func check<Scalar: TestScalar>(_ fixture: OperationFixture, in scalar: Scalar.Type) throws {
    let inputs = fixture.inputs.enumerated().map { Tensor.input("input \($0)", $1.tensorType) }
    let output = try fixture.apply(inputs)
    var expected = [fixture.output]
    var outputs = [output]
    var values: [ReferenceArray<Scalar>] = fixture.inputs.map { $0.array() }
    var upstream: [Tensor] = []
    if let weights = fixture.weights {
      upstream = [Tensor.input("weights", weights.tensorType)]
      values.append(weights.array())
      for (input, gradient) in zip(inputs, fixture.gradients) {
        guard let gradient else { continue }
        expected.append(gradient)
        outputs += gradients(of: output, withRespectTo: [input], upstream: upstream[0])
      }
    }
    let graph = try Graph(inputs: inputs + upstream, outputs: outputs)
    for (position, result) in try Scalar.compute(graph, values, rows: 1).enumerated() {
      let what = position == 0 ? "output" : "gradient \(position)"
      #expect(result.shape == expected[position].shape, "\(fixture.name): \(what)")
      let error = relativeError(result.values, expected[position].values)
      #expect(
        error <= Scalar.tolerance,
        "\(fixture.name): \(what) \(result.values.prefix(8)), not \(expected[position].values.prefix(8))")
    }
  }
}
