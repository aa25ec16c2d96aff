import ApusCore
import ApusNN
import TestSupport
import Testing

/// A case of `layers.json`.
struct LayerFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  /// Its description, as JSON text.
  var layer: String
  var input: FixtureTensor
  var parameters: [String: FixtureTensor]
  var states: [String: FixtureTensor]
  var output: FixtureTensor
  var weights: FixtureTensor
  var inputGradient: FixtureTensor?
  var gradients: [String: FixtureTensor]
  var statesAfter: [String: FixtureTensor]
  var inference: FixtureTensor
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [LayerFixture]
  }

  static func all() throws -> [LayerFixture] {
    try Fixtures.load("layers", as: Document.self).cases
  }
}

/// Every layer as PyTorch computes it: outputs in both modes, gradients, and what it keeps.
@Suite struct LayerFixtureTests {
  @Test(arguments: try LayerFixture.all())
  func interpreterAgreesWithPyTorch(_ fixture: LayerFixture) throws {
    try check(fixture, in: Double.self)
  }

  @Test(arguments: try LayerFixture.all())
  func engineAgreesWithPyTorch(_ fixture: LayerFixture) throws {
    try check(fixture, in: Float.self)
  }

  private func check<Scalar: TestScalar>(_ fixture: LayerFixture, in scalar: Scalar.Type) throws {
    let layer = try Layers.layer(StrictJSON.parse(fixture.layer))
    let model = try Model(input: Array(fixture.input.shape.dropFirst()), layers: Sequential([layer]))
    // The layer is number 0 of a sequence of one.
    let names = model.parameters.map { String($0.path.dropFirst("0.".count)) }
    let known = fixture.parameters.merging(fixture.states) { first, _ in first }
    #expect(Set(names) == Set(known.keys))
    let values: [ReferenceArray<Scalar>] = names.compactMap { known[$0]?.array() }
    func results(_ mode: Scope.Mode, _ values: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
      let traced = TracedModel(model, mode: mode)
      let input = model.inputs[0].tensor
      let output = traced(input)
      let weights = Tensor.input("weights", TensorType(output.shape))
      var outputs = [output]
      if mode == .training {
        let all = [input] + traced.allParameters
        outputs += gradients(of: output, withRespectTo: all, upstream: weights)
        outputs += traced.stateUpdates.map(\.value)
      }
      let graph = try Graph(inputs: [input, weights, traced.key] + traced.allParameters, outputs: outputs)
      return try Scalar.compute(
        graph,
        [fixture.input.array(), fixture.weights.array(), ReferenceArray(shape: [4], values: [0, 0, 0, 0])]
          + values,
        rows: fixture.input.shape[0])
    }
    let training = try results(.training, values)
    expect(training[0], fixture.output, "output", fixture)
    if let gradient = fixture.inputGradient {
      expect(training[1], gradient, "gradient in the input", fixture)
    }
    for (position, name) in names.enumerated() {
      guard let gradient = fixture.gradients[name] else { continue }
      expect(training[2 + position], gradient, "gradient in \(name)", fixture)
    }
    // What was kept is what inference uses.
    var kept = values
    let updated = TracedModel(model, mode: .training)
    _ = updated(model.inputs[0].tensor)
    for (position, update) in updated.stateUpdates.enumerated() {
      let name = String(update.path.dropFirst("0.".count))
      let value = training[2 + names.count + position]
      expect(value, fixture.statesAfter[name]!, name, fixture)
      kept[names.firstIndex(of: name)!] = value
    }
    expect(try results(.inference, kept)[0], fixture.inference, "output in inference", fixture)
  }

  private func expect<Scalar: TestScalar>(
    _ result: ReferenceArray<Scalar>, _ expected: FixtureTensor, _ what: String, _ fixture: LayerFixture
  ) {
    #expect(result.shape == expected.shape, "\(fixture.name): \(what)")
    #expect(
      relativeError(result.values, expected.values) <= Scalar.tolerance,
      "\(fixture.name): \(what) \(result.values.prefix(8)), not \(expected.values.prefix(8))")
  }
}
