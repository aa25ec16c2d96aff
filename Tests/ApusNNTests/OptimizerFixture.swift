import ApusCore
import ApusNN
import TestSupport
import Testing

/// `optimizers.json`.
struct OptimizerFixture: Decodable, Sendable {
  var initial: [String: FixtureTensor]
  var batches: [Batch]
  var runs: [Run]

  struct Batch: Decodable, Sendable {
    var inputs: FixtureTensor
    var labels: FixtureTensor
  }

  struct Run: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var optimizer: String
    var options: [String: Double]
    var learningRates: [Double]
    var losses: [Double]
    var snapshots: [Snapshot]
    var testDescription: String { name }

    /// Weight decay is the optimizer's own for adamW, and a term of the gradient for all others.
    var coupledDecay: Double { optimizer == "adamW" ? 0 : options["weightDecay"] ?? 0 }

    /// The optimizer with the parameters of the run.
    func makeOptimizer() throws -> any Optimizer {
      var parameters = options
      parameters["clipNorm"] = nil
      if optimizer != "adamW" { parameters["weightDecay"] = nil }
      let members = parameters.map { JSONMember($0.key, .double($0.value)) }
      return try Optimizers.optimizer(.object([JSONMember(optimizer, .object(members))]))
    }
  }

  struct Snapshot: Decodable, Sendable {
    var step: Int
    var parameters: [String: FixtureTensor]
  }

  static func load() throws -> OptimizerFixture {
    try Fixtures.load("optimizers", as: OptimizerFixture.self)
  }

  static func runs() throws -> [Run] { try load().runs }
}

extension FixtureTensor {
  /// A parameter in our layout: PyTorch's weights are `[out, in]`.
  func parameter<Scalar: ReferenceScalar>(_ scalar: Scalar.Type = Scalar.self) -> ReferenceArray<Scalar> {
    guard shape.count == 2 else { return array() }
    let weights: ReferenceArray<Scalar> = array()
    return ReferenceArray(shape: shape.reversed()) { weights[[$0[1], $0[0]]] }
  }
}

extension TracedUpdate {
  /// The rate, then the scalars.
  var scalarInputs: [Tensor] { [rate] + scalars.map(\.input) }

  func scalarValues(step: Int, rate: Double) -> [Double] {
    [rate] + scalars.map { $0.value(Double(step), rate) }
  }
}
