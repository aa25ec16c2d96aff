package import ApusCore
package import ApusData

/// A guess of what an uploaded table is about, until one says otherwise: two columns to see it over, one to predict.
package struct TableGuess {
  package private(set) var columns: LessonColumns
  /// Why that one is predicted: “because of its name”.
  package private(set) var why: String

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

  /// The column that `apus train` would predict; where that can't be drawn, one of classes.
  private static func schema(
    _ table: Table, _ described: TableSchema
  ) throws(ApusError) -> (TableSchema, why: String) {
    func isFit(_ schema: TableSchema) -> Bool {
      guard let target = schema.target else { return false }
      return target.task == .regression || described.columns[target.index].distinctCount <= Limits.classes
    }
    let chosen = Result { () throws(ApusError) in try TableSchema.infer(table) }
    if case .success(let schema) = chosen, isFit(schema), let target = schema.target {
      return (schema, target.reason)
    }
    let classes = described.columns.indices.filter {
      [.category, .boolean].contains(described.columns[$0].kind)
        && (2...Limits.classes).contains(described.columns[$0].distinctCount)
    }
    for index in classes.reversed() {
      if let schema = try? TableSchema.infer(table, target: table.columns[index].name), isFit(schema) {
        return (schema, "as a column of classes")
      }
    }
    let schema = try chosen.get()
    return (schema, schema.target?.reason ?? "")
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
  /// The information that the page needs to offer a choice of columns, and the choice to begin with.
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
