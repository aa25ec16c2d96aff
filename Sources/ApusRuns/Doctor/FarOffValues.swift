import ApusCore
import ApusData
import ApusTraining

/// Codes for what is missing that stand among numbers, such as −200 or 9999, and single cells that are far from all others.
struct FarOffValues: Examination {
  static let name = "far-off values"
  static let stage = Examinations.Stage.data
  static let why =
    "A code among numbers is learned from as a number, and one cell far from the others outweighs them all."
  static let moments = [Examinations.Moment.beforeTraining]

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let table = examined.table else { return nil }
    let columns = try table.numberColumns()
    guard !columns.isEmpty else { return nil }
    let readings = columns.compactMap { column in
      ColumnTails(column.numbers()).map { (column.name, column.isTarget, $0) }
    }
    // A number that is a code in one column is a code in the others.
    let certain = readings.flatMap { $0.2.codes.filter(\.isCertain).map(\.value) }
    var rows: [[String]] = []
    var (codes, outliers): ([String], [String]) = ([], [])
    var isInTarget = false
    for (name, isTarget, tails) in readings {
      let title = isTarget ? "\(name) (the target)" : name
      for code in tails.codes where code.isCertain || certain.contains(code.value) {
        codes.append("\(shortText(code.value)) in \(code.count) rows of \(title)")
        rows.append([title, shortText(code.value), "\(code.count)", "code"])
        isInTarget = isInTarget || isTarget
      }
      if let far = tails.farthest {
        let count = counted(tails.farCount, "cell")
        outliers.append("\(count) of \(title), up to \(shortText(far))")
        rows.append([title, shortText(far), "\(tails.farCount)", "outlier"])
      }
    }
    let found = codes + outliers
    return Finding.Result(
      isInTarget ? .bad : found.isEmpty ? .ok : .look, value: Double(found.count),
      figure: found.isEmpty ? "none" : listed(found), expected: "none",
      fix: codes.isEmpty
        ? "see whether they are right: correct them, or leave them empty"
        : "leave such cells empty if they mean that the value is not known: they are then filled in and marked"
          + (isInTarget ? ", and rows without a target left out" : ""),
      details: FindingDetails(["column", "value", "cells", "kind"], rows))
  }
}

/// The values that lie far from the bulk of a column of numbers.
package struct ColumnTails {
  package struct Code {
    package let value: Double
    package let count: Int
    /// Far enough away to be told from the column alone.
    package let isCertain: Bool
  }

  /// The least or the largest number, where it occurs often and far from the next.
  package private(set) var codes: [Code] = []
  /// Single cells very far away: how many, and the farthest.
  package private(set) var farCount = 0
  package private(set) var farthest: Double?

  private static let fewestRows = 20
  /// With fewer different numbers, gaps are natural.
  private static let fewestDistinct = 12
  /// The least fraction of the rows that hold a code.
  private static let codeShare = 0.005
  /// The gap between a code and the next number, in parts of the distance from there to the median.
  private static let certainGap = 1.0
  private static let possibleGap = 0.25
  /// The number of quartile ranges from the quartiles beyond which a cell is far away.
  private static let far = 30.0
  /// The same for the logarithms of numbers above 0.
  private static let farFactor = 6.0

  /// - Returns: nil for too few numbers, or too few different ones.
  package init?(_ numbers: [Double]) {
    var sorted = numbers.filter(\.isFinite).sorted()
    guard sorted.count >= Self.fewestRows else { return nil }
    for isLow in [true, false] {
      guard let value = isLow ? sorted.first : sorted.last else { break }
      let others = sorted.filter { $0 != value }
      let count = sorted.count - others.count
      guard Self.distinctCount(others) >= Self.fewestDistinct, count >= 3,
        Double(count) >= Self.codeShare * Double(sorted.count), value == value.rounded(), value != 0
      else { continue }
      let next = isLow ? others[0] : others[others.count - 1]
      let gap = abs(next - value)
      let reach = abs(others[others.count / 2] - next)
      guard gap >= Self.possibleGap * reach else { continue }
      codes.append(Code(value: value, count: count, isCertain: gap >= Self.certainGap * reach))
      sorted = others
    }
    let (low, high) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    guard high > low else { return }
    let limit = Self.far * (high - low)
    var outside = sorted.filter { $0 < low - limit || $0 > high + limit }
    if sorted[0] > 0 {
      // Of quantities above 0, factors count: a long tail is natural.
      let (bottom, top) = (Mathematics.log(low), Mathematics.log(high))
      let reach = Self.farFactor * (top - bottom)
      outside.removeAll { (bottom - reach...top + reach).contains(Mathematics.log($0)) }
    }
    // Many of them are a long tail, and no mistakes.
    guard !outside.isEmpty, outside.count * 100 <= max(sorted.count, 300) else { return }
    farCount = outside.count
    farthest = outside.max { abs($0 - low) < abs($1 - low) }
  }

  /// The different numbers of a sorted list, as far as it matters.
  private static func distinctCount(_ sorted: [Double]) -> Int {
    var count = 0
    var last: Double?
    for value in sorted where value != last {
      (count, last) = (count + 1, value)
      if count >= fewestDistinct { break }
    }
    return count
  }
}

extension ExaminedTable {
  private static let mostRows = 1 << 21

  /// The inputs of numbers, and a target of numbers.
  fileprivate func numberColumns() throws -> [(name: String, isTarget: Bool, numbers: () -> [Double])] {
    let schema = try TableSchema.infer(
      table, target: target, labels: labels, task: task, leaveOut: leaveOut)
    return table.columns.indices.compactMap { index in
      let isTarget = schema.target?.indices.contains(index) ?? false
      guard case .numbers(let numbers) = table.columns[index].cells,
        isTarget ? schema.target?.task == .regression : schema.columns[index].role == .input,
        isTarget || schema.columns[index].kind == .number
      else { return nil }
      // Of very many rows some, spread evenly: a column of them need not fit in memory.
      let step = (numbers.count - 1) / Self.mostRows + 1
      return (
        table.columns[index].name, isTarget,
        { stride(from: 0, to: numbers.count, by: step).map { numbers[$0] } }
      )
    }
  }
}
