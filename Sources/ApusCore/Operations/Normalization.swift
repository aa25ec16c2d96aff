extension Tensor {
  /// (x − mean) / √(variance + ε) over the last axis: what layer normalisation scales and shifts.
  public func standardized(epsilon: Double = 1e-5) -> Tensor {
    let centred = self - mean(axes: [-1], keepsAxes: true)
    let variance = centred.square().mean(axes: [-1], keepsAxes: true)
    return centred * (1 / (variance + Tensor(epsilon)).sqrt())
  }

  /// How many elements a shape has, as a float: over the rows of a batch, of the rows that are there.
  public static func elementCount(_ shape: TensorShape) -> Tensor {
    .apply(ElementCount(count: shape.count), [])
  }
}
