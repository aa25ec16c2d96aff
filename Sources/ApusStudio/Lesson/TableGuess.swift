package import ApusCore
package import ApusData

/// What a table that was handed in seems to be about, until one says otherwise: two columns to see it over, one to predict.
package struct TableGuess {
  package private(set) var columns: LessonColumns
  /// Why that one is predicted: “because of its name”.
  package private(set) var why: String

  /// Names of what tables are about, beside those that `apus train` goes by.
  private static let commonNames = [
    "outcome", "diagnosis", "species", "survived", "quality", "price", "churn",
  ]
  /// A column of fewer different numbers makes rows and not clouds of points.
  private static let fewNumbers = 8

  /// - Throws: when no column of it can be predicted from others.
  package init(_ table: Table) throws(ApusError) {
    let described = TableSchema.describing(table)
    let (schema, why) = try Self.schema(table, described)
    let target = schema.target.map { table.columns[$0.index].name } ?? ""
    let numbers = schema.inputs.filter { table.columns[$0].isNumeric }
    let many = numbers.filter { described.columns[$0].distinctCount > Self.fewNumbers }
    let few = numbers.filter { described.columns[$0].distinctCount <= Self.fewNumbers }
    let axes = (many + few).prefix(2).map { table.columns[$0].name }
    columns =
      axes.count == 2
      ? LessonColumns(x: axes[0], y: axes[1], target: target) : LessonColumns(target: target, all: true)
    self.why = why
  }

  /// The first of some candidates that does.
  private static func schema(
    _ table: Table, _ described: TableSchema
  ) throws(ApusError) -> (TableSchema, why: String) {
    let names = table.columns.map(\.name)
    func column(_ known: [String]) -> Int? {
      known.lazy.compactMap { name in names.firstIndex { $0.lowercased() == name } }.first
    }
    let classes = described.columns.indices.filter {
      [.category, .boolean].contains(described.columns[$0].kind)
        && (2...Limits.classes).contains(described.columns[$0].distinctCount)
    }
    let candidates: [(index: Int?, why: String)] = [
      (column(["target", "label", "class", "y"] + commonNames), "because of its name"),
      (classes.count == 1 ? classes[0] : nil, "as the only column of classes"),
      (names.indices.last, "as the last column"), (classes.last, "as a column of classes"),
    ]
    for (index, why) in candidates {
      guard let index, let schema = try? TableSchema.infer(table, target: names[index]) else { continue }
      let isFit =
        schema.target?.task == .regression || described.columns[index].distinctCount <= Limits.classes
      if isFit { return (schema, why) }
    }
    return (try TableSchema.infer(table), "as the last column")
  }
}

extension LessonData {
  /// A table, and what it seems to be about.
  init(own table: Table, keeping old: LessonData) throws(ApusError) {
    guard table.rowCount <= Limits.points else {
      throw ApusError(
        "\(table.rowCount) rows", at: table.name, expected: "at most \(Limits.points)",
        fix: "train on the whole file with apus train")
    }
    self.init()
    set = PointSet.own
    (validation, seed) = (old.validation, old.seed)
    columns = try TableGuess(table).columns
  }
}

extension Table {
  /// What the page needs to offer a choice of columns, and the choice to begin with.
  package var outline: JSONValue {
    let guess = try? TableGuess(self)
    return .object([
      JSONMember("name", .string(name)), JSONMember("rows", .integer(rowCount)),
      JSONMember(
        "columns",
        .array(
          columns.prefix(200).map {
            .object([JSONMember("name", .string($0.name)), JSONMember("isNumeric", .bool($0.isNumeric))])
          })),
      JSONMember("usual", guess.flatMap { try? JSONCoding.encode($0.columns) } ?? .null),
      JSONMember("why", guess.map { .string($0.why) } ?? .null),
    ])
  }
}
