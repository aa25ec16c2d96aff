import ApusData
import ApusTraining
package import ApusRuns

/// The errors of a curve as a table, a line for each place.
package struct ErrorCurveTable {
  private let curve: ErrorCurve

  package init(_ curve: ErrorCurve) { self.curve = curve }

  package func lines(width: Int = 80) -> [String] {
    var table = TextTable(
      [curve.axis == .rows ? "training rows" : "units", "parameters", "on training rows", "on other rows"],
      [.right, .right, .right, .right])
    table.rows = curve.places.map { place in
      [grouped(place.size), grouped(place.parameters), Self.words(place.training), Self.words(place.held)]
    }
    let seeds = curve.places.first?.held.values.count ?? 0
    return table.lines(width: width)
      + [
        "",
        "\(curve.measureName), the mean of \(counted(seeds, "training")) of \(counted(curve.steps, "step")) each, "
          + "judged on \(counted(curve.heldRows, "other row")); ± is the standard error.",
      ].flatMap { wrapped($0, width: width) }
  }

  private static func words(_ errors: ErrorCurve.Errors) -> String {
    guard errors.mean.isFinite else { return "diverged" }
    let spread = errors.values.count > 1 ? " ± \(shortFigure(errors.standardError, digits: 2))" : ""
    return shortFigure(errors.mean, digits: 3) + spread
  }
}
