public import ApusCore
import ApusData

/// Networks of one architecture whose predictions are averaged (MISSION M): one model, one file, used like any other.
///
/// Probabilities are averaged, not logits: for a loss that takes logits the output is the logit of the averaged
/// probabilities, ln p̄ᵢ for a softmax and ln p̄ − ln(1 − p̄) for a sigmoid, so that the loss' prediction gives p̄ again.
/// The parameters of member i are named `i.…`.
public struct Ensemble: Layer {
  public static let name = "ensemble"
  public static let formula = "y = mean of f₁(x) … fₙ(x), as predictions"

  /// What is averaged.
  public enum Averaging: String, Sendable, Codable, CaseIterable {
    case outputs
    /// The softmax of the outputs along the last axis.
    case softmax
    /// The sigmoid of each output.
    case sigmoid
  }

  public var members: Int
  public var averaging: Averaging
  public var layers: Sequential

  public init() { self.init(members: 1, averaging: .outputs, layers: Sequential()) }

  public init(members: Int, averaging: Averaging, layers: Sequential) {
    self.members = members
    self.averaging = averaging
    self.layers = layers
  }

  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
    guard members > 0 else {
      return .failed(ApusError("an ensemble of \(members) members", expected: "at least 1"))
    }
    let outputs = (0..<members).map { scope.call(layers, input, named: "\($0)") }
    switch averaging {
    case .outputs:
      return outputs.dropFirst().reduce(outputs[0], +) * Tensor(1 / Double(members))
    case .softmax:
      return logarithmOfMean(outputs.map { $0.logSoftmax() })
    case .sigmoid:
      // ln σ(z) = −softplus(−z), ln(1 − σ(z)) = −softplus(z).
      return logarithmOfMean(outputs.map { -(-$0).softplus() })
        - logarithmOfMean(outputs.map { -$0.softplus() })
    }
  }

  /// ln of the mean of eˡ, without overflow.
  private func logarithmOfMean(_ logarithms: [Tensor]) -> Tensor {
    let largest = logarithms.dropFirst().reduce(logarithms[0]) { maximum($0, $1) }.stopGradient()
    let sum = logarithms.dropFirst().reduce((logarithms[0] - largest).exp()) { $0 + ($1 - largest).exp() }
    return largest + sum.log() - Tensor(Mathematics.log(Double(members)))
  }

  public var expanded: any Layer {
    var result = self
    result.layers = layers.expandedList
    return result
  }
}

extension Model {
  /// One model that averages the predictions of several of the same architecture and objective.
  ///
  /// - Throws: when the architectures differ, or aren't layers one after the other; when the first has no objective, which
  ///   says what the outputs are.
  public static func ensemble(of models: [Model]) throws -> Model {
    let first = try alike(models)
    let loss = try first.requireObjective().loss
    guard let layers = first.network as? Sequential else {
      throw ApusError("an ensemble of \(type(of: first.network).name)s", expected: "models of layers")
    }
    let averaging: Ensemble.Averaging =
      switch (loss.predictions, loss.classTargets) {
      case (.scores, _): .outputs
      case (.probabilities, .numbers): .softmax
      case (.probabilities, .indicators): .sigmoid
      }
    var result = try Model(
      inputs: first.inputs, seed: first.seed,
      network: Sequential([Ensemble(members: models.count, averaging: averaging, layers: layers)]))
    let arena = TensorStorage(count: result.storage.count)
    for parameter in result.parameters {
      // 0.MEMBER.PATH
      let parts = parameter.path.split(separator: ".", maxSplits: 2)
      let member = models[Int(parts[1])!]
      let source = member.parameters.first { $0.path == parts[2] }!
      for (place, value) in zip(parameter.range, member.storage.floats[source.range]) {
        arena.floats[place] = value
      }
    }
    result = result.replacingStorage(arena)
    (result.objective, result.preprocessing) = (first.objective, first.preprocessing)
    return result
  }

  /// One model whose weights are the means of others', which must lie near each other: checkpoints of one run, say.
  ///
  /// - Throws: when the architectures differ.
  public static func average(of models: [Model]) throws -> Model {
    let first = try alike(models)
    let arena = TensorStorage(count: first.storage.count)
    for place in 0..<arena.count {
      let sum = models.reduce(0.0) { $0 + Double($1.storage.floats[place]) }
      arena.floats[place] = Float(sum / Double(models.count))
    }
    return first.replacingStorage(arena)
  }

  private static func alike(_ models: [Model]) throws -> Model {
    guard let first = models.first else {
      throw ApusError("an ensemble of no models", expected: "at least one")
    }
    let architecture = first.network.configuration
    guard models.allSatisfy({ $0.network.configuration == architecture && $0.inputs == first.inputs }) else {
      throw ApusError("models of different architectures in an ensemble", expected: "the same for all")
    }
    return first
  }
}
