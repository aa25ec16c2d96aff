package import ApusCore

/// A parameter that a layer asked for.
package struct ParameterSpecification: Sendable {
  package var path: String
  package var shape: TensorShape
  package var initializer: any Initializer
  package var fanIn: Int
  package var fanOut: Int
  /// A Boolean value that indicates whether weight decay applies.
  package var isDecayed: Bool
  package var layout: ParameterLayout
  /// A Boolean value that indicates whether it is state: kept and saved with the parameters, but set by the layer and
  /// not by the optimizer.
  package var isState = false
}

/// One layer of a traced network, for summaries and errors.
package struct LayerRecord: Sendable {
  package var path: String
  package var name: String
  package var outputShape: TensorShape
  /// The layer itself.
  package var layer: any Layer
  /// The tensors themselves, for taps.
  package var input: Tensor
  package var output: Tensor
}

/// The values of a network that is computed at once, and not traced into a graph.
struct TraceValues {
  let parameter: (ParameterSpecification) -> Tensor
  let setting: (_ path: String, _ value: Double) -> Double
  let key: Tensor
}

/// The parameters, states and layers found so far while a network is traced.
final class Trace {
  let mode: Scope.Mode
  /// Numbers in the place of inputs; nil where a graph is traced.
  private let values: TraceValues?
  /// Seed and step, as random numbers need them: int32[4].
  let key: Tensor
  /// The position of a sequence that is fed one position at a time: int32[1].
  let position = Tensor.input("position", TensorType([1], .int32))
  private(set) var parameters: [(specification: ParameterSpecification, tensor: Tensor)] = []
  private(set) var stateUpdates: [(path: String, value: Tensor)] = []
  private(set) var settings: [(path: String, value: Double, tensor: Tensor)] = []
  /// The memories of layers for a sequence that comes in parts.
  private(set) var memories: [SequenceMemory] = []
  private(set) var layers: [LayerRecord] = []
  private var streams: [String: Int] = [:]
  /// Shapes of image tensors that a flatten took apart, by the flat tensor: for the layout of what follows.
  private var flattened: [(flat: Tensor, image: TensorShape)] = []

  /// A parameter of 64 GiB: what is larger is a mistake rather than a wish.
  private static let mostElements = 1 << 34

  init(mode: Scope.Mode, values: TraceValues? = nil) {
    self.mode = mode
    self.values = values
    key = values?.key ?? Tensor.input("key", TensorType([4], .int32))
  }

  func parameter(_ specification: ParameterSpecification) -> Tensor {
    if let known = parameters.first(where: { $0.specification.path == specification.path }) {
      guard known.specification.shape == specification.shape else {
        return .failed(
          ApusError(
            "parameter “\(specification.path)” has the shape \(known.specification.shape) and \(specification.shape)",
            expected: "one shape for a shared parameter"))
      }
      return known.tensor
    }
    guard specification.shape.isFixed, specification.shape.count() > 0 else {
      return .failed(
        ApusError(
          "parameter “\(specification.path)” of shape \(specification.shape)",
          expected: "at least one element"))
    }
    guard specification.shape.count() <= Self.mostElements else {
      return .failed(
        ApusError(
          "parameter “\(specification.path)” of shape \(specification.shape)",
          expected: "at most 2³⁴ elements",
          fix: "make the layer or its input smaller"))
    }
    let tensor =
      values?.parameter(specification) ?? Tensor.input(specification.path, TensorType(specification.shape))
    parameters.append((specification, tensor))
    return tensor
  }

  /// Sets the value of a state after the step.
  func update(_ path: String, to value: Tensor) {
    stateUpdates.removeAll { $0.path == path }
    stateUpdates.append((path, value))
  }

  func setting(_ path: String, _ value: Double) -> Tensor {
    if let known = settings.first(where: { $0.path == path }) { return known.tensor }
    let tensor = values.map { Tensor($0.setting(path, value)) } ?? Tensor.input(path, TensorType([]))
    settings.append((path, value, tensor))
    return tensor
  }

  func remember(_ memory: SequenceMemory) { memories.append(memory) }

  /// A stream of random numbers for each time a path asks.
  func stream(_ path: String) -> UInt64 {
    let count = streams[path, default: 0]
    streams[path] = count + 1
    return stableHash("\(path)#\(count)")
  }

  func record(_ layer: any Layer, _ path: String, _ input: Tensor, _ output: Tensor) {
    layers.append(
      LayerRecord(
        path: path, name: type(of: layer).name, outputShape: output.shape, layer: layer, input: input,
        output: output))
  }

  func noteFlattened(_ flat: Tensor, from image: TensorShape) {
    flattened.append((flat, image))
  }

  /// The `[rows, height, width, channels]` that the features of a tensor were flattened from.
  func imageShape(of tensor: Tensor) -> TensorShape? {
    flattened.last { $0.flat.node === tensor.node }?.image
  }
}
