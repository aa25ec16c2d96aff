import ApusCore
import ApusData
import ApusNN
import TestSupport
import Testing

/// A case of `activations.json`.
struct ActivationFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var activation: String
  var options: [String: FixtureOption]
  var inputs: FixtureTensor
  var parameters: [String: FixtureTensor]
  var output: FixtureTensor
  var weights: FixtureTensor
  var gradient: FixtureTensor
  var parameterGradients: [String: FixtureTensor]
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [ActivationFixture]
  }

  static func all() throws -> [ActivationFixture] {
    try Fixtures.load("activations", as: Document.self).cases
  }

  func layer() throws -> any Layer { try Layers.layer(FixtureOption.description(activation, options)) }
}

/// Every activation, and the layers that learn one, as PyTorch computes them.
@Suite struct ActivationFixtureTests {
  @Test(arguments: try ActivationFixture.all())
  func interpreterAgreesWithPyTorch(_ fixture: ActivationFixture) throws {
    try check(fixture, in: Double.self)
  }

  @Test(arguments: try ActivationFixture.all())
  func engineAgreesWithPyTorch(_ fixture: ActivationFixture) throws {
    try check(fixture, in: Float.self)
  }

  @Test func everyActivationIsChecked() throws {
    let checked = Set(try ActivationFixture.all().map(\.activation))
    #expect(checked.isSuperset(of: Activations.table.names + ["prelu", "maxout"]))
  }

  private func check<Scalar: TestScalar>(_ fixture: ActivationFixture, in scalar: Scalar.Type) throws {
    let network = try TracedNetwork(
      Sequential([try fixture.layer()]),
      inputs: [InputSpecification(Array(fixture.inputs.shape.dropFirst()))],
      mode: .training)
    let (input, output) = (network.inputs["input"], network.outputs["output"])
    let names = network.parameters.map { String($0.specification.path.dropFirst(2)) }
    #expect(Set(names) == Set(fixture.parameters.keys))
    let upstream = Tensor.input("weights", output.type)
    let parameters = network.parameters.map(\.tensor)
    let gradients = gradients(
      of: output, withRespectTo: [input] + parameters, upstream: upstream)
    let graph = try Graph(
      inputs: [input, upstream] + parameters, outputs: [output] + gradients)
    let results = try Scalar.compute(
      graph,
      [fixture.inputs.array(), fixture.weights.array()] + names.map { fixture.parameters[$0]!.array() },
      rows: fixture.inputs.shape[0])
    expectEqual(results[0], fixture.output, "output")
    expectEqual(results[1], fixture.gradient, "gradient")
    for (name, result) in zip(names, results[2...]) {
      expectEqual(result, fixture.parameterGradients[name]!, "gradient of \(name)")
    }
  }

  private func expectEqual<Scalar: TestScalar>(
    _ result: ReferenceArray<Scalar>, _ expected: FixtureTensor, _ what: String
  ) {
    let error = relativeError(result.values, expected.values)
    #expect(error <= Scalar.tolerance, "\(what): \(result.values), not \(expected.values)")
  }
}
