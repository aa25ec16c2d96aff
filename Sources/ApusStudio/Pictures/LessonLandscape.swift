import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// The mean loss of the training points on a plane through weight space, with the trajectory of training over it.
struct LessonLandscape {
  enum Kind: String, CaseIterable, Sendable {
    /// The two directions in which most of the way lies.
    case path
    /// Two random ones, of which each filter is as long as the network's.
    case random
  }

  let plane: WeightPlane
  /// Differs from what was asked for where training has not gone anywhere yet.
  let kind: Kind
  private let step: Int
  private let way: [(a: Double, b: Double)]
  private let grid: Grid
  private let rows: Int
  private let loss: Double

  /// Places along each direction, and rows of the mean.
  private static let size = 41
  private static let mostRows = 256

  /// - Parameters:
  ///   - path: arenas of the model, the oldest first; the last are the weights of now.
  ///   - step: after which they were.
  /// - Throws: when the loss cannot be computed.
  init(_ plan: LessonPlan, _ model: Model, path: [[Float]], kind: Kind, step: Int) throws {
    let found = kind == .path ? WeightPlane(path: path, of: model) : nil
    let plane = found ?? WeightPlane(random: model, seed: plan.lesson.seed)
    let way = path.map { plane.coordinates(of: $0) }
    let (a, b) = found == nil ? (-1.0...1.0, -1.0...1.0) : Self.around(way)
    let chosen = Philox(seed: plan.lesson.seed, path: "landscape rows").permutation(plan.training.count)
      .prefix(Self.mostRows).sorted()
    let dataset = plan.training.subset(chosen)
    let arena = TensorStorage(model.storage.floats)
    let evaluator = try Evaluator(
      plan.aimed(model), parameters: arena, capacity: chosen.count,
      engine: .onOneThread())
    func places(_ range: ClosedRange<Double>) -> [Double] {
      (0..<Self.size).map {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(Self.size - 1)
      }
    }
    let values = try plane.losses(a: places(a), b: places(b), evaluator: evaluator, arena: arena, dataset)
    loss = try plane.losses(a: [0], b: [0], evaluator: evaluator, arena: arena, dataset)[0]
    grid = Grid(columns: Self.size, rows: Self.size, x: a, y: b, values: values)
    rows = chosen.count
    (self.plane, self.kind, self.way, self.step) = (plane, found == nil ? .random : .path, way, step)
  }

  /// A little more than the way takes; not too narrow for there to be something to see beside it.
  private static func around(_ way: [(a: Double, b: Double)]) -> (ClosedRange<Double>, ClosedRange<Double>) {
    func half(_ values: [Double]) -> (middle: Double, half: Double) {
      let (least, most) = (values.min() ?? 0, values.max() ?? 0)
      return ((least + most) / 2, (most - least) / 2)
    }
    let (a, b) = (half(way.map(\.a)), half(way.map(\.b)))
    let across = max(a.half * 1.3, 1e-6)
    let up = max(b.half * 1.3, across * 0.4)
    return ((a.middle - across)...(a.middle + across), (b.middle - up)...(b.middle + up))
  }

  /// - Parameter number: tells this map from others.
  func json(number: Int) -> JSONValue {
    let (scale, levels) = LossLandscape.scale(of: grid.values)
    func axis(_ index: Int, _ words: String) -> String {
      guard kind == .path else { return "the \(words) random direction" }
      return
        "the \(words) principal direction, \(shortFigure(100 * plane.explained[index], digits: 3)) % of the variance"
    }
    let chart = HeatMap(
      "The loss around the weights of step \(step)", grid, kind: scale, levels: levels,
      paths: [.init("the trajectory so far", way.map { Point($0.a, $0.b) })], xName: axis(0, "first"),
      yName: axis(1, "second"), unit: "loss", width: 440, height: 400)
    let plot = chart.plot
    return .object([
      JSONMember("number", .integer(number)), JSONMember("svg", .string(chart.inlineSVG)),
      JSONMember("kind", .string(kind.rawValue)), JSONMember("step", .integer(step)),
      JSONMember("rows", .integer(rows)), JSONMember("loss", .double(loss)),
      JSONMember("explained", .array(plane.explained.map { .double($0) })),
      JSONMember("plot", .array([plot.x, plot.y, plot.width, plot.height].map { .double($0) })),
      JSONMember("a", .array([.double(grid.x.lowerBound), .double(grid.x.upperBound)])),
      JSONMember("b", .array([.double(grid.y.lowerBound), .double(grid.y.upperBound)])),
      JSONMember("way", .array(way.map { .array([.double($0.a), .double($0.b)]) })),
      JSONMember("size", .integer(grid.columns)),
      JSONMember("values", .array(grid.values.map { .double($0) })),
    ])
  }
}
