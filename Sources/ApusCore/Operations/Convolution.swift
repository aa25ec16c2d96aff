/// A window of weights that moves over images, channels last.
///
/// y[n, p, o] = Σ over taps t and channels c of x[n, pixel(p, t), c] · w[t, c, o], 0 where a tap lies on padding:
/// `[rows, height, width, channels] ∗ [h, w, channels/groups, outputs] → [rows, places, places, outputs]`.
/// With groups, the channels and the outputs are cut into as many equal runs, each computed by itself.
package struct Convolution: GraphOperation {
  package static let name = "convolution"
  package var window: Window
  package var groups: Int

  package func outputType(_ inputs: [TensorType]) throws(ApusError) -> TensorType {
    let (image, weight) = (inputs[0], inputs[1])
    guard image.scalar == weight.scalar, image.scalar.isFloat else {
      throw ApusError("convolution of \(image) and \(weight)", expected: "two float32 operands")
    }
    guard let extent = image.shape.image, weight.shape.rank == 4, weight.shape.isFixed else {
      throw ApusError(
        "convolution of \(image.shape) and \(weight.shape)",
        expected: "images [rows, height, width, channels] and weights [h, w, channels/groups, outputs]")
    }
    let (channels, outputs) = (image.shape[3].size, weight.shape[3].size)
    guard groups >= 1, channels % groups == 0, outputs % groups == 0 else {
      throw ApusError(
        "convolution of \(channels) channels to \(outputs) in \(groups) groups",
        expected: "a number of groups that divides both")
    }
    guard Extent(weight.shape[0].size, weight.shape[1].size) == window.size,
      weight.shape[2].size == channels / groups
    else {
      throw ApusError(
        "convolution of \(image.shape) and weights \(weight.shape)",
        expected: "weights [\(window.size.height), \(window.size.width), \(channels / groups), …]")
    }
    let places = try window.places(on: extent, "convolution")
    return TensorType(
      [image.shape[0], Dimension(places.height), Dimension(places.width), weight.shape[3]], image.scalar)
  }

  package func gradient(inputs: [Tensor], output: Tensor, upstream: Tensor) -> [Tensor?] {
    let (image, weight) = (inputs[0], inputs[1])
    return [
      .apply(
        ConvolutionDataGradient(window: window, groups: groups, image: image.shape.image!),
        [upstream, weight]),
      .apply(ConvolutionWeightGradient(window: window, groups: groups), [image, upstream]),
    ]
  }

  /// With one tap, a product of matrices: a row for each pixel.
  package func expansion(_ inputs: [Tensor]) -> Tensor? {
    let (image, weight) = (inputs[0], inputs[1])
    let product = image.pixelRows.matmul(weight.reshape([weight.shape[2], weight.shape[3]]))
    return product.reshape(TensorShape(image.shape.dimensions.dropLast() + [weight.shape[3]]))
  }

  package func reference<Scalar: ReferenceScalar>(
    _ inputs: [ReferenceArray<Scalar>], output: [Int], rows: Int
  ) -> ReferenceArray<Scalar> {
    var result = ReferenceArray<Scalar>(shape: output)
    forEachTerm(window, groups, image: inputs[0].shape, places: output) { image, weight, place in
      result.values[place] += inputs[0].values[image] * inputs[1].values[weight]
    }
    return result
  }

  package var lowering: Lowering {
    window.isPointwise && groups == 1 ? .expansion : .windowed(.convolution, window, groups: groups)
  }

  package func floatingPointOperations(inputs: [TensorType], output: TensorType) -> Monomial {
    Monomial(2) * output.shape.count * Monomial(window.size.height * window.size.width)
      * Monomial(inputs[1].shape[2])
  }

  package static var samples: [OperationSample] {
    ConvolutionSample.all.map {
      OperationSample(
        Convolution(window: $0.window, groups: $0.groups), .float($0.image), .float($0.weight))
    }
  }

  package static var badSamples: [BadOperationSample] {
    [
      BadOperationSample(
        Convolution(window: Window(5), groups: 1), TensorType([2, 3, 4, 1]), TensorType([5, 5, 1, 2]),
        message: "a window of 5×5 on an image of 3×4 with a padding of 0; expected a window no larger"),
      BadOperationSample(
        Convolution(window: Window(3, dilation: 2), groups: 1), TensorType([2, 4, 4, 1]),
        TensorType([3, 3, 1, 2]), message: "a window of 3×3, 5×5 when dilated"),
      BadOperationSample(
        Convolution(window: Window(1, padding: Margins(1)), groups: 3), TensorType([2, 4, 4, 6]),
        TensorType([1, 1, 2, 4]),
        message: "6 channels to 4 in 3 groups; expected a number of groups that divides both"),
      BadOperationSample(
        Convolution(window: Window(3), groups: 1), TensorType([2, 4, 4, 6]), TensorType([3, 3, 5, 4]),
        message: "expected weights [3, 3, 6, …]"),
      BadOperationSample(
        Convolution(window: Window(3, stride: 0), groups: 1), TensorType([2, 4, 4, 6]),
        TensorType([3, 3, 6, 4]), message: "a stride of 0×0; expected lengths of at least 1"),
      BadOperationSample(
        Convolution(window: Window(3, padding: Margins(-1)), groups: 1), TensorType([2, 4, 4, 6]),
        TensorType([3, 3, 6, 4]), message: "a padding of -1; expected 0 or more pixels"),
      BadOperationSample(
        Convolution(window: Window(3), groups: 1), TensorType([2, 4, 4]), TensorType([3, 3, 6, 4]),
        message: "expected images [rows, height, width, channels]"),
      BadOperationSample(
        Convolution(window: Window(3), groups: 1), TensorType([2, 4, 4, 1], .int32),
        TensorType([3, 3, 1, 4]), message: "expected two float32 operands"),
    ]
  }
}

