import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// Compares the gradients with differences of the loss, parameter by parameter, in double precision (lecture 5).
///
/// For a direction v of the parameter space the gradient g promises the slope ⟨g, v⟩; the loss itself says
/// (L(w + h v) − L(w − h v)) / 2h. Each parameter is tried in one random direction over all of its elements (the
/// inner-product test) and along some elements alone. Loss and gradient are both computed by the reference
/// interpreter in `Double`, dropout masks held fixed.
///
/// At a kink, of a ReLU say, differences are no gradient: a parameter that disagrees is tried again at weights a
/// little aside, where the kink is gone and a mistake is still there; the best of the attempts counts.
public struct GradientCheck {
  public struct Row: Sendable {
    public var path: String
    public var shape: [Int]
    /// The norm of the gradient.
    public var norm: Double
    /// The largest of |difference − promise| / max(|difference|, |promise|) over the directions tried.
    public var relativeError: Double
    /// The place where it was found: `along a random direction`, `element 17`.
    public var place: String
    public var difference: Double
    public var promise: Double
  }

  public struct Report: Sendable {
    public var rows: [Row]
    /// The mean loss at the weights.
    public var loss: Double

    /// A relative error from which a gradient is in doubt, and one from which it is wrong.
    public static let tolerance = 1e-5
    public static let wrong = 1e-2

    public var worst: Row? { rows.max { $0.relativeError < $1.relativeError } }

    public var level: Finding.Level {
      let error = worst?.relativeError ?? 0
      return error < Self.tolerance ? .ok : error < Self.wrong ? .look : .bad
    }

    package var details: FindingDetails { details(ExaminedModelNames()) }

    func details(_ names: ExaminedModelNames) -> FindingDetails {
      FindingDetails(
        ["parameter", "shape", "gradient", "relative error"],
        rows.map {
          [
            names.parameter($0.path), $0.shape.map(String.init).joined(separator: " × "),
            shortFigure($0.norm, digits: 3),
            shortFigure($0.relativeError, digits: 2),
          ]
        })
    }
  }

  private let model: Model
  private let elements: Int
  private let attempts = 4
  private let losses: Interpreter
  private let gradients: Interpreter
  /// Inputs, target and weights, before what the model gives.
  private let data: [ReferenceArray<Double>]
  private let binding: ModelBinding
  private let rowCount: Int

  /// - Parameters:
  ///   - batch: the samples of the loss: a few are enough.
  ///   - elements: how many elements of each parameter are tried alone, evenly spread.
  ///   - mode: with the dropout of training, its masks held fixed.
  /// - Throws: when there are no samples, or they don't fit the model; for a model without an objective.
  public init(
    _ model: Model, batch: Batch, elements: Int = 3, mode: Scope.Mode = .training
  ) throws {
    guard batch.count > 0 else { throw ApusError("a gradient check without samples", expected: "at least 1") }
    let model = model.aimed(at: batch.dataset)
    try model.check(batch.dataset, readsTargets: true)
    self.model = model
    self.elements = elements
    rowCount = batch.count
    let call = try TracedCall(model, mode: mode, isWeighted: batch.dataset.weights != nil)
    let inputs = call.graphInputs.tensors
    let mean = call.mean!
    losses = Interpreter(try Graph(inputs: inputs, outputs: [mean]))
    gradients = Interpreter(
      try Graph(
        inputs: inputs,
        outputs: [mean] + ApusCore.gradients(of: mean, withRespectTo: call.traced.parameters.tensors)))
    binding = call.traced.binding
    data = Self.data(call, batch)
  }

  /// The batch as a step would be given it.
  private static func data(_ call: TracedCall, _ batch: Batch) -> [ReferenceArray<Double>] {
    let columns = (call.inputs.tensors + [call.target!, call.weight]).map { tensor in
      (type: tensor.type, storage: TensorStorage(count: tensor.shape.count(rows: batch.count)))
    }
    func memory(_ position: Int) -> InputMemory {
      InputMemory(floats: columns[position].storage.floats, scalar: columns[position].type.scalar)
    }
    let inputs = call.traced.model.inputs
    let target = columns[inputs.count]
    batch.gather(
      into: Batch.Memory(
        capacity: batch.count,
        inputs: inputs.enumerated().map { ($1.name, memory($0), $1.size) }, targets: memory(inputs.count),
        call.traced.model.objective!.loss.classTargets, targetSize: target.type.shape.count(rows: 1),
        weights: columns[inputs.count + 1].storage.floats))
    return columns.map { type, storage in
      ReferenceArray(
        shape: type.shape.sizes(rows: batch.count),
        values: type.scalar == .int32
          ? storage.integers.map { Double($0) } : storage.floats.map { Double($0) })
    }
  }

