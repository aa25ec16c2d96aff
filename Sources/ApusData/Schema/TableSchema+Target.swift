import ApusCore

/// The choice of the column that is predicted, and as what.
extension TableSchema {
  /// The usual names of the column to predict.
  private static let targetNames = ["target", "label", "class", "y"]
  /// The names of what tables are often about: a guess all the same.
  private static let commonNames = [
    "outcome", "diagnosis", "species", "survived", "quality", "price", "churn",
  ]

  /// A Boolean value that indicates whether a column of this name is the target beyond doubt.
  static func isTargetName(_ name: String) -> Bool { targetNames.contains(name.lowercased()) }

  /// - Parameter weights: a column that is not the target unless it is asked for.
  static func targetIndex(
    _ table: Table, _ schema: TableSchema, _ target: String?, besides weights: Int?
  ) throws(ApusError) -> (index: Int, reason: String) {
    if let target {
      guard let index = table.columnIndex(target) else { throw missingColumn(target, table) }
      return (index, "as asked")
    }
    // What has no values can't be predicted, and what is said to be something else isn't.
    let candidates = table.columns.indices.filter { index in
      let asked = table.columns[index].format.asked
      return index != weights && asked != .id && asked != .out && asked != .text
        && table.columns[index].missingCount < table.rowCount
    }
    for usual in targetNames + commonNames {
      if let index = candidates.first(where: { table.columns[$0].name.lowercased() == usual }) {
        return (index, "because of its name")
      }
    }
    guard let last = candidates.last ?? table.columns.indices.last(where: { $0 != weights }) else {
      throw ApusError(
        weights == nil ? "has no columns" : "has no column beside the weights", at: table.name)
    }
    let behind = table.columns.indices.filter { $0 > last }
    let reason =
      behind.isEmpty
      ? "as the last column"
      : behind == [weights] ? "as the last but the weights" : "as the last column of use"
    return (last, reason)
  }

  static func missingColumn(_ name: String, _ table: Table) -> ApusError {
    guard table.hasHeader else {
      return ApusError(
        "there is no column \"\(name)\"", at: table.name,
        expected: "a number from 1 to \(table.columns.count), as the file has no header")
    }
    return ApusError(
      "there is no column \"\(name)\"", at: table.name,
      fix: Spelling.fix(for: name, in: table.columns.map(\.name)))
  }

  /// One column with lists of labels.
  mutating func setLists(
    _ index: Int, _ separator: String?, isAsked: Bool, _ asked: LearningTask?, _ table: Table,
    _ reason: String
  ) throws(ApusError) {
    guard asked == nil || asked == .multiLabel else {
      throw ApusError(
        "a separator of labels is given, and the task is \(asked?.rawValue ?? "")",
        at: table.place(column: index),
        fix: "leave one of the two out")
    }
    guard let separator else {
      throw ApusError(
        "what stands between the labels of a cell is not clear", at: table.place(column: index),
        expected: "cells such as a|b|c, or a column for each label",
        fix: "say it with --label-separator, or give a target for each label")
    }
    let labels = try LabelEncoding.lists(table, index, separator: separator)
    columns[index].role = .target
    let example = (0..<table.rowCount).lazy.compactMap { table.columns[index].text(row: $0) }
      .first { $0.contains(separator) }
    target = Target(
      indices: [index], task: .multiLabel, labels: labels,
      whyColumn: "\(table.columnTitle(index)) is the target, \(reason)",
      whyTask: "multi-label: \(labels.names.count) labels, in cells such as \"\((example ?? "").prefix(40))\""
        + (isAsked ? "" : " (for classes instead: --task classification)"))
  }

  mutating func setTarget(
    _ index: Int, _ asked: LearningTask?, _ table: Table, _ reason: String
  ) throws(ApusError) {
    let column = table.columns[index]
    let distinct = columns[index].distinctCount
    let present = table.rowCount - column.missingCount
    let place = table.place(column: index)
    guard present > 0 else { throw ApusError("the target has no values at all", at: place) }
    let task: LearningTask
    var why: String
    switch column.cells {
    case .texts(_, let values)
    where asked != .classification && column.format.kind == .date && column.format.asked == nil
      && (asked == .regression || distinct > 20)
      && values.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }):
      // The microseconds of a clock, say: a date as an input, and a quantity as what is predicted.
      task = .regression
      why = "whole numbers of many values, so a quantity"
    case .texts(let codes, let values):
      if asked == .regression {
        let row = codes.firstIndex { $0 >= 0 && DecimalParser.parse(values[Int($0)]) == nil } ?? 0
        throw ApusError(
          "the target holds \"\(column.text(row: row) ?? "")\", which is no number",
          at: table.place(row: row, column: index), expected: "numbers, for a regression",
          fix: "choose another target, or classification")
      }
      task = .classification
      why = column.format.kind == .date ? "dates, so a class each" : "texts, so classes"
    case .numbers(let numbers):
      let areWhole = numbers.allSatisfy { $0.isNaN || $0 == $0.rounded() }
      let isQuantity = column.format.asked == .number
      let areFew = !isQuantity && (distinct <= 2 || (areWhole && distinct <= 20 && present >= distinct * 5))
      task = asked ?? (areFew ? .classification : .regression)
      let mayBeCodes = areWhole && !isQuantity && distinct <= 50 && distinct * 2 <= present
      why =
        areFew
        ? "\(distinct) different \(areWhole ? "whole numbers" : "numbers"), so classes"
          + (distinct > 2 ? " (for a quantity: --task regression)" : "")
        : "numbers of many values, so a quantity"
          + (mayBeCodes ? " (for classes: --task classification)" : "")
    }
    if asked != nil { why = "as asked" }
    guard distinct > 1 else {
      let row = (0..<table.rowCount).first { column.text(row: $0) != nil } ?? 0
      throw ApusError(
        "the target is \"\(column.text(row: row) ?? "")\" in every row", at: place,
        expected: task == .classification ? "at least two classes" : "at least two different values")
    }
    let isOwn = present >= 10 && distinct * 2 > present
    if task == .classification, isOwn || distinct >= ColumnInference.countLimit {
      throw ApusError(
        "as a class, the target has \(distinct) different values in \(present) rows", at: place,
        expected: "classes that occur again and again",
        fix: columns[index].kind == .number ? "choose regression" : "choose another target")
    }
    columns[index].role = .target
    target = Target(
      indices: [index], task: task, whyColumn: "\(table.columnTitle(index)) is the target, \(reason)",
      whyTask: "\(task.rawValue): \(why)")
  }
}
