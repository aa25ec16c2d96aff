package import ApusCore

/// The task that a network performs.
public enum LearningTask: String, Sendable, Codable, CaseIterable {
  /// One of several classes.
  case classification
  /// Any of several independent labels.
  case multiLabel = "multi-label"
  /// A number.
  case regression
}

/// The description of a table's columns, and of which of them is to be predicted.
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
    /// The weights of the rows: neither an input nor a target.
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
    /// The order of day, month and year in dates.
    package var dateOrder: TableFormat.DateOrder?
    /// The number of different values; numbers are counted up to 10,000.
    package var distinctCount: Int
    /// The kind that one would say if what was found out isn't so.
    package var otherwise: TableFormat.ColumnKind?
    /// A Boolean value that indicates whether a person specified the kind of column.
    package var isAsked = false

    init(
      name: String, kind: Kind, role: Role, dateOrder: TableFormat.DateOrder? = nil, distinctCount: Int,
      otherwise: TableFormat.ColumnKind? = nil
    ) {
      (self.name, self.kind, self.role) = (name, kind, role)
      (self.dateOrder, self.distinctCount, self.otherwise) = (dateOrder, distinctCount, otherwise)
    }
  }

  /// The column to predict, or several of them.
  package struct Target: Sendable, Equatable {
    /// The columns, counted from 0: one, or one for each label or number.
    package var indices: [Int]
    package var task: LearningTask
    /// For several labels: which, and how the table holds them.
    package var labels: LabelEncoding?
    /// Why it is this column, as in "because of its name".
    package var reason = "as asked"
    /// The column that is predicted and the reason, as a sentence for the user.
    package var whyColumn: String
    /// The task and the reason for it, as a sentence for the user.
    package var whyTask: String

    /// The first of the columns.
    package var index: Int { indices[0] }
  }

  package var columns: [Column]
  package var target: Target?
  /// The column that holds the rows' weights and the reason, as a sentence for the user; nil where every row counts
  /// once.
  package var whyWeights: String?
  /// Observations about the table, as sentences for the user.
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
  ///   - target: a column's name, or its number counted from 1; without one, the column with a target's name (target,
  ///     label, class, y, …), else the last that has values.
  ///   - labels: several columns to predict instead of one target, or what stands between the labels of the target's cells.
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
      try schema.setTargets(columns, target, task, table)
    } else {
      let (index, reason) = try targetIndex(table, schema, target, besides: weightIndex)
      if target == nil, !Self.isTargetName(table.columns[index].name) {
        schema.notes.append(
          "the target is a guess: none is named, so that \(table.columnTitle(index)) is taken, \(reason); name it, or "
            + "another, with --target")
      }
      let isOpen = task == nil || task == .multiLabel
      let separator = labels?.separator ?? (isOpen ? LabelEncoding.separator(table.columns[index]) : nil)
      if task == .multiLabel || separator != nil {
        try schema.setLists(
          index, separator, isAsked: labels?.separator != nil || task != nil, task, table, reason)
      } else {
        try schema.setTarget(index, task, table, reason)
      }
      schema.target?.reason = reason
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
      !target.indices.contains(index) && columns[index].kind == .number && columns[index].distinctCount > 1
        && columns[index].role != .leftOut(why: "as asked") && columns[index].role != .weights
        && !columns[index].isAsked
    }
    if numbered.count == 1 { columns[numbered[0]].role = .input }
  }

  private mutating func noteRoles(_ table: Table) {
    for (index, column) in columns.enumerated() {
      let otherwise = column.otherwise.map { " (otherwise: \($0.flag(for: column.name)))" } ?? ""
      switch column.role {
      case .leftOut(let why): notes.append("\(table.columnTitle(index)) is left out: \(why)\(otherwise)")
      case .presence(let why):
        notes.append("\(table.columnTitle(index)) counts only as filled or not: \(why)\(otherwise)")
      case .words(let why):
        notes.append("\(table.columnTitle(index)) counts by its frequent words: \(why)")
      case .input, .target, .weights: break
      }
    }
  }
}