extension Tensor {
  /// A matrix with a row for each pixel of each image.
  var pixelRows: Tensor {
    let pixels = shape.dimensions.dropLast().reduce(Monomial(1)) { $0 * Monomial($1) }
    return reshape([Dimension(pixels.coefficient, perRow: pixels.power > 0), shape[-1]])
  }
}

/// Calls `body` with the positions of the three factors of every product in a convolution: the one sum over
/// which the convolution and both its gradients run.
func forEachTerm(
  _ window: Window, _ groups: Int, image: [Int], places: [Int],
  _ body: (_ image: Int, _ weight: Int, _ place: Int) -> Void
) {
  let (channels, outputs) = (image[3] / groups, places[3] / groups)
  for row in 0..<image[0] {
    let (imageStart, placeStart) = (row * image[1] * image[2], row * places[1] * places[2])
    window.forEachTap(
      on: Extent(image[1], image[2]), places: Extent(places[1], places[2])
    ) { place, tap, pixel in
      for group in 0..<groups {
        for channel in 0..<channels {
          for output in 0..<outputs {
            body(
              (imageStart + pixel) * image[3] + group * channels + channel,
              (tap * channels + channel) * places[3] + group * outputs + output,
              (placeStart + place) * places[3] + group * outputs + output)
          }
        }
      }
    }
  }
}

/// Shapes that the three operations are tested on.
struct ConvolutionSample {
  var window: Window
  var groups = 1
  var image: TensorShape
  var weight: TensorShape
  var places: TensorShape {
    try! Convolution(window: window, groups: groups).outputType([TensorType(image), TensorType(weight)]).shape
  }

  static let all = [
    ConvolutionSample(window: Window(3, padding: Margins(1)), image: [2, 5, 4, 3], weight: [3, 3, 3, 4]),
    ConvolutionSample(window: Window(2), image: [1, 3, 3, 1], weight: [2, 2, 1, 2]),
    ConvolutionSample(window: Window(1), image: [2, 3, 3, 2], weight: [1, 1, 2, 3]),
    ConvolutionSample(window: Window(1, stride: 2), image: [2, 5, 4, 2], weight: [1, 1, 2, 3]),
    ConvolutionSample(window: Window(1), groups: 2, image: [1, 2, 3, 4], weight: [1, 1, 2, 6]),
    ConvolutionSample(
      window: Window(3, stride: 2, padding: Margins(1)), image: [2, 6, 5, 2], weight: [3, 3, 2, 5]),
    ConvolutionSample(
      window: Window(
        [2, 3], stride: [3, 1], dilation: [1, 2], padding: Margins(top: 2, left: 0, bottom: 1, right: 3)),
      image: [1, 6, 5, 3], weight: [2, 3, 3, 2]),
    ConvolutionSample(
      window: Window(2, stride: 2, dilation: 3, padding: Margins(2)), image: [1, 6, 5, 2],
      weight: [2, 2, 2, 3]),
    // Strides beyond the window: pixels that no window covers.
    ConvolutionSample(window: Window(2, stride: 3), image: [1, 7, 6, 2], weight: [2, 2, 2, 3]),
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), groups: 2, image: [1, 4, 4, 4], weight: [3, 3, 2, 6]),
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), groups: 4, image: [1, 4, 4, 4], weight: [3, 3, 1, 4]),
    ConvolutionSample(
      window: Window(3, stride: 2, padding: Margins(1)), groups: 3, image: [1, 4, 5, 3], weight: [3, 3, 1, 6]),
    // Large enough for several threads, and for every height and width of tile.
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), image: [6, 14, 13, 17], weight: [3, 3, 17, 40]),
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), image: [5, 4, 7, 33], weight: [3, 3, 33, 130]),
    ConvolutionSample(window: Window(5, padding: Margins(2)), image: [9, 28, 28, 1], weight: [5, 5, 1, 6]),
    ConvolutionSample(
      window: Window(3, stride: 2, padding: Margins(1)), image: [4, 16, 15, 20], weight: [3, 3, 20, 50]),
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), groups: 70, image: [9, 14, 13, 70], weight: [3, 3, 1, 70]),
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), groups: 2, image: [5, 9, 11, 24], weight: [3, 3, 12, 44]),
    // Sums of more terms than one chain has: over channels, and over pixels.
    ConvolutionSample(
      window: Window(3, padding: Margins(1)), image: [1, 2, 3, 500], weight: [3, 3, 500, 3]),
    ConvolutionSample(window: Window(2), image: [1, 2, 2, 4200], weight: [2, 2, 4200, 2]),
    ConvolutionSample(window: Window(3, padding: Margins(1)), image: [30, 32, 17, 2], weight: [3, 3, 2, 5]),
    // Few outputs: the taps of a line are computed side by side for the weights' gradient.
    ConvolutionSample(window: Window(3, padding: Margins(1)), image: [9, 32, 33, 8], weight: [3, 3, 8, 16]),
    ConvolutionSample(window: Window([2, 5]), image: [3, 6, 9, 19], weight: [2, 5, 19, 11]),
    ConvolutionSample(window: Window([2, 1]), image: [2, 70, 90, 2], weight: [2, 1, 2, 3]),
    ConvolutionSample(window: Window(3), image: [0, 4, 4, 2], weight: [3, 3, 2, 3]),
  ]
}
