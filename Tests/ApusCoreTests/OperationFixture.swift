import ApusCore
import TestSupport
import Testing

/// A case of `operations.json` or `windows.json`.
struct OperationFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var operation: String
  var attributes: Attributes
  var inputs: [FixtureTensor]
  var output: FixtureTensor
  var weights: FixtureTensor?
  var gradients: [FixtureTensor?]
  var testDescription: String { name }

  struct Attributes: Decodable, Sendable {
    var axes: [Int]?
    var axis: Int?
    var keepDimensions: Bool?
    var transposeLeft: Bool?
    var transposeRight: Bool?
    var permutation: [Int]?
    var shape: [Int]?
    var starts: [Int]?
    var ends: [Int]?
    var depth: Int?
    var size: [Int]?
    var stride: [Int]?
    var dilation: [Int]?
    var padding: [Int]?
    var groups: Int?

    var window: Window {
      func extent(_ lengths: [Int]?) -> Extent { lengths.map { Extent($0[0], $0[1]) } ?? 1 }
      let margins = padding ?? [0, 0, 0, 0]
      return Window(
        extent(size), stride: extent(stride), dilation: extent(dilation),
        padding: Margins(top: margins[0], left: margins[1], bottom: margins[2], right: margins[3]))
    }
  }

  struct Document: Decodable {
    var cases: [OperationFixture]
  }

  static func all() throws -> [OperationFixture] {
    try ["operations", "windows"].flatMap { try Fixtures.load($0, as: Document.self).cases }
  }

  /// The operation as a user writes it.
  func apply(_ x: [Tensor]) throws -> Tensor {
    if let result = unary(x[0]) ?? moved(x) { return result }
    let y = x.count > 1 ? x[1] : x[0]
    switch operation {
    case "add": return x[0] + y
    case "subtract": return x[0] - y
    case "multiply": return x[0] * y
    case "divide": return x[0] / y
    case "maximum": return maximum(x[0], y)
    case "minimum": return minimum(x[0], y)
    case "power": return power(x[0], y)
    case "equal": return x[0] .== y
    case "notEqual": return x[0] .!= y
    case "less": return x[0] .< y
    case "lessOrEqual": return x[0] .<= y
    case "greater": return x[0] .> y
    case "greaterOrEqual": return x[0] .>= y
    case "select": return select(x[0], x[1], x[2])
    case "matmul":
      return x[0].matmul(
        y, transposeLeft: attributes.transposeLeft ?? false,
        transposeRight: attributes.transposeRight ?? false)
    case "convolution":
      let window = attributes.window
      return x[0].convolved(
        with: y, stride: window.stride, dilation: window.dilation, padding: window.padding,
        groups: attributes.groups ?? 1)
    case "maxPool": return x[0].maxPooled(attributes.window)
    case "averagePool": return x[0].averagePooled(attributes.window)
    default: throw ApusError("no test for the fixture's operation “\(operation)”")
    }
  }

  private func unary(_ x: Tensor) -> Tensor? {
    switch operation {
    case "negate": -x
    case "abs": x.abs()
    case "square": x.square()
    case "sqrt": x.sqrt()
    case "reciprocal": x.reciprocal()
    case "exp": x.exp()
    case "expm1": x.expm1()
    case "log": x.log()
    case "log1p": x.log1p()
    case "sin": x.sin()
    case "cos": x.cos()
    case "tanh": x.tanh()
    case "sigmoid": x.sigmoid()
    case "erf": x.erf()
    case "softplus": x.softplus()
    case "relu": x.relu()
    case "gelu": x.gelu()
    default: nil
    }
  }

  private func moved(_ x: [Tensor]) -> Tensor? {
    let keepDimensions = attributes.keepDimensions ?? false
    switch operation {
    case "sum": return x[0].sum(axes: attributes.axes, keepDimensions: keepDimensions)
    case "mean": return x[0].mean(axes: attributes.axes, keepDimensions: keepDimensions)
    case "max": return x[0].max(axes: attributes.axes, keepDimensions: keepDimensions)
    case "argmax": return x[0].argmax(axis: attributes.axes![0], keepDimensions: keepDimensions)
    case "softmax": return alongLast(x[0]) { $0.softmax() }
    case "logSoftmax": return alongLast(x[0]) { $0.logSoftmax() }
    case "transpose": return x[0].transposed(attributes.permutation)
    case "reshape": return x[0].reshape(TensorShape(attributes.shape!))
    case "concatenate": return Tensor.concatenate(x, axis: attributes.axis!)
    case "slice":
      return attributes.starts!.indices.reduce(x[0]) { result, axis in
        result.slice(axis: axis, attributes.starts![axis]..<attributes.ends![axis])
      }
    case "gather": return x[0].gather(x[1], axis: attributes.axis!)
    case "oneHot": return x[0].oneHot(attributes.depth!)
    default: return nil
    }
  }

  /// A function of the last axis applied along the axis of the attributes.
  private func alongLast(_ x: Tensor, _ function: (Tensor) -> Tensor) -> Tensor {
    var order = Array(0..<x.shape.rank)
    order.swapAt(attributes.axis!, x.shape.rank - 1)
    return function(x.transposed(order)).transposed(order)
  }
}
