public import ApusCore
public import ApusData
public import ApusNN

/// The inputs that excite units of a layer most, of all inputs of a length: found by ascent from random ones, and those of a
/// data set (Erhan et al. 2009; lecture 4's features of faces).
///
/// x* = argmax of h_u(x) over ‖x‖ = r. Of a unit of the first layer, before its activation, it is the direction of the unit's
/// weights; of deeper ones ascent finds a local maximum, the best of several.
///
/// ```swift
/// let reading = try ExcitationReading(model, layer: "2", units: Array(0..<8), on: digits)
/// print(reading.units[0].excitation, reading.units[0].samples[0].excitation)
/// ```
public struct ExcitationReading: Sendable {
  /// A sample of the data, brought to the length.
  public struct Sample: Sendable {
    /// Among the data's samples, counted from 1.
    public var number: Int
    /// The input as the model takes it, times what brings it to the length.
    public var input: [Float]
    /// The unit's output for it.
    public var excitation: Float
  }

  /// A unit with what excites it.
  public struct Unit: Sendable {
    /// Among the layer's outputs of a sample, row-major, counted from 0.
    public var number: Int
    /// The input that ascent found.
    public var input: [Float]
    /// The unit's output for it.
    public var excitation: Float
    /// The data's samples that excite it most, the most exciting one first.
    public var samples: [Sample]
  }

  /// The path of the layer.
  public let layer: String
  /// The shape of one input: `[features]` or `[height, width, channels]`.
  public let shape: [Int]
  /// The Euclidean length of all inputs.
  public let length: Double
  public let units: [Unit]

  /// Steps of ascent; the length of the first is a part of the input's, and each later one is shorter by the same factor.
  private static let steps = 120
  private static let firstStep = 0.5
  private static let decay = 0.96
  private static let batch = 256

  /// - Parameters:
  ///   - layer: the path of the layer, as a summary has it: of a dense layer its outputs before the activation.
  ///   - units: numbers of the layer's outputs, from 0.
  ///   - dataset: encoded as the model takes it; its targets are of no account.
  ///   - starts: the number of random inputs from which ascent begins.
  ///   - samples: the number of the data's samples that are kept for each unit.
  ///   - length: of the inputs; the root mean square of the data's when nil.
  ///   - seed: of the starts.
  /// - Throws: when the model takes class numbers or several inputs, when it has no such layer or unit, or the data don't fit
  ///   or are all 0.
  public init(
    _ model: Model, layer: String, units: [Int], on dataset: any Dataset, starts: Int = 3, samples: Int = 9,
    length: Double? = nil, seed: UInt64 = 0, engine: Engine? = nil
  ) throws {
    guard model.inputs.count == 1, model.inputs[0].scalar == .float32 else {
      throw ApusError(
        "inputs that excite a unit are looked for among vectors",
        expected: "a model of one input of floats")
    }
    try model.check(dataset, readsTargets: false)
    let ascent = try Ascent(model, layer: layer, engine: engine ?? Engine.standard(), capacity: Self.batch)
    if let wrong = units.first(where: { !(0..<ascent.width).contains($0) }) {
      throw ApusError(
        "there is no unit \(wrong)", at: "layer \(layer)", expected: "from 0 to \(ascent.width - 1)")
    }
    let size = model.inputs[0].size
    var rows: [Float] = []
    for batch in dataset.batches(of: Self.batch) { rows += batch.arrays().inputs }
    let lengths = stride(from: 0, to: rows.count, by: size).map { Self.norm(rows[$0..<($0 + size)]) }
    let mean = lengths.reduce(0) { $0 + $1 * $1 } / Double(max(lengths.count, 1))
    let radius = length ?? mean.squareRoot()
    guard radius > 0, radius.isFinite else {
      throw ApusError(
        "inputs of the length \(radius)", expected: "a length above 0, or data that aren't all 0")
    }
    for (row, own) in lengths.enumerated() where own > 0 {
      for place in (row * size)..<((row + 1) * size) {
        rows[place] = Float(Double(rows[place]) * radius / own)
      }
    }
    let outputs = try ascent.outputs(rows)
    let random = Philox(seed: seed, path: "excitation \(layer)")
    var found: [Unit] = []
    for unit in units {
      let values = lengths.indices.map { lengths[$0] > 0 ? outputs[$0 * ascent.width + unit] : -.infinity }
      let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
      let best = order.prefix(samples).filter { lengths[$0] > 0 }.map { row in
        Sample(
          number: row + 1, input: Array(rows[(row * size)..<((row + 1) * size)]), excitation: values[row])
      }
      found.append(Unit(number: unit, input: [], excitation: -.infinity, samples: best))
    }
    let starts = max(starts, 1)
    for first in stride(from: 0, to: units.count * starts, by: Self.batch) {
      let jobs = Array(first..<min(first + Self.batch, units.count * starts))
      let begun = jobs.flatMap { job in
        (0..<size).map { Float(random.normal(UInt64(job * size + $0))) }
      }
      let ends = try ascent.climb(
        begun, units: jobs.map { units[$0 / starts] }, radius: radius, steps: Self.steps,
        firstStep: Self.firstStep, decay: Self.decay)
      for (place, job) in jobs.enumerated() where ends.values[place] > found[job / starts].excitation {
        found[job / starts].excitation = ends.values[place]
        found[job / starts].input = Array(ends.inputs[(place * size)..<((place + 1) * size)])
      }
    }
    (self.layer, shape, self.length, self.units) = (layer, model.inputShape, radius, found)
  }

