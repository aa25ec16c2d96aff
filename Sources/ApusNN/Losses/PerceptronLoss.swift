public import ApusCore

/// (step(s) − d) · s, from scores s `[rows, outputs]` and targets d of 0 and 1: the sum over the outputs (lectures 1, 2 and 3,
/// lecture 5; Rosenblatt 1958).
///
/// The step is held constant, so that the gradient in s is y − d and gradient descent is Rosenblatt's own rule
/// w ← w + α (d − y) x. It is |s| where the unit is mistaken and 0 where it is not.
public struct PerceptronLoss: SumOfOutputs, MistakeDriven {
  public static let name = "perceptron"
  public static let formula = "(step(s) − d)·s, d = 0 or 1"
  public init() {}

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    ofOutputs(output, target).sum(axes: Array(1..<max(output.shape.rank, 1)))
  }

  package func ofOutputs(_ output: Tensor, _ target: Tensor) -> Tensor {
    let decision = output.sign().relu().stopGradient()
    return (decision - target) * output
  }

  /// |s| of a mistake is 0 where the scores are.
  public func initialLoss(_ targets: TargetSummary) -> Double? { 0 }
  public var predictions: PredictionKind { .scores(threshold: 0) }

  public func isMistake(_ scores: ArraySlice<Double>, label: Int32) -> Bool {
    let single = scores.count == 1
    return scores.enumerated().contains { output, score in
      (score > 0) != (single ? label == 1 : Int(label) == output)
    }
  }
}

/// A loss whose training is over once no training row is mistaken: nothing more would change.
package protocol MistakeDriven: Loss {
  /// Returns whether a row is misclassified.
  ///
  /// - Parameters:
  ///   - scores: the network's outputs for it.
  ///   - label: its class.
  func isMistake(_ scores: ArraySlice<Double>, label: Int32) -> Bool
}

extension Loss where Self == PerceptronLoss {
  public static var perceptron: PerceptronLoss { PerceptronLoss() }
}
