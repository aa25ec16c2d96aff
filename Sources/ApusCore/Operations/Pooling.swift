/// The largest of each channel under a window: `[rows, height, width, channels] → [rows, places, places, channels]`.
/// Padding counts for nothing. NaN wins.
package struct MaxPool: GraphOperation {
  package static let name = "maxPool"
  package var window: Window

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    try window.pooled(inputs[0], Self.name)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(MaxPoolScatter(window: window), [inputs[0], upstream])]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachLargest(inputs[0], window, places: output) { place, pixel in
      result.values[place] = inputs[0].values[pixel]
    }
    return result
  }
  package var lowering: Lowering { .windowed(.maxPool, window, groups: 1) }
  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    window.taps * output.shape.count
  }
  package static var samples: [OperationSample] {
    PoolSample.all.map { OperationSample(MaxPool(window: $0.window), .float($0.image)) }
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        MaxPool(window: Window(3)), TensorType([2, 2, 2, 1]),
        message: "maxPool with a window of 3×3 on an image of 2×2"),
      BadOperationSample(
        MaxPool(window: Window(2, padding: Margins(2))), TensorType([2, 4, 4, 1]),
        message: "windows that lie on padding alone"),
      BadOperationSample(
        MaxPool(window: Window(2)), TensorType([2, 4, 4]), message: "expected images [rows, height, width"),
      BadOperationSample(
        MaxPool(window: Window(2)), TensorType([2, 4, 4, 1], .int32), message: "expected float32"),
    ]
  }
}

/// The gradient of ``MaxPool``: each upstream value is added to the pixel that was the largest of its window, the
/// first of equals. Operands: the images, and `[rows, places, places, channels]`.
package struct MaxPoolScatter: GraphOperation {
  package static let name = "maxPoolScatter"
  package var window: Window

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let expected = try window.pooled(inputs[0], Self.name)
    guard inputs[1] == expected else {
      throw ApusError("\(Self.name) of \(inputs[1]) to \(inputs[0])", expected: "\(expected)")
    }
    return inputs[0]
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [nil, .apply(MaxPoolGather(window: window), [inputs[0], upstream])]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachLargest(inputs[0], window, places: inputs[1].shape) { place, pixel in
      result.values[pixel] += inputs[1].values[place]
    }
    return result
  }
  package var lowering: Lowering { .windowed(.maxPoolScatter, window, groups: 1) }
  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    window.taps * inputs[1].shape.count
  }
  package static var samples: [OperationSample] {
    PoolSample.all.map {
      OperationSample(MaxPoolScatter(window: $0.window), .float($0.image), .float($0.places))
    }
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        MaxPoolScatter(window: Window(2, stride: 2)), TensorType([2, 4, 4, 1]), TensorType([2, 3, 2, 1]),
        message: "expected float32[2, 2, 2, 1]")
    ]
  }
}

/// The gradient of ``MaxPoolScatter``: of the second operand, the values at the pixels that are the largest of their
/// windows in the first. Both are `[rows, height, width, channels]`.
package struct MaxPoolGather: GraphOperation {
  package static let name = "maxPoolGather"
  package var window: Window

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    guard inputs[1] == inputs[0] else {
      throw ApusError("\(Self.name) of \(inputs[1]) by \(inputs[0])", expected: "\(inputs[0])")
    }
    return try window.pooled(inputs[0], Self.name)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [nil, .apply(MaxPoolScatter(window: window), [inputs[0], upstream])]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachLargest(inputs[0], window, places: output) { place, pixel in
      result.values[place] = inputs[1].values[pixel]
    }
    return result
  }
  package var lowering: Lowering { .windowed(.maxPoolGather, window, groups: 1) }
  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    window.taps * output.shape.count
  }
  package static var samples: [OperationSample] {
    PoolSample.all.map {
      OperationSample(MaxPoolGather(window: $0.window), .float($0.image), .float($0.image))
    }
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        MaxPoolGather(window: Window(2)), TensorType([2, 4, 4, 1]), TensorType([2, 4, 5, 1]),
        message: "expected float32[2, 4, 4, 1]")
    ]
  }
}

/// The mean of each channel over the pixels under a window; padding is not counted (PyTorch's
/// `count_include_pad=False`): `[rows, height, width, channels] → [rows, places, places, channels]`.
package struct AveragePool: GraphOperation {
  package static let name = "averagePool"
  package var window: Window

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    try window.pooled(inputs[0], Self.name)
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(AveragePoolGradient(window: window, image: inputs[0].shape.image!), [upstream])]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachMember(inputs[0].shape, window, places: output) { place, pixel, count in
      result.values[place] += inputs[0].values[pixel] / Scalar(count)
    }
    return result
  }
  package var lowering: Lowering { .windowed(.averagePool, window, groups: 1) }
  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    window.taps * output.shape.count
  }
  package static var samples: [OperationSample] {
    PoolSample.all.map { OperationSample(AveragePool(window: $0.window), .float($0.image)) }
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        AveragePool(window: Window(3)), TensorType([2, 2, 2, 1]),
        message: "averagePool with a window of 3×3 on an image of 2×2")
    ]
  }
}

