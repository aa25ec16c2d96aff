public import ApusCore
import ApusData
public import ApusNN
import ApusTraining

/// Descent on a function J(w) that is given as an expression, from one or many first places at once.
///
/// ```swift
/// let descent = try Descent([[0]]) { w in 14 * w[0].square() - 58 * w[0] + 62 }
/// try descent.run(steps: 51, rate: 0.005)
/// descent.places[0][0]      // 2.0704
/// ```
///
/// The places are the parameter of a model, and a step is the engine's ``TrainingStep``: its gradient, its optimizer. The
/// runs do not touch one another. Noise ε is added to a gradient as the term ε · w of the function.
///
/// Belongs to one thread.
public final class Descent {
  /// A parameter that is the output, whatever the input.
  private struct Coordinates: Layer {
    func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor {
      0 * input + scope.parameter("place", [input.shape[-1]], .zeros)
    }
  }

  private let step: TrainingStep
  private let function: ([Tensor]) -> Tensor
  /// The number of runs.
  public let runs: Int
  /// The number of coordinates of a place.
  public let dimensions: Int
  private let silence: Tensor

  /// - Parameters:
  ///   - starts: the first place of each run.
  ///   - optimizer: its rate is that of ``run(steps:rate:noise:onStep:)``.
  ///   - function: J from the coordinates of a place, element by element.
  /// - Throws: for places of different lengths; for what the engine cannot run.
  public init(
    _ starts: [[Double]], optimizer: OptimizerSetting = .sgd(), _ function: @escaping ([Tensor]) -> Tensor
  ) throws {
    guard let first = starts.first, !first.isEmpty, starts.allSatisfy({ $0.count == first.count }) else {
      throw ApusError("descent from \(starts.count) places", expected: "places of as many coordinates")
    }
    (runs, dimensions, self.function) = (starts.count, first.count, function)
    let (runs, dimensions) = (starts.count, first.count)
    let size = runs * dimensions
    silence = Tensor([Float](repeating: 0, count: size), shape: TensorShape([1, size]))
    var model = try Model(input: [size], layers: Sequential([Coordinates()]))
    // Coordinate by coordinate, so that each is a tensor of all runs.
    try model.set("0.place", to: (0..<dimensions).flatMap { axis in starts.map { Float($0[axis]) } })
    step = try TrainingStep(
      ["model": ModelTraining(model, optimizer: optimizer)], inputs: ["noise": [size]], batch: 1
    ) { models, inputs in
      let places = models["model"](inputs["noise"])
      let coordinates = (0..<dimensions).map { places.slice(axis: 1, ($0 * runs)..<(($0 + 1) * runs)) }
      return ["model": function(coordinates).sum() + (inputs["noise"] * places).sum()]
    }
  }

  /// The place of each run.
  public var places: [[Double]] {
    let values = step.trained[0].parameters.floats
    return (0..<runs).map { run in (0..<dimensions).map { Double(values[$0 * runs + run]) } }
  }

  /// The function at each run's place.
  ///
  /// - Throws: what the engine cannot run.
  public func values() throws -> [Double] {
    let values = step.trained[0].parameters.floats
    let coordinates = (0..<dimensions).map { axis in
      Tensor(Array(values[(axis * runs)..<((axis + 1) * runs)]), shape: TensorShape([1, runs]))
    }
    return try function(coordinates).values().map { Double($0) }
  }

  /// Takes steps.
  ///
  /// - Parameters:
  ///   - noise: what is added to the gradient in a step (counted from 0), of a run, along a coordinate; none when nil.
  ///   - onStep: called after each step, with its number.
  /// - Returns: whether all of them could be taken: false where a value is not finite any more, and the places are those of
  ///   before.
  @discardableResult
  public func run(
    steps: Int, rate: Double, noise: ((_ step: Int, _ run: Int, _ coordinate: Int) -> Double)? = nil,
    onStep: (Int) -> Void = { _ in }
  ) throws -> Bool {
    for number in 0..<steps {
      var input = silence
      if let noise {
        var values: [Float] = []
        values.reserveCapacity(runs * dimensions)
        for axis in 0..<dimensions {
          for run in 0..<runs { values.append(Float(noise(number, run, axis))) }
        }
        input = Tensor(values, shape: TensorShape([1, values.count]))
      }
      do {
        try step.gradients(["noise": input])
      } catch let error as ApusError where error.kind == .divergence {
        return false
      }
      try step.update(rate: rate)
      onStep(number)
    }
    return true
  }

  /// The places of a run after each step, the first place first.
  ///
  /// - Parameter rate: of a step, counted from 0.
  public func path(steps: Int, rate: (Int) -> Double, run: Int = 0) throws -> [[Double]] {
    var path = [places[run]]
    for number in 0..<steps {
      guard try self.run(steps: 1, rate: rate(number)) else { break }
      path.append(places[run])
    }
    return path
  }

  /// The same at one rate.
  public func path(steps: Int, rate: Double, run: Int = 0) throws -> [[Double]] {
    try path(steps: steps, rate: { _ in rate }, run: run)
  }
}