  /// The loss and every parameter's gradient against differences.
  public func run() throws -> Report { run { _ in } }

  /// The same.
  ///
  /// - Parameter begin: hears the path of each parameter before it is tried.
  package func run(begin: (String) -> Void) -> Report {
    let weights = model.parameters.map { parameter in
      model[parameter.path]!.map { Double($0) }
    }
    let (loss, exact) = gradient(at: weights)
    let trained = model.parameters.indices.filter { !model.parameters[$0].specification.isState }
    var rows: [Row] = []
    for (position, index) in trained.enumerated() {
      let parameter = model.parameters[index]
      begin("\(parameter.path), \(position + 1) of \(trained.count)")
      var row = check(index, position, parameter, weights, loss, exact[position], attempt: 0)
      var attempt = 1
      while row.relativeError > Report.tolerance, attempt < attempts {
        let moved = jittered(weights, attempt)
        let (loss, exact) = gradient(at: moved)
        let again = check(index, position, parameter, moved, loss, exact[position], attempt: attempt)
        if again.relativeError < row.relativeError { row = again }
        attempt += 1
      }
      rows.append(row)
    }
    return Report(rows: rows, loss: loss)
  }

  /// A parameter in a random direction, and along some of its elements.
  private func check(
    _ index: Int, _ position: Int, _ parameter: Model.Parameter, _ weights: [[Double]], _ loss: Double,
    _ gradient: [Double], attempt: Int
  ) -> Row {
    let random = Philox(seed: model.seed, path: "gradient check \(attempt) \(parameter.path)")
    let count = gradient.count
    var direction = (0..<count).map { random.normal(UInt64($0)) }
    let norm = Self.norm(direction)
    for element in direction.indices { direction[element] /= norm }
    var row = Row(
      path: parameter.path, shape: parameter.shape, norm: Self.norm(gradient), relativeError: -1, place: "",
      difference: 0, promise: 0)
    func take(_ direction: [Double], _ place: String) {
      let promise = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let difference = slope(index, weights, direction)
      let scale = max(abs(promise), abs(difference), Self.floor * max(1, abs(loss)))
      let error = abs(promise - difference) / scale
      if !(error <= row.relativeError) {
        (row.relativeError, row.place) = (error.isNaN ? .infinity : error, place)
        (row.difference, row.promise) = (difference, promise)
      }
    }
    take(direction, "along a random direction")
    for sample in 0..<min(elements, count) {
      let element = (2 * sample + 1) * count / (2 * min(elements, count))
      var unit = [Double](repeating: 0, count: count)
      unit[element] = 1
      take(unit, "element \(element)")
    }
    return row
  }

  /// Slopes below this, of a loss of about 1, drown in rounding.
  private static let floor = 1e-5

  /// (L(w + h v) − L(w − h v)) / 2h, with h so small that a kink in between is unlikely.
  private func slope(_ index: Int, _ weights: [[Double]], _ direction: [Double]) -> Double {
    let step = 1e-5
    func loss(_ sign: Double) -> Double {
      var moved = weights
      moved[index] = zip(weights[index], direction).map { $0 + sign * step * $1 }
      return losses.run(inputs(moved), rows: rowCount)[0].values[0]
    }
    return (loss(1) - loss(-1)) / (2 * step)
  }

  private func gradient(at weights: [[Double]]) -> (loss: Double, gradients: [[Double]]) {
    let outputs = gradients.run(inputs(weights), rows: rowCount)
    return (outputs[0].values[0], outputs.dropFirst().map(\.values))
  }

  private func inputs(_ weights: [[Double]]) -> [ReferenceArray<Double>] {
    data + binding.reference(model, parameters: weights, step: 1)
  }

  /// Weights a little aside, where no kink lies exactly.
  private func jittered(_ weights: [[Double]], _ attempt: Int) -> [[Double]] {
    zip(model.parameters, weights).map { parameter, values in
      guard !parameter.specification.isState else { return values }
      let random = Philox(seed: model.seed, path: "aside \(attempt) \(parameter.path)")
      let size = max(Self.norm(values) / Double(max(values.count, 1)).squareRoot(), 0.1)
      return values.indices.map { values[$0] + 0.03 * size * random.normal(UInt64($0)) }
    }
  }

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
