import ApusCore
import ApusNN
import Testing

@Suite struct ConvolutionLayerTests {
  @Test func shapesNamesAndFans() throws {
    let model = try Model(input: [9, 8, 4]) {
      Conv2D(6, 3); ReLU(); MaxPool2D(2)
      Conv2D(8, [3, 1], stride: [2, 1], padding: .valid, groups: 2, hasBias: false)
      AveragePool2D(3, stride: 1, padding: 1); GlobalAveragePool2D(); Reshape([2, 4])
    }
    #expect(
      model.summary.map(\.outputShape) == [
        [9, 8, 6], [9, 8, 6], [4, 4, 6], [1, 4, 8], [1, 4, 8], [8], [2, 4],
      ])
    #expect(model.parameters.map(\.path) == ["0.weight", "0.bias", "3.weight"])
    #expect(model.parameters.map(\.shape) == [[3, 3, 4, 6], [6], [3, 1, 3, 8]])
    let weights = [model.parameters[0].specification, model.parameters[2].specification]
    #expect(weights.map(\.layout) == [.convolution, .convolution])
    #expect(weights.map(\.fanIn) == [36, 9])
    #expect(weights.map(\.fanOut) == [54, 12])
    #expect(model.parameters.map(\.specification.isDecayed) == [true, false, true])
  }

  /// ⌈length / stride⌉ places for every window, stride and dilation; the odd pixel of padding lies behind.
  @Test func samePadding() throws {
    for (length, size, stride, dilation) in [
      (7, 3, 1, 1), (8, 3, 2, 1), (7, 2, 1, 1), (8, 4, 3, 1), (9, 3, 1, 4), (5, 1, 2, 1), (6, 4, 1, 2),
    ] {
      let model = try Model(input: [length, length, 1]) {
        Conv2D(1, Extent(size), stride: Extent(stride), dilation: Extent(dilation))
      }
      let places = (length + stride - 1) / stride
      #expect(model.outputShape == [places, places, 1])
    }
    #expect(Padding.same.margins([4, 3], dilation: 1) == Margins(top: 1, left: 1, bottom: 2, right: 1))
  }

  @Test func lenetHasThePublishedSize() throws {
    let model = try Model(input: [28, 28, 1]) { LeNet5(classes: 10) }
    #expect(model.parameterCount == 61_706)
    #expect(model.outputShape == [10])
  }

  @Test func digitNetwork() throws {
    let model = try Model(input: [28, 28, 1]) { DigitCNN() }
    // 9·32 + 32, 9·32·64 + 64, 7·7·64·128 + 128, 128·10 + 10
    #expect(model.parameterCount == 320 + 18_496 + 401_536 + 1_290)
    #expect(try Model(input: [28, 28, 1]) { DigitCNN(classes: 26) }.outputShape == [26])
  }

  @Test func branchesAreConcatenated() throws {
    var model = try Model(input: [4, 4, 2], seed: 3) {
      Branches {
        Conv2D(3, 1)
        Sequential {
          Conv2D(2, 1); ReLU(); Conv2D(5, 3)
        }
        MaxPool2D(3, stride: 1, padding: .same)
      }
    }
    #expect(model.outputShape == [4, 4, 10])
    #expect(
      model.parameters.map(\.path) == [
        "0.0.weight", "0.0.bias", "0.1.0.weight", "0.1.0.bias", "0.1.2.weight", "0.1.2.bias",
      ])
    try model.set("0.0.weight", to: [1, 0, 2, 0, 1, 2])
    let input = (0..<32).map { Float($0) }
    let output = try Predictor(model).predict(input)
    for pixel in 0..<16 {
      let (a, b) = (input[2 * pixel], input[2 * pixel + 1])
      #expect(Array(output[(10 * pixel)..<(10 * pixel + 3)]) == [a, b, 2 * a + 2 * b])
    }
    // The largest of the last window is the last pixel.
    #expect(Array(output.suffix(2)) == [30, 31])
  }

  @Test func repetitionsHaveTheirOwnParameters() throws {
    let layers = Sequential {
      Repeat(2) {
        Dense(3); ReLU()
      }; Dense(1)
    }
    let model = try Model(input: [3], seed: 5, layers: layers)
    #expect(
      model.parameters.filter { $0.path.hasSuffix("weight") }.map(\.path) == [
        "0.0.0.weight", "0.1.0.weight", "1.weight",
      ])
    #expect(model["0.0.0.weight"] != model["0.1.0.weight"])
    // What is saved gives the same names, and so the same weights.
    let saved = try Model(
      input: [3], seed: 5, layers: #require(Layers.layer(layers.expanded.configuration) as? Sequential))
    #expect(saved.parameters.map(\.path) == model.parameters.map(\.path))
    for path in model.parameters.map(\.path) { #expect(saved[path] == model[path]) }
  }

  @Test func reshapeMakesImages() throws {
    let model = try Model(input: [12]) {
      Reshape([2, 3, 2]); Conv2D(4, 1)
    }
    #expect(model.outputShape == [2, 3, 4])
  }

  // MARK: Errors

  private func error(_ input: [Int], _ layers: Sequential) -> String {
    do {
      let model = try Model(input: input, layers: layers)
      return "the model was built: \(model.outputShape)"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (Sequential([Conv2D(4, 5, padding: .valid)]), "conv2D with a window of 5×5 on an image of 4×4"),
    (Sequential([Conv2D(4, 3, padding: .valid, dilation: 3)]), "a window of 3×3, 7×7 when dilated"),
    (Sequential([Conv2D(4, 3, groups: 2)]), "3 channels to 4 in 2 groups; expected a number of groups"),
    (Sequential([Conv2D(0, 3)]), "conv2D with 0 channels; expected at least 1"),
    (Sequential([Conv2D(4, [3, 3, 3])]), "conv2D with a window of 0×0"),
    (Sequential([Conv2D(4, 3, padding: [1, 2, 3])]), "a padding of -1; expected 0 or more pixels"),
    (Sequential([Conv2D(4, 3, stride: -1)]), "conv2D with a stride of -1×-1"),
    (Sequential([Flatten(), Conv2D(4, 3)]), "conv2D on [rows, 48]; expected images"),
    (Sequential([Flatten(), MaxPool2D(2)]), "maxPool2D on [rows, 48]; expected images"),
    (Sequential([MaxPool2D(5)]), "maxPool2D with a window of 5×5 on an image of 4×4"),
    (Sequential([MaxPool2D(2, padding: 2)]), "windows that lie on padding alone"),
    (Sequential([AveragePool2D(9)]), "averagePool2D with a window of 9×9"),
    (Sequential([Flatten(), GlobalAveragePool2D()]), "globalAveragePool2D on [rows, 48]"),
    (
      Sequential([Reshape([7, 7])]), "reshape of [rows, 4, 4, 3] to rows of [7, 7]; expected as many numbers"
    ),
    (Sequential([Reshape([-4, -12])]), "reshape of [rows, 4, 4, 3] to rows of [-4, -12]"),
    (Sequential([Repeat(-1) { ReLU() }]), "repeat -1 times"),
    (
      Sequential([
        Branches {
          Conv2D(1, 3); Conv2D(1, 3, stride: 2)
        }
      ]),
      "branches end with [rows, 4, 4, 1] and [rows, 2, 2, 1]"
    ),
  ])
  func mistakesAreErrorsInWords(_ layers: Sequential, _ words: String) {
    let text = error([4, 4, 3], layers)
    #expect(text.contains(words), "\(text)")
    #expect(text.contains("layer "), "\(text)")
  }

  @Test func layersComeBackFromTheirConfiguration() throws {
    let layers = Sequential {
      Conv2D(
        4, [3, 1], stride: 2, padding: [0, 1], dilation: [1, 2], groups: 2, hasBias: false,
        initializer: .xavierUniform)
      Conv2D(4, 3, padding: .valid); Conv2D(4, 3, padding: 1); Conv2D(2, 3, padding: [1, 2, 3, 4])
      MaxPool2D(3, stride: 2, padding: 1); AveragePool2D([2, 3]); GlobalAveragePool2D(); Reshape([2, 2])
      Branches {
        ReLU(); Conv2D(3, 1)
      }
    }
    let text = layers.configuration.text()
    let read = try Layers.layer(layers.configuration)
    #expect(read as? Sequential == layers)
    #expect(read.configuration.text() == text)
    #expect(text.contains(#"{"conv2D":{"channels":4,"padding":"valid"}}"#), "\(text)")
    #expect(text.contains(#"{"maxPool2D":{"padding":1,"size":3,"stride":2}}"#), "\(text)")
    #expect(try Layers.layer(.object([JSONMember("conv2D", .integer(8))])) as? Conv2D == Conv2D(8, 3))
  }
}
