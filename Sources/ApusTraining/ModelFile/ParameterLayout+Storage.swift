import ApusNN

extension ParameterLayout {
  /// The shape under which PyTorch stores a parameter of our shape.
  func storedShape(_ shape: [Int]) -> [Int] {
    switch self {
    case .same: shape
    case .transposed, .transposedFromImage: [shape[1], shape[0]]
    }
  }

  /// Our values in PyTorch's order.
  func stored(_ values: [Float], shape: [Int]) -> (values: [Float], shape: [Int]) {
    guard self != .same else { return (values, shape) }
    let (inputs, outputs) = (shape[0], shape[1])
    var result = [Float](repeating: 0, count: values.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        result[output * inputs + storedInput(input)] = values[input * outputs + output]
      }
    }
    return (result, storedShape(shape))
  }

  /// PyTorch's values in our order.
  func restored(_ values: [Float], shape: [Int]) -> [Float] {
    guard self != .same else { return values }
    let (inputs, outputs) = (shape[0], shape[1])
    var result = [Float](repeating: 0, count: values.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        result[input * outputs + output] = values[output * inputs + storedInput(input)]
      }
    }
    return result
  }

  /// Where PyTorch has our input: a channels-last image is flattened channels-first there.
  private func storedInput(_ input: Int) -> Int {
    guard case .transposedFromImage(let height, let width, let channels) = self else { return input }
    let (pixel, channel) = input.quotientAndRemainder(dividingBy: channels)
    return channel * height * width + pixel
  }
}
