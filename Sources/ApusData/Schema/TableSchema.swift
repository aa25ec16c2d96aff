package import ApusCore

/// What a network is asked for.
public enum LearningTask: String, Sendable, Codable, CaseIterable {
  /// One of several classes.
  case classification
  /// Any of several independent labels.
  case multiLabel = "multi-label"
  /// A number.
  case regression
}

/// What the columns of a table are, and which of them is to be predicted.
package struct TableSchema: Sendable, Equatable {
  package enum Kind: String, Sendable, Codable {
    case number
    /// Texts such as yes and no.
    case boolean
    /// Texts that occur again and again.
    case category
    /// Texts that are dates.
    case date
    /// Texts of which hardly any occurs twice.
    case text
  }

  package enum Role: Sendable, Equatable {
    case input
    case target
    /// How much the rows count: neither an input nor a target.
    case weights
    /// Only whether the cell is filled is an input.
    case presence(why: String)
    /// The frequent words of free texts are inputs; only if asked for.
    case words(why: String)
    case leftOut(why: String)
  }

  package struct Column: Sendable, Equatable {
    package var name: String
    package var kind: Kind
    package var role: Role
    /// How dates are written.
    package var dateOrder: DateOrder?
    /// The number of different values; numbers are counted up to 10,000.
    package var distinctCount: Int
  }

  /// The column to predict.
  package struct Target: Sendable, Equatable {
    /// Counted from 0.
    package var index: Int
    package var task: LearningTask
    /// For several labels: which, and how the table holds them. ``index`` is their first column.
    package var labels: LabelEncoding?
    /// Which column it is and why, as a sentence for the user.
    package var whyColumn: String
    /// Which task it is and why, as a sentence for the user.
    package var whyTask: String
  }

  package var columns: [Column]
  package var target: Target?
  /// Which column holds the rows' weights and why, as a sentence for the user; nil where every row counts once.
  package var whyWeights: String?
  /// What was noticed, as sentences for the user.
  package var notes: [String]

  /// The columns whose cells or whose presence are inputs.
  package var inputs: [Int] {
    columns.indices.filter {
      switch columns[$0].role {
      case .input, .presence, .words: true
      case .target, .weights, .leftOut: false
      }
    }
  }

  /// The column of weights, counted from 0; nil where every row counts once.
  package var weights: Int? { columns.firstIndex { $0.role == .weights } }

  /// Says what each column is, without choosing a target.
  package static func describing(_ table: Table) -> TableSchema {
    var schema = TableSchema(columns: [], notes: [])
    schema.columns = table.columns.indices.map { ColumnInference(table, $0).column(&schema.notes) }
    return schema
  }

  /// Says what each column is, chooses the target and the task, and leaves out what cannot help.
  ///
  /// - Parameters:
  ///   - target: a column's name, or its number counted from 1; without one, the column called target,
  ///     label, class or y, else the last.
  ///   - labels: several labels to predict instead of one target, or what stands between the labels of the target's cells.
  ///   - weights: the name or number of a column that says how much each row counts.
  ///   - task: without one, a target of texts or of few different whole numbers is a class.
  ///   - leaveOut: names or numbers of columns that are not to be inputs.
  ///   - readsTexts: columns of free text (names, remarks) are not left out, but count by those words
  ///     that occur in many rows.
  /// - Throws: if a column is not there, the target has a single value, or it does not suit the task; if the weights
  ///   are the target.
  package static func infer(
    _ table: Table, target: String? = nil, labels: LabelRequest? = nil, weights: String? = nil,
    task: LearningTask? = nil, leaveOut: [String] = [], readsTexts: Bool = false
  ) throws(ApusError) -> TableSchema {
    var schema = describing(table)
    let weightIndex = try weights.map { name throws(ApusError) in
      guard let index = table.columnIndex(name) else { throw missingColumn(name, table) }
      return index
    }
    if readsTexts { schema.readTexts(table) }
    if let columns = labels?.columns, !columns.isEmpty {
      guard labels?.separator == nil else {
        throw ApusError(
          "a column is named for each label, and a separator of labels within a cell is given",
          at: table.name,
          fix: "leave one of the two out")
      }
      try schema.setLabels(columns, target, task, table)
    } else {
      let (index, reason) = try targetIndex(table, target, besides: weightIndex)
      let isOpen = task == nil || task == .multiLabel
      let separator = labels?.separator ?? (isOpen ? LabelEncoding.separator(table.columns[index]) : nil)
      if task == .multiLabel || separator != nil {
        try schema.setLists(
          index, separator, isAsked: labels?.separator != nil || task != nil, task, table, reason)
      } else {
        try schema.setTarget(index, task, table, reason)
      }
    }
    for name in leaveOut {
      guard let column = table.columnIndex(name) else { throw missingColumn(name, table) }
      guard schema.columns[column].role != .target else {
        throw ApusError(
          "\(table.columnTitle(column)) is left out, and is the target", at: table.name,
          expected: "a target among the other columns",
          fix: "name another target with --target, or don't leave it out")
      }
      schema.columns[column].role = .leftOut(why: "as asked")
    }
    if let weightIndex { try schema.setWeights(weightIndex, table) }
    schema.keepOnlyInput(table)
    schema.noteRoles(table)
    guard !schema.inputs.isEmpty else {
      let reasons = schema.columns.compactMap { column -> String? in
        guard case .leftOut(let why) = column.role else { return nil }
        return "\"\(column.name)\": \(why)"
      }
      let why = reasons.isEmpty ? "" : " (\(reasons.prefix(4).joined(separator: "; ")))"
      throw ApusError(
        "no column is left to predict from\(why)",
        at: table.name, expected: "at least one column beside the target")
    }
    return schema
  }

  private mutating func setWeights(_ index: Int, _ table: Table) throws(ApusError) {
    guard columns[index].role != .target else {
      throw ApusError(
        "\(table.columnTitle(index)) is the target, and is to be the weights", at: table.name,
        expected: "two different columns", fix: "name another target with --target, or other weights")
    }
    columns[index].role = .weights
    whyWeights = "\(table.columnTitle(index)) has the rows' weights, as asked"
  }

  /// - Parameter weights: a column that is not the target unless it is asked for.
  private static func targetIndex(
    _ table: Table, _ target: String?, besides weights: Int?
  ) throws(ApusError) -> (index: Int, reason: String) {
    if let target {
      guard let index = table.columnIndex(target) else { throw missingColumn(target, table) }
      return (index, "as asked")
    }
    for usual in ["target", "label", "class", "y"] {
      if let index = table.columns.indices.first(where: {
        $0 != weights && table.columns[$0].name.lowercased() == usual
      }) {
        return (index, "because of its name")
      }
    }
    guard let last = table.columns.indices.last(where: { $0 != weights }) else {
      throw ApusError(
        weights == nil ? "has no columns" : "has no column beside the weights", at: table.name)
    }
    return (last, last == table.columns.count - 1 ? "as the last column" : "as the last but the weights")
  }

  private static func missingColumn(_ name: String, _ table: Table) -> ApusError {
    guard table.hasHeader else {
      return ApusError(
        "there is no column \"\(name)\"", at: table.name,
        expected: "a number from 1 to \(table.columns.count), as the file has no header")
    }
    return ApusError(
      "there is no column \"\(name)\"", at: table.name,
      fix: Spelling.fix(for: name, in: table.columns.map(\.name)))
  }

  /// A column for each label.
  private mutating func setLabels(
    _ names: [String], _ target: String?, _ asked: LearningTask?, _ table: Table
  ) throws(ApusError) {
    guard target == nil, asked == nil || asked == .multiLabel else {
      throw ApusError(
        "several targets are labels, each of which may apply to a row", at: table.name,
        expected: "no other target and no other task",
        fix: "give one target for a \(asked?.rawValue ?? "class")")
    }
    var indices: [Int] = []
    for name in names {
      guard let index = table.columnIndex(name) else { throw Self.missingColumn(name, table) }
      guard !indices.contains(index) else {
        throw ApusError("\(table.columnTitle(index)) is named twice as a target", at: table.name)
      }
      indices.append(index)
      columns[index].role = .target
    }
    let labels = LabelEncoding(
      names: indices.map { table.columns[$0].name }, numbers: indices.map { $0 + 1 })
    // Cells that are no labels are said at once, by row and column.
    _ = try labels.rows(of: table, indices)
    self.target = Target(
      index: indices[0], task: .multiLabel, labels: labels,
      whyColumn:
        "\(indices.map { "\"\(table.columns[$0].name)\"" }.joined(separator: ", ")) are the targets, as asked",
      whyTask: "multi-label: \(counted(indices.count, "column")) of labels, any of which may apply to a row")
  }

  /// One column with lists of labels.
  private mutating func setLists(
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
      index: index, task: .multiLabel, labels: labels,
      whyColumn: "\(table.columnTitle(index)) is the target, \(reason)",
      whyTask: "multi-label: \(labels.names.count) labels, in cells such as \"\((example ?? "").prefix(40))\""
        + (isAsked ? "" : " (for classes instead: --task classification)"))
  }

  private mutating func setTarget(
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
    case .texts(let codes, let values):
      if asked == .regression {
        let row = codes.firstIndex { $0 >= 0 && DecimalParser.parse(values[Int($0)]) == nil } ?? 0
        throw ApusError(
          "the target holds \"\(column.text(row: row) ?? "")\", which is no number",
          at: table.place(row: row, column: index), expected: "numbers, for a regression",
          fix: "choose another target, or classification")
      }
      task = .classification
      why = "texts, so classes"
    case .numbers(let numbers):
      let areWhole = numbers.allSatisfy { $0.isNaN || $0 == $0.rounded() }
      let areFew = distinct <= 2 || (areWhole && distinct <= 20 && present >= distinct * 5)
      task = asked ?? (areFew ? .classification : .regression)
      why =
        areFew
        ? "\(distinct) different \(areWhole ? "whole numbers" : "numbers"), so classes"
        : "numbers of many values, so a quantity"
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
      index: index, task: task, whyColumn: "\(table.columnTitle(index)) is the target, \(reason)",
      whyTask: "\(task.rawValue): \(why)")
  }

  /// Columns of texts of two words and more are read; codes and ticket numbers are not.
  private mutating func readTexts(_ table: Table) {
    for index in columns.indices where columns[index].kind == .text {
      guard case .texts(_, let texts) = table.columns[index].cells else { continue }
      let words = texts.prefix(1000).reduce(0) { $0 + Words.of($1).count }
      guard words >= 2 * min(texts.count, 1000) else { continue }
      switch columns[index].role {
      case .leftOut(let why), .presence(let why): columns[index].role = .words(why: why)
      case .input, .target, .weights, .words: break
      }
    }
  }

  /// A numbered column may be the quantity that everything depends on, if it is the only input.
  private mutating func keepOnlyInput(_ table: Table) {
    guard inputs.isEmpty, let target else { return }
    let numbered = columns.indices.filter { index in
      index != target.index && columns[index].kind == .number && columns[index].distinctCount > 1
        && columns[index].role != .leftOut(why: "as asked") && columns[index].role != .weights
    }
    if numbered.count == 1 { columns[numbered[0]].role = .input }
  }

  private mutating func noteRoles(_ table: Table) {
    for (index, column) in columns.enumerated() {
      switch column.role {
      case .leftOut(let why): notes.append("\(table.columnTitle(index)) is left out: \(why)")
      case .presence(let why):
        notes.append("\(table.columnTitle(index)) counts only as filled or not: \(why)")
      case .words(let why):
        notes.append("\(table.columnTitle(index)) counts by its frequent words: \(why)")
      case .input, .target, .weights: break
      }
    }
  }
}
