public import ApusCore

/// −ln softmax(z)ᵧ, from logits z `[rows, classes]` and class numbers y `[rows]` (S1, S4).
///
/// Computed as ln Σ eᶻ − zᵧ without overflow. Its value at the start is ln K for K classes.
public struct SoftmaxCrossEntropy: Loss {
  public static let name = "softmaxCrossEntropy"
  public static let formula = "−ln softmax(z)ᵧ"
  public init() {}

  public func targetType(for output: TensorShape) -> TensorType {
    TensorType(TensorShape(output.dimensions.dropLast()), .int32)
  }

  public func callAsFunction(_ output: Tensor, _ target: Tensor) -> Tensor {
    let classes = output.shape[-1].size
    let losses = -(output.logSoftmax() * target.oneHot(classes)).sum(axes: [-1])
    return losses.shape.rank > 1 ? meanOverOutputs(losses) : losses
  }

  public func expectedAtStart(outputs: Int) -> Double? { Mathematics.log(Double(outputs)) }
  public func prediction(_ output: Tensor) -> Tensor { output.softmax() }
}

extension Loss where Self == SoftmaxCrossEntropy {
  public static var softmaxCrossEntropy: SoftmaxCrossEntropy { SoftmaxCrossEntropy() }
}
