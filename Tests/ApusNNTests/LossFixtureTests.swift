import ApusCore
import ApusNN
import TestSupport
import Testing

/// A case of `losses.json`.
struct LossFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var loss: String
  var options: [String: FixtureOption]
  var predictions: FixtureTensor
  var targets: FixtureTensor
  var value: Double
  var gradient: FixtureTensor
  var testDescription: String { name }

  struct Document: Decodable {
    var cases: [LossFixture]
  }

  static func all() throws -> [LossFixture] {
    try Fixtures.load("losses", as: Document.self).cases
  }
}

/// Every loss as PyTorch computes it: the mean over the rows, and its gradient in the predictions.
@Suite struct LossFixtureTests {
  @Test(arguments: try LossFixture.all())
  func interpreterAgreesWithPyTorch(_ fixture: LossFixture) throws {
    try check(fixture, in: Double.self)
  }

  @Test(arguments: try LossFixture.all())
  func engineAgreesWithPyTorch(_ fixture: LossFixture) throws {
    try check(fixture, in: Float.self)
  }

  private func check<Scalar: TestScalar>(_ fixture: LossFixture, in scalar: Scalar.Type) throws {
    let loss = try Losses.loss(FixtureOption.description(fixture.loss, fixture.options))
    let shape = TensorShape([.rows] + fixture.predictions.shape.dropFirst().map { Dimension($0) })
    let predictions = Tensor.input("predictions", TensorType(shape))
    let targets = Tensor.input("targets", loss.targetType(for: shape))
    let rowLosses = loss.ofRows(predictions, targets)
    #expect(rowLosses.shape == [.rows])
    let value = rowLosses.mean()
    let gradient = gradients(of: value, withRespectTo: [predictions])[0]
    let graph = try Graph(inputs: [predictions, targets], outputs: [value, gradient])
    let results = try Scalar.compute(
      graph, [fixture.predictions.array(), fixture.targets.array()], rows: fixture.predictions.shape[0])
    #expect(relativeError(results[0].values, [fixture.value]) <= Scalar.tolerance)
    #expect(
      relativeError(results[1].values, fixture.gradient.values) <= Scalar.tolerance,
      "\(results[1].values.prefix(8)), not \(fixture.gradient.values.prefix(8))")
  }

  @Test func everyLossIsChecked() throws {
    #expect(Set(try LossFixture.all().map(\.loss)) == Set(Losses.table.names))
  }
}
