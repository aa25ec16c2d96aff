import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A renderer of a plan's network with its current weights: planned once, on a copy of the weights. Belongs to the
/// thread that draws.
final class PictureRenderer: @unchecked Sendable {
  let number: Int
  let plan: LessonPlan
  let size: Int
  private let arena: TensorStorage
  let compiled: CompiledModel
  private let evaluator: Evaluator
  private let places: [Float]
  /// The dense layers' parameters in the arena: of each its weights, then its biases.
  private let parameters: [Range<Int>]
  /// The weights of the last picture.
  private var last: (step: Int, weights: [[Float]])?

  /// - Parameters:
  ///   - number: tells the pictures of one plan from those of another.
  ///   - size: places along each axis.
  init(_ plan: LessonPlan, _ model: Model, number: Int, size: Int) throws {
    self.number = number
    self.plan = plan
    self.size = min(max(size, 2), Limits.grid)
    // One thread: the pool is for training.
    let engine = try Engine(instructionSet: Engine.standard().instructionSet, threads: 1)
    arena = TensorStorage(model.storage.floats)
    let model = plan.aimed(model)
    compiled = try CompiledModel(
      model, arena: arena, for: .inference, outputs: [.prediction] + plan.activationPaths.map { .layer($0) },
      capacity: 512, engine: engine)
    evaluator = try Evaluator(
      model, parameters: arena, capacity: min(256, plan.training.count), engine: engine)
    let (x, y) = Self.places(plan.points, self.size)
    places = try plan.features(x: x, y: y)
    parameters = plan.densePaths.flatMap { path in
      ["\(path).weight", "\(path).bias"].compactMap { name in
        model.parameters.first { $0.path == name }?.range
      }
    }
  }

