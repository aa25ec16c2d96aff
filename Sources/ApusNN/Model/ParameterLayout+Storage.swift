extension ParameterLayout {
  /// The shape under which PyTorch stores a parameter of our shape.
  func storedShape(_ shape: [Int]) -> [Int] {
    switch self {
    case .same: shape
    case .transposed, .transposedFromImage: [shape[1], shape[0]]
    case .convolution: [shape[3], shape[2], shape[0], shape[1]]
    }
  }

  /// Our values in PyTorch's order.
  func stored(_ values: [Float], shape: [Int]) -> (values: [Float], shape: [Int]) {
    guard self != .same else { return (values, shape) }
    let (inputs, outputs) = matrix(shape)
    var result = [Float](repeating: 0, count: values.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        result[output * inputs + storedInput(input, shape)] = values[input * outputs + output]
      }
    }
    return (result, storedShape(shape))
  }

  /// PyTorch's values in our order.
  func restored(_ values: [Float], shape: [Int]) -> [Float] {
    guard self != .same else { return values }
    let (inputs, outputs) = matrix(shape)
    var result = [Float](repeating: 0, count: values.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        result[input * outputs + output] = values[output * inputs + storedInput(input, shape)]
      }
    }
    return result
  }

  /// Returns the number of inputs that one output adds up, and the outputs: ours lie last, PyTorch's first.
  private func matrix(_ shape: [Int]) -> (inputs: Int, outputs: Int) {
    (shape.dropLast().reduce(1, *), shape.last ?? 1)
  }

  /// Returns the position at which PyTorch has our input: what is channels-last here is channels-first there.
  private func storedInput(_ input: Int, _ shape: [Int]) -> Int {
    let pixels: Int
    let channels: Int
    switch self {
    case .same, .transposed: return input
    case .transposedFromImage(let height, let width, let count): (pixels, channels) = (height * width, count)
    case .convolution: (pixels, channels) = (shape[0] * shape[1], shape[2])
    }
    let (pixel, channel) = input.quotientAndRemainder(dividingBy: channels)
    return channel * pixels + pixel
  }
}