  fileprivate static func norm(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

/// A layer's outputs, and the gradient of one of them for each row.
private struct Ascent {
  let width: Int
  private let size: Int
  private let graph: CompiledGraph
  private let input: String
  /// The weights, which the graph reads where they are.
  private let storage: TensorStorage

  init(_ model: Model, layer: String, engine: Engine, capacity: Int) throws {
    let call = try TracedCall(model, mode: .inference, hasLoss: false)
    let asked = CompiledModel.Output.layer(layer)
    let output = try call.tensors([asked])[asked.description]
    let mask = Tensor.input("mask", output.type)
    let slope = gradients(of: (output * mask).sum(), withRespectTo: [call.inputs[model.inputs[0].name]])[0]
    input = "input \(model.inputs[0].name)"
    graph = try CompiledGraph(
      inputs: NamedTensors(call.graphInputs.map { ($0.name, $0.tensor) } + [("mask", mask)]),
      outputs: ["output": output, "slope": slope], capacity: capacity, engine: engine)
    storage = model.storage
    call.traced.binding.bind(graph, to: storage)
    width = output.shape.count(rows: 1)
    size = model.inputs[0].size
  }

  /// `[rows, width]`
  func outputs(_ rows: [Float]) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows.count / size * width)
    let memory = graph.memory(input).floats
    let count = rows.count / size
    for first in stride(from: 0, to: count, by: graph.capacity) {
      let own = min(graph.capacity, count - first)
      _ = memory.update(fromContentsOf: rows[(first * size)..<((first + own) * size)])
      graph.run(rows: own)
      values += graph.floats("output", rows: own).prefix(own * width)
    }
    return values
  }

  /// Steps along the gradient, each followed by a return to the sphere.
  ///
  /// - Returns: the best input on the way of each row, and the output of its unit.
  func climb(
    _ starts: [Float], units: [Int], radius: Double, steps: Int, firstStep: Double, decay: Double
  ) throws -> (inputs: [Float], values: [Float]) {
    let rows = units.count
    var places = starts
    func returnToSphere(_ row: Int) {
      let range = (row * size)..<((row + 1) * size)
      let own = ExcitationReading.norm(places[range])
      guard own > 0 else { return }
      for place in range { places[place] = Float(Double(places[place]) * radius / own) }
    }
    for row in 0..<rows { returnToSphere(row) }
    var best = (inputs: places, values: [Float](repeating: -.infinity, count: rows))
    let (memory, mask) = (graph.memory(input).floats, graph.memory("mask").floats)
    for place in 0..<(rows * width) { mask[place] = 0 }
    for (row, unit) in units.enumerated() { mask[row * width + unit] = 1 }
    var length = firstStep
    for _ in 0...steps {
      _ = memory.update(fromContentsOf: places)
      graph.run(rows: rows)
      let (outputs, slopes) = (graph.floats("output", rows: rows), graph.floats("slope", rows: rows))
      for (row, unit) in units.enumerated() {
        let range = (row * size)..<((row + 1) * size)
        let value = outputs[row * width + unit]
        if value > best.values[row] {
          best.values[row] = value
          best.inputs.replaceSubrange(range, with: places[range])
        }
        let slope = range.reduce(0.0) { $0 + Double(slopes[$1]) * Double(slopes[$1]) }.squareRoot()
        guard slope > 0, slope.isFinite else { continue }
        for place in range { places[place] += Float(length * radius / slope * Double(slopes[place])) }
        returnToSphere(row)
      }
      length *= decay
    }
    return best
  }
}
