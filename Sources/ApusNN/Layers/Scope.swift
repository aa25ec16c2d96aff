public import ApusCore

/// The scope in which a layer is traced: names, parameters, state, random numbers, the mode.
///
/// Calling the same child twice under the same name shares its parameters.
public struct Scope {
  /// The layer's path, as in `"2.attention"`; empty at the top.
  public let path: String
  let trace: Trace

  init(path: String, trace: Trace) {
    self.path = path
    self.trace = trace
  }

  /// The mode of the graph: for training or for inference.
  public var mode: Scope.Mode { trace.mode }

  /// A weight of the layer. The same name twice gives the same weight.
  ///
  /// - Parameters:
  ///   - shape: its shape, all axes of fixed length.
  ///   - initializer: how its first values are drawn.
  ///   - fanIn: the inputs that one output adds up; the product of all axes but the last when nil.
  ///   - fanOut: the outputs that one input goes to; the last axis when nil.
  ///   - isDecayed: whether weight decay applies: to weights, not to biases.
  public func parameter(
    _ name: String, _ shape: TensorShape, _ initializer: some Initializer,
    fanIn: Int? = nil, fanOut: Int? = nil, isDecayed: Bool = true
  ) -> Tensor {
    parameter(name, shape, initializer, fanIn: fanIn, fanOut: fanOut, isDecayed: isDecayed, layout: .same)
  }

  /// - Parameter layout: how PyTorch stores it.
  package func parameter(
    _ name: String, _ shape: TensorShape, _ initializer: some Initializer,
    fanIn: Int? = nil, fanOut: Int? = nil, isDecayed: Bool = true, layout: ParameterLayout
  ) -> Tensor {
    trace.parameter(
      ParameterSpecification(
        path: join(name), shape: shape, initializer: initializer,
        fanIn: fanIn ?? shape.dimensions.dropLast().reduce(1) { $0 * $1.size },
        fanOut: fanOut ?? shape[-1].size,
        isDecayed: isDecayed, layout: layout))
  }

  /// A value that the layer keeps from step to step, such as a running mean: saved with the model, but not trained.
  public func state(_ name: String, _ shape: TensorShape, _ initializer: some Initializer) -> Tensor {
    trace.parameter(
      ParameterSpecification(
        path: join(name), shape: shape, initializer: initializer, fanIn: 1, fanOut: 1, isDecayed: false,
        layout: .same,
        isState: true))
  }

  /// Sets the value of a state after the step. In training alone; a step that fails leaves the state as it was.
  public func update(_ name: String, to value: Tensor) {
    trace.update(join(name), to: value)
  }

  /// A number that may change without planning again, such as a dropout rate.
  public func setting(_ name: String, _ value: Double) -> Tensor {
    trace.setting(join(name), value)
  }

  /// Uniform random numbers in [0, 1) of this layer, different in every step of training.
  public func uniform(_ shape: TensorShape) -> Tensor {
    .uniform(shape, key: trace.key, stream: trace.stream(path))
  }

  /// The output of a layer below this one. An error in it gets the layer's path.
  public func call(_ layer: any Layer, _ input: Tensor, named name: String) -> Tensor {
    call(layer, input, named: name, location: nil)
  }

  /// - Parameter location: the file and line where the layer was written; an error gets them too.
  package func call(
    _ layer: any Layer, _ input: Tensor, named name: String, location: SourceLocation?
  ) -> Tensor {
    guard input.error == nil else { return input }
    let child = Scope(path: join(name), trace: trace)
    let output = layer(input, in: child)
    if let error = output.error {
      let place = "layer \(child.path) (\(type(of: layer).name))" + (location.map { " at \($0)" } ?? "")
      return error.place == nil ? .failed(error.at(place)) : output
    }
    trace.record(layer, child.path, input, output)
    return output
  }

  func join(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

extension Scope {
  /// The purpose for which a graph is traced. Two questions, because Monte-Carlo dropout samples in inference.
  public struct Mode: Hashable, Sendable {
    public var samplesDropout: Bool
    public var usesBatchStatistics: Bool
    package var positions = SequencePositions.all

    public static let training = Scope.Mode(samplesDropout: true, usesBatchStatistics: true)
    /// Training's batch statistics without its dropout, for measuring what a network can do.
    public static let withoutDropout = Scope.Mode(samplesDropout: false, usesBatchStatistics: true)
    /// Monte-Carlo dropout: several passes of inference with dropout show how sure a network is.
    public static let sampling = Scope.Mode(samplesDropout: true, usesBatchStatistics: false)
    public static let inference = Scope.Mode(samplesDropout: false, usesBatchStatistics: false)
    /// Inference on some positions of a sequence.
    static func inference(_ positions: SequencePositions) -> Scope.Mode {
      Scope.Mode(samplesDropout: false, usesBatchStatistics: false, positions: positions)
    }
  }
}

/// The positions of a sequence that are present. A window is the number of positions that there is room for.
package enum SequencePositions: Hashable, Sendable {
  case all
  /// The first ones at once, as many as the input is long; what they leave for the next ones is remembered.
  case first(window: Int)
  /// One at a time, after those before it.
  case single(window: Int)

  /// nil where all are there.
  package var window: Int? {
    switch self {
    case .all: nil
    case .first(let window), .single(let window): window
    }
  }
}

/// The layout in which PyTorch stores a parameter.
package enum ParameterLayout: Hashable, Sendable {
  case same
  /// `[out, in]`; ours is `[in, out]`.
  case transposed
  /// `[out, in]` for an input that was flattened from `[height, width, channels]`, which PyTorch flattens
  /// as `[channels, height, width]`.
  case transposedFromImage(height: Int, width: Int, channels: Int)
  /// `[out, in/groups, height, width]`; ours is `[height, width, in/groups, out]`.
  case convolution
}