  /// Every place of the plane, the highest row first.
  private static func places(_ points: LessonPoints, _ size: Int) -> (x: [Double], y: [Double]) {
    func value(_ range: ClosedRange<Double>, _ place: Int) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * (Double(place) + 0.5) / Double(size)
    }
    let all = 0..<(size * size)
    return (
      all.map { value(points.xRange, $0 % size) }, all.map { value(points.yRange, size - 1 - $0 / size) }
    )
  }

  // MARK: The plan

  /// The frame that stays the same as long as the plan does: points, names, shapes, and what the inputs look like in
  /// the plane.
  var planFrame: Frame {
    let points = plan.points
    var frame = Frame(
      "plan",
      [
        JSONMember("plan", .integer(number)), JSONMember("task", .string(points.task.rawValue)),
        JSONMember("classes", .array(points.classNames.map { .string($0) })),
        JSONMember("axes", .array(plan.axes.map { .string($0) })),
        JSONMember("target", .string(points.names.target)),
        JSONMember("x", Self.json(points.xRange)), JSONMember("y", Self.json(points.yRange)),
        JSONMember("targets", Self.json(targets)), JSONMember("grid", .integer(size)),
        JSONMember("areProbabilities", .bool(plan.objective.loss.predictions == .probabilities)),
        JSONMember("inputs", .array(plan.inputs.map { .string($0.title) })),
        JSONMember(
          "image",
          plan.samples.imageSize.map { .array([.integer($0.height), .integer($0.width)]) } ?? .null),
        JSONMember("projection", plan.variance.map { .array($0.map { .double($0) }) } ?? .null),
        JSONMember(
          "layers",
          .array(
            plan.densePaths.enumerated().map { index, path in
              .object([
                JSONMember("path", .string(path)),
                JSONMember("inputs", .integer(parameters[2 * index].count / parameters[2 * index + 1].count)),
                JSONMember("units", .integer(parameters[2 * index + 1].count)),
              ])
            })),
        JSONMember("points", .integer(points.count)), JSONMember("training", .integer(plan.training.count)),
        JSONMember("leftOut", .integer(points.leftOut)),
        JSONMember("loss", .string(type(of: plan.objective.loss).name)),
      ])
    for index in 0..<points.count {
      frame.append([
        Float(points.x[index]), Float(points.y[index]), Float(points.targets[index]),
        plan.isValidation[index] ? 1 : 0,
      ])
    }
    // The pixels of an image are shown together, and not each all over the plane.
    let shown = plan.samples.imageSize == nil ? min(plan.inputs.count, Limits.shownInputs) : 0
    guard shown > 0 else { return frame }
    frame.append(Array(images(places, width: plan.inputs.count).bytes.prefix(shown * size * size)))
    return frame
  }

  /// From the smallest number to predict to the largest.
  private var targets: ClosedRange<Double> {
    guard plan.points.task == .regression else { return 0...1 }
    let least = plan.points.targets.min() ?? 0
    return least...max(plan.points.targets.max() ?? 1, least + 1e-9)
  }

  private static func json(_ range: ClosedRange<Double>) -> JSONValue {
    .array([.double(range.lowerBound), .double(range.upperBound)])
  }

  // MARK: A picture

  /// The network with other weights: its parameters, its output and every unit all over the plane, and what it comes to on
  /// both parts.
  func picture(_ weights: [Float], step: Int, epoch: Double) throws -> (frame: Frame, point: CurvePoint) {
    _ = arena.floats.update(fromContentsOf: weights)
    let trained = try evaluator.run(plan.training)
    let validated = try plan.validation.map { try evaluator.run($0) }
    var point = CurvePoint(step: step, epoch: epoch, loss: Self.value("loss", trained) ?? .nan)
    point.accuracy = Self.value(Accuracy.name, trained)
    point.validationLoss = validated.flatMap { Self.value("loss", $0) }
    point.validationAccuracy = validated.flatMap { Self.value(Accuracy.name, $0) }
    var frame = Frame("picture", [JSONMember("plan", .integer(number)), JSONMember("curve", point.json)])
    if plan.points.task == .classification {
      let names = plan.points.classNames
      let matrix = ConfusionMatrix(validated ?? trained, classNames: names)
      frame.header.append(
        JSONMember("confusion", .array(matrix.counts.map { .array($0.map { .integer(Int($0)) }) })))
    } else {
      let all = [
        ("root mean squared error", RMSE.name), ("R²", R2.name),
      ]
      frame.header.append(
        JSONMember(
          "errors",
          .array(
            all.map { title, name in
              .array([.string(title), Self.value(name, validated ?? trained).map { .double($0) } ?? .null])
            })))
    }
    let results = try compiled.arrays(places)
    for range in parameters { frame.append(arena.floats[range]) }
    frame.header.append(JSONMember("movement", .array(movement(step))))
    let units = zip(results.dropFirst(), plan.lesson.layers).map { images($0, width: $1.units) }
    frame.append(units.flatMap(\.scales))
    frame.append(output(results[0]))
    frame.append(units.flatMap(\.bytes))
    return (frame, point)
  }

  /// Returns the distance per step that each dense layer's weights have moved since the last picture, relative to their
  /// norm.
  private func movement(_ step: Int) -> [JSONValue] {
    let weights = parameters.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let now = weights.map { Array(arena.floats[$0]) }
    defer { last = (step, now) }
    guard let last, step > last.step else { return [] }
    return zip(now, last.weights).map { now, before in
      let moved = zip(now, before).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      let size = now.reduce(0.0) { $0 + Double($1) * Double($1) }
      return .double((moved / max(size, 1e-30)).squareRoot() / Double(step - last.step))
    }
  }

  /// Returns the outputs of the network with other weights all over the plane.
  func output(of weights: [Float]) throws -> [UInt8] {
    _ = arena.floats.update(fromContentsOf: weights)
    return output(try compiled.arrays(places)[0])
  }

  private static func value(_ name: String, _ results: EvaluatedSamples) -> Double? {
    Metrics.standard(results).first { $0.name == name }?.value
  }

  /// Encodes outputs: of classes two bytes a place, the class and the confidence from 0 to 255; of numbers one, from
  /// the smallest to the largest.
  private func output(_ values: [Float]) -> [UInt8] {
    let count = size * size
    let width = values.count / count
    guard plan.points.task == .classification else {
      let range = targets
      return values.map { value in
        Self.byte(
          (plan.objective.scale(of: 0).original(Double(value)) - range.lowerBound)
            / (range.upperBound - range.lowerBound))
      }
    }
    let areProbabilities = plan.objective.loss.predictions == .probabilities
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * count)
    var threshold: Float = 0.5
    if case .scores(let limit) = plan.objective.loss.predictions { threshold = limit }
    for place in 0..<count {
      var (label, sure): (Int, Float)
      if width == 1 {
        let value = values[place]
        label = value > threshold ? 1 : 0
        sure = abs(value - threshold) * (areProbabilities ? 2 : 1)
      } else {
        (label, sure) = (0, 0)
        var (best, second) = (-Float.infinity, -Float.infinity)
        for index in 0..<width {
          let value = values[place * width + index]
          if value > best {
            (second, best, label) = (best, value, index)
          } else if value > second {
            second = value
          }
        }
        sure = areProbabilities ? (best - 1 / Float(width)) / (1 - 1 / Float(width)) : best - second
      }
      if !areProbabilities { sure = sure / (1 + sure) }
      bytes.append(UInt8(label))
      bytes.append(Self.byte(Double(sure)))
    }
    return bytes
  }

  /// Encodes each unit's values: a byte a place, 128 for 0, and what 255 stands for; 0 means not a number.
  private func images(_ values: [Float], width: Int) -> (bytes: [UInt8], scales: [Float]) {
    let count = size * size
    var scales = [Float](repeating: 0, count: width)
    var bytes = [UInt8](repeating: 0, count: width * count)
    for unit in 0..<width {
      var largest: Float = 0
      for place in 0..<count {
        let value = abs(values[place &* width &+ unit])
        if value > largest, value < .infinity { largest = value }
      }
      scales[unit] = largest
      let factor = largest > 0 ? 127 / largest : 0
      for place in 0..<count {
        let value = values[place &* width &+ unit] * factor
        bytes[unit &* count &+ place] =
          value.isNaN ? 0 : UInt8(min(max(128 + value.rounded(), 1), 255))
      }
    }
    return (bytes, scales)
  }

  private static func byte(_ share: Double) -> UInt8 {
    share.isNaN ? 0 : UInt8(min(max((share * 255).rounded(), 0), 255))
  }
}
