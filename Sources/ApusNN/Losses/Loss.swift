public import ApusCore
public import ApusData

/// A loss, which training minimizes.
///
/// Adding one costs a file with a conforming type, and a line of ``Losses/table``.
public protocol Loss: Named {
  /// Returns the type of the targets for an output of a shape: class numbers (int32) or numbers (float32).
  func targetType(for output: TensorShape) -> TensorType

  /// The form in which a sample's class is written as a target.
  var classTargets: ClassTargets { get }

  /// The loss of each output, `[rows, …]`, or of each row, `[rows]`; a row's loss is the mean over its outputs.
  func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor

  /// The mean loss to expect before training, when every output is 0 (lecture 5's first check of a new network); nil when the
  /// targets do not say enough.
  func initialLoss(_ targets: TargetSummary) -> Double?

  /// Returns the prediction for the network's output: probabilities from logits.
  func prediction(_ output: Tensor) -> Tensor

  /// The kind of values that ``Loss/prediction(_:)`` returns.
  var predictions: PredictionKind { get }
}

/// A loss that is the sum over the outputs, and not their mean.
package protocol SumOfOutputs: Loss {
  /// The loss of each output, `[rows, outputs]`.
  func ofOutputs(_ output: Tensor, _ target: Tensor) -> Tensor
}

/// The kind of a prediction, for metrics and for whoever writes it down.
public enum PredictionKind: Sendable, Equatable {
  /// Probabilities: of the classes, or of each of several independent labels.
  case probabilities
  /// Numbers, of which the largest decides between classes; a single one, whether it is above the threshold.
  case scores(threshold: Float)
}

extension Loss {
  public var classTargets: ClassTargets { .indicators(off: 0, on: 1) }
  public func targetType(for output: TensorShape) -> TensorType {
    guard classTargets == .numbers else { return TensorType(output) }
    return TensorType(TensorShape(output.dimensions.dropLast()), .int32)
  }
  public func initialLoss(_ targets: TargetSummary) -> Double? { nil }
  public func prediction(_ output: Tensor) -> Tensor { output }
  public var predictions: PredictionKind { .scores(threshold: 0.5) }

  /// The loss of each row, `[rows]`: the mean over the outputs.
  ///
  /// - Parameter labelWeights: by how much the loss of each output counts in rows that have its label; 1 each when empty.
  package func ofRows(_ output: Tensor, _ target: Tensor, labelWeights: [Double] = []) -> Tensor {
    let summed = self as? any SumOfOutputs
    var losses =
      labelWeights.isEmpty ? self(output, target) : summed?.ofOutputs(output, target) ?? self(output, target)
    if !labelWeights.isEmpty, losses.error == nil {
      guard case .indicators(let off, let on) = classTargets, losses.shape.rank == 2 else {
        return .failed(
          ApusError(
            "the loss \(Self.name) is one figure for all labels of a row, and they have weights",
            expected: BinaryCrossEntropy.name))
      }
      let isOn = (target .> Tensor((off + on) / 2)).cast(to: .float32)
      losses = losses * (1 + isOn * Tensor(labelWeights.map { Float($0 - 1) }))
      if summed != nil { return losses.sum(axes: [1]) }
    }
    return losses.shape.rank > 1 ? losses.mean(axes: Array(1..<losses.shape.rank)) : losses
  }
}
