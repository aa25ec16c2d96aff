import ApusCore
import ApusData
import ApusTraining

/// Columns that say nothing.
struct ColumnVariety: Examination {
  static let name = "constant columns"
  static let stage = Examinations.Stage.data
  static let why = "A column with one value tells nothing apart."
  static let moments = [Examinations.Moment.beforeTraining]

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let survey = try examined.survey() else { return nil }
    let names = survey.constant
    return Finding.Result(
      names.isEmpty ? .ok : .look, value: Double(names.count),
      figure: names.isEmpty ? "none" : listed(names), expected: "none",
      fix: "leave \(names.count == 1 ? "it" : "them") out, or find out why nothing else was recorded")
  }
}

/// Columns that say the same.
struct CopiedColumns: Examination {
  static let name = "copied columns"
  static let stage = Examinations.Stage.data
  static let why = "Columns that say the same share one weight between them, and none can be read by itself."
  static let moments = [Examinations.Moment.beforeTraining]

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let survey = try examined.survey(), survey.inputCount > 1 else { return nil }
    let pairs = survey.copies
    let texts = pairs.map { "\($0.first) = \($0.second)" }
    return Finding.Result(
      pairs.isEmpty ? .ok : .look, value: Double(pairs.count),
      figure: pairs.isEmpty ? "none" : listed(texts), expected: "none at 0.9999",
      fix: "leave one of each pair out: --leave-out \(leftOut(pairs))",
      details: FindingDetails(
        ["column", "column", "measure", "association"],
        pairs.map { [$0.first, $0.second, $0.measure.rawValue, shortFigure($0.value, digits: 5)] }))
  }

  private func leftOut(_ pairs: [DataSummary.Association]) -> String {
    var names: [String] = []
    for pair in pairs where !names.contains(pair.second) { names.append(pair.second) }
    return names.prefix(4).joined(separator: ",")
  }
}

/// Columns that tell the target by themselves.
struct LeakingColumns: Examination {
  static let name = "leaking columns"
  static let stage = Examinations.Stage.data
  static let why = "A column made from the answer makes the figures splendid, and the model useless."
  static let moments = [Examinations.Moment.beforeTraining]

  /// A measured quantity is rarely so close to the target.
  private static let suspicious = 0.99
  private static let certain = 0.999

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let survey = try examined.survey(), let strongest = survey.targetAssociations.first else {
      return nil
    }
    let leaks = survey.targetAssociations.filter { abs($0.value) >= Self.suspicious }
    let size = abs(strongest.value)
    let figure = { (item: DataSummary.Association) in
      "\(item.first), \(item.measure.rawValue) = \(shortFigure(item.value, digits: 3))"
    }
    return Finding.Result(
      size >= Self.certain ? .bad : size >= Self.suspicious ? .look : .ok, value: size,
      figure: leaks.isEmpty ? "closest \(figure(strongest))" : listed(leaks.map(figure), most: 2),
      expected: "below \(Self.suspicious)",
      fix: "will it be known when the model is used? If not: --leave-out "
        + leaks.prefix(4).map(\.first).joined(separator: ","),
      details: FindingDetails(
        ["column", "measure", "association"],
        survey.targetAssociations.prefix(12).map {
          [$0.first, $0.measure.rawValue, shortFigure($0.value)]
        }))
  }
}

/// The first few of a list: `a, b, c and 4 more`.
package func listed(_ items: [String], most: Int = 3) -> String {
  let shown = items.prefix(most).joined(separator: ", ")
  return items.count > most ? "\(shown) and \(items.count - most) more" : shown
}
