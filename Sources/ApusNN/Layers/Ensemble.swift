public import ApusCore

/// Networks of one architecture whose predictions are averaged: one model, one file, used like any other.
///
/// Probabilities are averaged, not logits: for a loss that takes logits the output is the logit of the averaged
/// probabilities, ln p̄ᵢ for a softmax and ln p̄ − ln(1 − p̄) for a sigmoid, so that the loss' prediction gives p̄ again.
/// The parameters of member i are named `i.…`.
public struct Ensemble: Layer {
  public static let name = "ensemble"
  public static let formula = "y = mean of f₁(x) … fₙ(x), as predictions"

  /// The quantity that is averaged.
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
