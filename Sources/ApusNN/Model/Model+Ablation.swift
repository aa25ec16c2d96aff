public import ApusCore

extension Model {
  /// The model with some units silenced: what they give to the dense layer behind them is 0.
  ///
  /// It measures how redundant a layer is: whether other units know what one knows (lecture 5 on dropout).
  ///
  /// - Parameters:
  ///   - units: of the layer whose outputs the dense layer adds up, counted from 0.
  ///   - path: of that dense layer.
  ///   - scale: a factor on what the other units give; n / (n − k) keeps the size of the sums.
  /// - Throws: when there is no such dense layer, with the nearest, or no such unit.
  public func ablating(
    _ units: [Int], before path: String, scale: Double = 1
  ) throws(ApusError) -> Model {
    guard let parameter = parameters.first(where: { $0.path == "\(path).weight" }),
      parameter.shape.count == 2,
      var weights = self["\(path).weight"]
    else {
      let known = denseLayers
      throw ApusError(
        "there is no dense layer \"\(path)\"",
        expected: known.isEmpty ? "a model with one" : known.joined(separator: ", "),
        fix: Spelling.suggestion(for: path, in: known))
    }
    let (count, width) = (parameter.shape[0], parameter.shape[1])
    if let wrong = units.first(where: { !(0..<count).contains($0) }) {
      throw ApusError("unit \(wrong) of \(count)", at: "layer \(path)", expected: "0 to \(count - 1)")
    }
    if scale != 1 { for index in weights.indices { weights[index] *= Float(scale) } }
    for unit in units {
      for output in 0..<width { weights[unit * width + output] = 0 }
    }
    var model = self
    try model.set("\(path).weight", to: weights)
    return model
  }

  /// The paths of the dense layers, in order.
  package var denseLayers: [String] {
    summary.filter { $0.name == Dense.name }.map(\.path)
  }
}
