/// A graph made ready to run: planned once, with named inputs and outputs, in memory that it owns or is lent.
///
/// Everything in the package that computes stands on it: eager tensors, the phases of a training step, decoders, models
/// compiled for prediction. It alone asks an ``Engine`` for an ``Executable``: the seam for other machines.
///
/// Belongs to one thread at a time.
package final class CompiledGraph: Sendable {
  package let executable: Executable
  private let inputNames: [String]
  private let outputNames: [String]

  /// Plans the graph of `outputs`.
  ///
  /// - Parameters:
  ///   - inputs: what may change from run to run, by name.
  ///   - outputs: what is computed, by name.
  ///   - inPlace: names of outputs that take the memory of the input of the same name, as an update of parameters does.
  ///   - capacity: the most rows of a run.
  /// - Throws: an error that a tensor carries; when a name of `inPlace` is not both input and output; what the engine
  ///   cannot run.
  package convenience init(
    inputs: NamedTensors, outputs: NamedTensors, inPlace: [String] = [], capacity: Int = 1, engine: Engine
  ) throws(ApusError) {
    var pairs: [(output: Int, input: Int)] = []
    for name in inPlace {
      guard let input = inputs.names.firstIndex(of: name), let output = outputs.names.firstIndex(of: name)
      else {
        throw ApusError(
          "\"\(name)\" is not both an input and an output", expected: "one of each to be in place")
      }
      pairs.append((output, input))
    }
    try self.init(
      Graph(inputs: inputs.tensors, outputs: outputs.tensors), inputs: inputs.names, outputs: outputs.names,
      inPlace: pairs, capacity: capacity, engine: engine)
  }

  /// The same without names, for graphs made by the thousand, whose inputs and outputs come and go all at once.
  package convenience init(_ graph: Graph, engine: Engine) throws(ApusError) {
    try self.init(graph, inputs: [], outputs: [], inPlace: [], capacity: 1, engine: engine)
  }

  private init(
    _ graph: Graph, inputs: [String], outputs: [String], inPlace: [(output: Int, input: Int)], capacity: Int,
    engine: Engine
  ) throws(ApusError) {
    (inputNames, outputNames) = (inputs, outputs)
    executable = try engine.compile(graph, rows: capacity, inPlace: inPlace)
  }

  /// The most rows that a run may have.
  package var capacity: Int { executable.capacity }
  /// Bytes of memory that it owns.
  package var memoryBytes: Int { executable.memoryBytes }

  /// The type of an input; nil where there is none of the name.
  package func type(of input: String) -> TensorType? {
    inputNames.firstIndex(of: input).map { executable.inputTypes[$0] }
  }

  /// The type of an output; nil where there is none of the name.
  package func type(ofOutput output: String) -> TensorType? {
    outputNames.firstIndex(of: output).map { executable.outputTypes[$0] }
  }

  // MARK: Inputs

  /// The memory of an input, `[capacity, …]`; empty where no output needs it.
  package func memory(_ input: String) -> InputMemory { executable.memory(input: position(input)) }

  /// The place of a single number that outputs may depend on; nil where none does.
  package func scalar(_ input: String) -> UnsafeMutablePointer<Float>? {
    executable.input(position(input))?.assumingMemoryBound(to: Float.self)
  }

  /// The place of whole numbers that outputs may depend on; nil where none does.
  package func integers(_ input: String) -> UnsafeMutablePointer<Int32>? {
    executable.input(position(input))?.assumingMemoryBound(to: Int32.self)
  }

  /// Reads an input from memory of the caller's from now on.
  package func bind(input: String, to pointer: UnsafeMutableRawPointer) {
    executable.bind(input: position(input), to: pointer)
  }

  /// Reads every input that another graph has under the same name from where that one reads it.
  package func bindInputs(as other: CompiledGraph) {
    for (position, name) in inputNames.enumerated() {
      if let same = other.inputNames.firstIndex(of: name), let memory = other.executable.input(same) {
        executable.bind(input: position, to: memory)
      }
    }
  }

  /// Reads all inputs from memory of the caller's, in their order.
  package func bind(inputs: some Collection<UnsafeMutableRawPointer>) {
    for (position, pointer) in inputs.enumerated() { executable.bind(input: position, to: pointer) }
  }

  // MARK: Outputs

  /// An output's first `rows` rows.
  package func floats(_ output: String, rows: Int = 1) -> UnsafeMutableBufferPointer<Float> {
    executable.floats(output: outputPosition(output), rows: rows)
  }

  /// Writes an output to memory of the caller's from now on.
  package func bind(output: String, to pointer: UnsafeMutableRawPointer) {
    executable.bind(output: outputPosition(output), to: pointer)
  }

  /// Writes all outputs to memory of the caller's, in their order.
  package func bind(outputs: some Collection<UnsafeMutableRawPointer>) {
    for (position, pointer) in outputs.enumerated() { executable.bind(output: position, to: pointer) }
  }

  // MARK: Running

  /// Computes the outputs for `rows` rows, at most ``capacity``.
  @inline(__always)
  package func run(rows: Int = 1) { executable.run(rows: rows) }

  /// The same run, with the time of each instruction added to `profile`.
  package func run(rows: Int, profile: inout Profile) { executable.run(rows: rows, profile: &profile) }

  private func position(_ input: String) -> Int {
    guard let position = inputNames.firstIndex(of: input) else {
      preconditionFailure("the graph has no input \"\(input)\": \(inputNames)")
    }
    return position
  }

  private func outputPosition(_ output: String) -> Int {
    guard let position = outputNames.firstIndex(of: output) else {
      preconditionFailure("the graph has no output \"\(output)\": \(outputNames)")
    }
    return position
  }
}
