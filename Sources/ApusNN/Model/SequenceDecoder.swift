public import ApusCore
import ApusData

/// A network of sequences fed in parts: from the class at a position to the outputs for the next one.
///
/// What its layers need of the positions before, keys and values of attention, is kept: a position costs O(window) and
/// not O(window²). The first half of a window is fed at once where it is there. The outputs are those that the whole
/// network gives at this position, bit for bit, for windows of up to 8,192 positions; beyond, the last sums of attention
/// may be added in another order.
///
/// Runs on the calling thread alone, and belongs to one at a time.
public final class SequenceDecoder {
  public let model: Model
  /// The positions of the model's input: the most that can be fed before a ``reset()``.
  public let window: Int
  /// The number of classes.
  public let classes: Int
  /// The number of positions that have been fed.
  public private(set) var count = 0
  /// So many positions are fed at once at the beginning.
  public var half: Int { max(window / 2, 1) }

  private let single: SequencePart
  /// Made when it is first needed.
  private var beginning: SequencePart?
  private let engine: Engine

  /// - Throws: when the model does not go from `[window]` class numbers to `[window, classes]`, or has layers that need
  ///   all positions at once; what ``Engine/standard()`` throws.
  public init(_ model: Model, engine: Engine? = nil) throws {
    guard model.inputs.count == 1, model.inputShape.count == 1, model.outputShape.count == 2,
      model.outputShape[0] == model.inputShape[0]
    else {
      throw ApusError(
        "a model from \(model.inputShape) to \(model.outputShape) cannot be fed one position at a time",
        expected: "from [window] class numbers to [window, classes]")
    }
    self.model = model
    window = model.inputShape[0]
    classes = model.outputShape[1]
    // The work of a position is not worth another thread.
    self.engine = try Engine(
      instructionSet: (engine ?? Engine.standard()).instructionSet, threads: 1)
    single = try SequencePart(model, .single(window: window), length: 1, engine: self.engine)
  }

  /// Begins a sequence anew. What was kept stays in memory and is looked at no more.
  public func reset() { count = 0 }

  /// Takes in the classes at the next positions.
  ///
  /// - Returns: the outputs at the last one, `[classes]`: logits of the class that comes next.
  /// - Throws: when there are none, or more than are left of the window, or one that is no class.
  public func feed(_ numbers: some Collection<Int32>) throws -> [Float] {
    guard !numbers.isEmpty, count + numbers.count <= window else {
      throw ApusError(
        "\(numbers.count) positions are fed after \(count)", expected: "1 … \(window - count)",
        fix: count == window ? "reset, and feed the last ones again" : nil)
    }
    if let wrong = numbers.first(where: { !(0..<Int32(classes)).contains($0) }) {
      throw ApusError("there is no class \(wrong)", expected: "0 … \(classes - 1)")
    }
    var rest = numbers[...]
    var outputs: [Float] = []
    if count == 0, rest.count >= half, half > 1 {
      let part =
        try beginning ?? SequencePart(model, .first(window: window), length: half, engine: engine)
      beginning = part
      outputs = part.run(rest.prefix(half), at: 0)
      part.copyMemories(to: single)
      count = half
      rest = rest.dropFirst(half)
    }
    while let number = rest.popFirst() {
      outputs = single.run(CollectionOfOne(number), at: count)
      count += 1
    }
    return outputs
  }
}

/// The plan of a network for some positions of one sequence.
private final class SequencePart {
  private let graph: CompiledGraph
  private let tokens: InputMemory
  private let position: UnsafeMutablePointer<Int32>?
  private let classes: Int
  private let memories: [(shape: [Int], axis: Int, output: String)]

  init(_ model: Model, _ positions: SequencePositions, length: Int, engine: Engine) throws {
    let traced = TracedModel(model, mode: .inference(positions))
    let tokens = InputSpecification(model.inputs[0].name, [length], model.inputs[0].scalar).tensor
    let output = traced(tokens)
    if let error = output.error { throw error }
    try traced.checkParameters()
    classes = model.outputShape[1]
    guard output.shape == [.rows, Dimension(length), Dimension(classes)] else {
      throw ApusError(
        "fed \(length) positions at a time the network gives \(output.shape)",
        expected: "[rows, \(length), \(classes)]")
    }
    // What is remembered is written over where it stands.
    let kept = traced.memories.map { (name: "memory \($0.path)", memory: $0) }
    let before = kept.compactMap { name, memory in memory.memory.map { (name, $0) } }
    graph = try CompiledGraph(
      inputs: NamedTensors(
        [("tokens", tokens), ("position", traced.position)] + traced.inputs.map { ($0.name, $0.tensor) }
          + before),
      outputs: NamedTensors([("logits", output)] + kept.map { ($0.name, $0.memory.value) }),
      inPlace: before.map(\.0), engine: engine)
    traced.binding.bind(graph, to: model.storage)
    self.tokens = graph.memory("tokens")
    position = graph.integers("position")
    memories = kept.map { ($0.memory.value.shape.sizes(rows: 1), $0.memory.axis, $0.name) }
  }

  /// The outputs at the last of the positions.
  func run(_ numbers: some Collection<Int32>, at start: Int) -> [Float] {
    tokens.fill(numbers.map { Float($0) })
    position?.pointee = Int32(start)
    graph.run()
    return Array(graph.floats("logits").suffix(classes))
  }

  /// Puts what the first positions have left where single ones find it.
  func copyMemories(to other: SequencePart) {
    for (own, others) in zip(memories, other.memories) {
      let source = graph.floats(own.output)
      let target = other.graph.floats(others.output)
      // [outer, positions, inner] for both.
      let inner = own.shape[(own.axis + 1)...].reduce(1, *)
      let (length, window) = (own.shape[own.axis] * inner, others.shape[own.axis] * inner)
      for outer in 0..<own.shape[..<own.axis].reduce(1, *) {
        _ = target[(outer * window)..<(outer * window + length)].update(
          fromContentsOf: source[(outer * length)..<((outer + 1) * length)])
      }
    }
  }
}
