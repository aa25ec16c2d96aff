/// The gradient of ``Convolution`` with respect to the images: each upstream value goes back to the pixels that
/// it came from. By itself, a transposed convolution.
///
/// `[rows, places, places, outputs], [h, w, channels/groups, outputs] → [rows, height, width, channels]`.
package struct ConvolutionDataGradient: GraphOperation {
  package static let name = "convolutionDataGradient"
  package var window: Window
  package var groups: Int
  /// The size of the images.
  package var image: Extent

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let (upstream, weight) = (inputs[0], inputs[1])
    guard weight.shape.rank == 4, upstream.shape.rank == 4 else {
      throw ApusError(
        "\(Self.name) of \(upstream.shape) and \(weight.shape)",
        expected: "[rows, places, places, outputs] and [h, w, channels/groups, outputs]")
    }
    let type = TensorType(
      [
        upstream.shape[0], Dimension(image.height), Dimension(image.width),
        Dimension(weight.shape[2].size * max(groups, 1)),
      ],
      upstream.scalar)
    let expected = try Convolution(window: window, groups: groups).outputType([type, weight])
    guard expected == upstream else {
      throw ApusError("\(Self.name) of \(upstream) on images of \(image)", expected: "\(expected)")
    }
    return type
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [
      .apply(Convolution(window: window, groups: groups), [upstream, inputs[1]]),
      .apply(ConvolutionWeightGradient(window: window, groups: groups), [upstream, inputs[0]]),
    ]
  }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let (upstream, weight) = (inputs[0], inputs[1])
    let matrix = weight.reshape([weight.shape[2], weight.shape[3]])
    let product = upstream.pixelRows.matmul(matrix, transposeRight: true)
    return product.reshape(TensorShape(upstream.shape.dimensions.dropLast() + [weight.shape[2]]))
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachTerm(window, groups, image: output, places: inputs[0].shape) { image, weight, place in
      result.values[image] += inputs[0].values[place] * inputs[1].values[weight]
    }
    return result
  }

  package var lowering: Lowering {
    window.isPointwise && groups == 1 ? .expansion : .windowed(.dataGradient, window, groups: groups)
  }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Convolution(window: window, groups: groups).floatingPointOperations(
      inputs: [output, inputs[1]], output: inputs[0])
  }

  package static var samples: [OperationSample] {
    ConvolutionSample.all.map {
      OperationSample(
        ConvolutionDataGradient(window: $0.window, groups: $0.groups, image: $0.image.image!),
        .float($0.places), .float($0.weight))
    }
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        ConvolutionDataGradient(window: Window(3), groups: 1, image: 5), TensorType([2, 4, 3, 1]),
        TensorType([3, 3, 1, 1]), message: "on images of 5×5; expected float32[2, 3, 3, 1]"),
      BadOperationSample(
        ConvolutionDataGradient(window: Window(3), groups: 1, image: 5), TensorType([2, 4, 3]),
        TensorType([3, 3, 1, 1]), message: "expected [rows, places, places, outputs]"),
    ]
  }
}

/// The gradient of ``Convolution`` with respect to the weights.
///
/// `[rows, height, width, channels], [rows, places, places, outputs] → [h, w, channels/groups, outputs]`.
package struct ConvolutionWeightGradient: GraphOperation {
  package static let name = "convolutionWeightGradient"
  package var window: Window
  package var groups: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let (image, upstream) = (inputs[0], inputs[1])
    guard image.shape.rank == 4, upstream.shape.rank == 4, groups >= 1 else {
      throw ApusError(
        "\(Self.name) of \(image.shape) and \(upstream.shape)",
        expected: "[rows, height, width, channels] and [rows, places, places, outputs]")
    }
    let type = TensorType(
      [
        Dimension(window.size.height), Dimension(window.size.width),
        Dimension(image.shape[3].size / groups), upstream.shape[3],
      ],
      image.scalar)
    let expected = try Convolution(window: window, groups: groups).outputType([image, type])
    guard expected == upstream else {
      throw ApusError("\(Self.name) of \(image) and \(upstream)", expected: "\(expected) upstream")
    }
    return type
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    [
      .apply(
        ConvolutionDataGradient(window: window, groups: groups, image: inputs[0].shape.image!),
        [inputs[1], upstream]),
      .apply(Convolution(window: window, groups: groups), [inputs[0], upstream]),
    ]
  }

  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let (image, upstream) = (inputs[0], inputs[1])
    return image.pixelRows.matmul(upstream.pixelRows, transposeLeft: true)
      .reshape([1, 1, image.shape[3], upstream.shape[3]])
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachTerm(window, groups, image: inputs[0].shape, places: inputs[1].shape) { image, weight, place in
      result.values[weight] += inputs[0].values[image] * inputs[1].values[place]
    }
    return result
  }

  package var lowering: Lowering {
    window.isPointwise && groups == 1 ? .expansion : .windowed(.weightGradient, window, groups: groups)
  }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Convolution(window: window, groups: groups).floatingPointOperations(
      inputs: [inputs[0], output], output: inputs[1])
  }

  package static var samples: [OperationSample] {
    ConvolutionSample.all.map {
      OperationSample(
        ConvolutionWeightGradient(window: $0.window, groups: $0.groups), .float($0.image), .float($0.places))
    }
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        ConvolutionWeightGradient(window: Window(3), groups: 1), TensorType([2, 5, 5, 1]),
        TensorType([2, 4, 3, 1]), message: "expected float32[2, 3, 3, 1] upstream"),
      BadOperationSample(
        ConvolutionWeightGradient(window: Window(3), groups: 1), TensorType([2, 5, 5]),
        TensorType([2, 3, 3, 1]), message: "expected [rows, height, width, channels]"),
    ]
  }
}
