package import ApusCore
package import ApusNN

extension Model {
  /// The model with some units of a dense layer switched off: what they give to the next dense layer is 0.
  ///
  /// It measures how redundant a layer is: whether what a unit knows is known by others too.
  ///
  /// - Parameters:
  ///   - units: of the layer whose outputs the next one adds up.
  ///   - path: of the dense layer behind it, which adds them up.
  ///   - scale: what the other units' outgoing weights are multiplied by: n / (n − k) keeps the sums' size.
  /// - Throws: when there is no such layer, or no such unit.
  package func lesioned(_ units: [Int], before path: String, scale: Double = 1) throws(ApusError) -> Model {
    guard let parameter = parameters.first(where: { $0.path == "\(path).weight" }),
      parameter.shape.count == 2,
      var weights = self["\(path).weight"]
    else {
      throw ApusError("there is no dense layer \"\(path)\"", expected: "the path of one, as of model.summary")
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
}
