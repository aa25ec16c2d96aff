import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// The computational graph of the loss on one point, with the values that go forward and the gradients that come back, and
/// in which order: what the page steps through. Dropout does nothing, batch norms use their moving statistics.
struct PointGraph {
  private let plan: LessonPlan
  private let reading: GraphReading
  private let point: Int
  private let step: Int

  /// The largest number of values of a node that are sent.
  private static let mostNumbers = 64
  /// So many are written on an edge at most.
  private static let mostOnEdge = 4

  /// - Parameter point: counted from 0, among all points.
  /// - Throws: when there is no such point, or the graph is too large to be read.
  init(_ plan: LessonPlan, _ model: Model, point: Int, step: Int) throws {
    guard (0..<plan.points.count).contains(point) else {
      throw ApusError("there is no such point", expected: "the first to the \(plan.points.count)th")
    }
    reading = try GraphReading(
      plan.aimed(model), sample: plan.samples.dataset.batch([point]), mode: .inference,
      engine: .onOneThread())
    (self.plan, self.point, self.step) = (plan, point, step)
  }

  var json: JSONValue {
    let points = plan.points
    let target = points.targets[point]
    let picture = reading.picture(
      title: "The loss on point \(point + 1)", most: Self.mostOnEdge, name: { name($0) })
    return .object([
      JSONMember("svg", .string(picture.inlineSVG)), JSONMember("point", .integer(point)),
      JSONMember("step", .integer(step)), JSONMember("x", .double(points.x[point])),
      JSONMember("y", .double(points.y[point])),
      JSONMember(
        "target",
        .string(points.task == .classification ? points.classNames[Int(target)] : shortFigure(target))),
      JSONMember("nodes", .array(reading.nodes.map { json($0) })),
      JSONMember("forward", .array(reading.forwardOrder.map { .integer($0) })),
      JSONMember("backward", .array(reading.backwardOrder.map { .integer($0) })),
    ])
  }

  private func name(_ node: GraphReading.Node) -> String {
    switch node.kind {
    case .parameter: plan.title(ofParameter: node.name)
    case .result: "loss: \(node.name)"
    default: node.name
    }
  }

  private func json(_ node: GraphReading.Node) -> JSONValue {
    .object([
      JSONMember("name", .string(name(node))), JSONMember("kind", .string("\(node.kind)")),
      JSONMember("operands", .array(node.operands.map { .integer($0) })),
      JSONMember("shape", .array(node.shape.map { .integer($0) })),
      JSONMember("value", Self.summary(node.values)), JSONMember("gradient", Self.summary(node.gradient)),
    ])
  }

  /// The first numbers, and of all of them how many, the least, the largest and √Σx²; null for none.
  private static func summary(_ values: [Float]) -> JSONValue {
    guard !values.isEmpty else { return .null }
    let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return .object([
      JSONMember("count", .integer(values.count)),
      JSONMember("first", .array(values.prefix(mostNumbers).map { .double(Double($0)) })),
      JSONMember("least", .double(Double(values.min() ?? .nan))),
      JSONMember("most", .double(Double(values.max() ?? .nan))), JSONMember("norm", .double(norm)),
    ])
  }
}