/// The gradient of ``AveragePool``: each upstream value, divided by the pixels under its window, is added to them.
package struct AveragePoolGradient: GraphOperation {
  package static let name = "averagePoolGradient"
  package var window: Window
  /// The size of the images.
  package var image: Extent

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let upstream = inputs[0]
    let type = TensorType(
      [upstream.shape[0], Dimension(image.height), Dimension(image.width), upstream.shape[-1]],
      upstream.scalar)
    let expected = try window.pooled(type, Self.name)
    guard upstream == expected else {
      throw ApusError("\(Self.name) of \(upstream) on images of \(image)", expected: "\(expected)")
    }
    return type
  }
  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [.apply(AveragePool(window: window), [upstream])]
  }
  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachMember(output, window, places: inputs[0].shape) { place, pixel, count in
      result.values[pixel] += inputs[0].values[place] / Scalar(count)
    }
    return result
  }
  package var lowering: Lowering { .windowed(.averagePoolGradient, window, groups: 1) }
  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    window.taps * inputs[0].shape.count
  }
  package static var samples: [OperationSample] {
    PoolSample.all.map {
      OperationSample(AveragePoolGradient(window: $0.window, image: $0.image.image!), .float($0.places))
    }
  }
  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        AveragePoolGradient(window: Window(2, stride: 2), image: 4), TensorType([2, 3, 2, 1]),
        message: "on images of 4×4; expected float32[2, 2, 2, 1]")
    ]
  }
}

extension Window {
  fileprivate var taps: Monomial { Monomial(size.height * size.width) }

  /// The type of images pooled by the window.
  fileprivate func pooled(_ image: TensorType, _ name: String) throws(ApusError) -> TensorType {
    guard image.scalar.isFloat else {
      throw ApusError(
        "\(name) of \(image.scalar.rawValue)", expected: "float32", fix: "convert it with cast(to:)")
    }
    guard let extent = image.shape.image else {
      throw ApusError("\(name) of \(image.shape)", expected: "images [rows, height, width, channels]")
    }
    let places = try places(on: extent, name)
    let rowsHavePixels = (0..<places.height).allSatisfy { y in
      (0..<size.height).contains {
        (0..<extent.height).contains(y * stride.height + $0 * dilation.height - padding.top)
      }
    }
    let columnsHavePixels = (0..<places.width).allSatisfy { x in
      (0..<size.width).contains {
        (0..<extent.width).contains(x * stride.width + $0 * dilation.width - padding.left)
      }
    }
    guard rowsHavePixels, columnsHavePixels else {
      throw ApusError(
        "\(name) with a window of \(size) and a padding of \(padding) has windows that lie on padding alone",
        expected: "a pixel under each", fix: "pad by half of the window at most")
    }
    return TensorType(
      [image.shape[0], Dimension(places.height), Dimension(places.width), image.shape[3]], image.scalar)
  }
}

/// Calls `body` for every window and channel with the positions of its place and of its largest pixel, the first of
/// equals; the first NaN is the largest.
private func forEachLargest<Scalar: ReferenceScalar>(
  _ image: ReferenceArray<Scalar>, _ window: Window, places: [Int],
  _ body: (_ place: Int, _ pixel: Int) -> Void
) {
  var largest: [Int: Int] = [:]
  forEachMember(image.shape, window, places: places) { place, pixel, _ in
    guard let best = largest[place] else {
      largest[place] = pixel
      return
    }
    let (old, new) = (image.values[best], image.values[pixel])
    if new > old || new.isNaN && !old.isNaN { largest[place] = pixel }
  }
  for (place, pixel) in largest.sorted(by: { $0.key < $1.key }) { body(place, pixel) }
}

/// Calls `body` with the positions of a place and of each pixel under its window, and the number of these pixels.
private func forEachMember(
  _ image: [Int], _ window: Window, places: [Int], _ body: (_ place: Int, _ pixel: Int, _ count: Int) -> Void
) {
  let (imageExtent, placesExtent) = (Extent(image[1], image[2]), Extent(places[1], places[2]))
  var counts = Array(repeating: 0, count: places[1] * places[2])
  window.forEachTap(on: imageExtent, places: placesExtent) { place, _, _ in counts[place] += 1 }
  for row in 0..<image[0] {
    window.forEachTap(on: imageExtent, places: placesExtent) { place, _, pixel in
      for channel in 0..<image[3] {
        body(
          (row * counts.count + place) * image[3] + channel,
          (row * image[1] * image[2] + pixel) * image[3] + channel, counts[place])
      }
    }
  }
}

/// Shapes that the pooling operations are tested on.
private struct PoolSample {
  var window: Window
  var image: TensorShape
  var places: TensorShape { try! MaxPool(window: window).outputType([TensorType(image)]).shape }

  static let all = [
    PoolSample(window: Window(2, stride: 2), image: [2, 4, 5, 3]),
    PoolSample(window: Window(2, stride: 2), image: [1, 4, 4, 2]),
    PoolSample(window: Window(3, stride: 2, padding: Margins(1)), image: [1, 5, 4, 2]),
    PoolSample(window: Window(3), image: [1, 4, 5, 2]),
    PoolSample(
      window: Window([2, 3], stride: [1, 2], dilation: [2, 1], padding: Margins(top: 1, right: 1)),
      image: [2, 5, 6, 2]),
    PoolSample(window: Window(2, stride: 3), image: [1, 6, 6, 1]),
    PoolSample(window: Window(2, stride: 2), image: [9, 14, 14, 70]),
    PoolSample(window: Window(3, stride: 2, padding: Margins(1)), image: [9, 15, 14, 40]),
    PoolSample(window: Window(2, stride: 2), image: [0, 4, 4, 3]),
  ]
}
