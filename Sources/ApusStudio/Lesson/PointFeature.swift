import ApusCore

/// A feature that a network may be given of a point in the plane.
struct PointFeature: Sendable {
  /// As columns are called: `x1^2`.
  let name: String
  /// As people read it: `x₁²`.
  let title: String
  let value: @Sendable (_ x: Double, _ y: Double) -> Double

  static let table = [
    PointFeature(name: "x1", title: "x₁") { x, _ in x },
    PointFeature(name: "x2", title: "x₂") { _, y in y },
    PointFeature(name: "x1^2", title: "x₁²") { x, _ in x * x },
    PointFeature(name: "x2^2", title: "x₂²") { _, y in y * y },
    PointFeature(name: "x1*x2", title: "x₁x₂") { x, y in x * y },
    PointFeature(name: "sin(x1)", title: "sin x₁") { x, _ in Mathematics.sin(x) },
    PointFeature(name: "sin(x2)", title: "sin x₂") { _, y in Mathematics.sin(y) },
  ]

  /// - Throws: an error with the nearest name.
  static func named(_ name: String) throws(ApusError) -> PointFeature {
    if let feature = table.first(where: { $0.name == name }) { return feature }
    let known = table.map(\.name)
    throw ApusError(
      "unknown input “\(name.prefix(60))”", at: "lesson.inputs", expected: known.joined(separator: ", "),
      fix: Spelling.suggestion(for: String(name.prefix(60)), in: known))
  }
}
