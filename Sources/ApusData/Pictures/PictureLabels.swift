import ApusCore

/// A table that names pictures and says what each shows, as competitions hand them out: `labels.csv` in the folder or beside
/// it, with a column of file names and one or several of labels or numbers.
struct PictureLabels {
  /// Without the column of files.
  private(set) var table: Table
  /// The columns that are predicted where nothing is asked for: several columns that are all labels, or all quantities; empty leaves it
  /// to the table.
  private(set) var usual: [String] = []
  private var rowOf: [String: Int] = [:]
  private var repeated: [String] = []

  /// - Parameter path: the table; looked for when nil.
  /// - Returns: nil where none is given, and none is found.
  /// - Throws: when a table is given, or lies there, that names no pictures.
  init?(for folder: PictureFolder, _ path: String?) throws(ApusError) {
    let pictures = (folder.training.pictures + (folder.validation?.pictures ?? [])).map(\.path)
    let names = Set(pictures.flatMap { Self.keys($0) })
    if let path {
      guard let (table, column) = try Self.read(path, names) else {
        throw ApusError(
          "no column names the pictures", at: path,
          expected: "a column of files such as \(Self.shortName(pictures[0]))")
      }
      try self.init(table, column)
      return
    }
    for candidate in try Self.candidates(folder.path) {
      guard let (table, column) = try? Self.read(candidate, names), table.columns.count > 1 else { continue }
      try self.init(table, column)
      return
    }
    return nil
  }

  /// A table with the column that names pictures; nil where none does.
  private static func read(
    _ path: String, _ names: Set<String>
  ) throws(ApusError) -> (table: Table, column: Int)? {
    // Names such as 007 are no numbers.
    var format = TableFormat()
    let found = try Table.read(path)
    func number(_ column: Int) -> String { found.hasHeader ? found.columns[column].name : String(column + 1) }
    for column in found.columns.indices { format.columns[number(column)] = .category }
    guard let column = fileColumn(try Table.read(path, format: format), names) else { return nil }
    format.columns = [number(column): .category]
    return (try Table.read(path, format: format), column)
  }

  /// The tables in the folder, then those beside it.
  private static func candidates(_ folder: String) throws(ApusError) -> [String] {
    var tables: [String] = []
    for place in [folder, Files.folder(of: folder)] {
      for name in try Files.names(in: place)
      where !name.hasPrefix(".") && ["csv", "tsv"].contains(PictureFile.ending(name)) {
        tables.append("\(place)/\(name)")
      }
    }
    return tables
  }

  private init(_ table: Table, _ column: Int) throws(ApusError) {
    for row in 0..<table.rowCount {
      guard let text = table.columns[column].text(row: row) else { continue }
      for key in Self.keys(text) {
        if rowOf.updateValue(row, forKey: key) != nil, key == text { repeated.append(text) }
      }
    }
    if let name = repeated.first {
      throw ApusError(
        "names \"\(name)\" twice", at: table.name, expected: "each picture once",
        fix: "write several labels of a picture into one cell, as in a|b, or into columns of 1 and 0")
    }
    var rest = table
    rest.columns.remove(at: column)
    guard !rest.columns.isEmpty else {
      throw ApusError("names pictures, and nothing of them", at: table.name, expected: "a column of labels")
    }
    self.table = rest
    let indicators = rest.columns.indices.filter { index in
      guard let values = try? ColumnReading(rest, index).strictBooleans() else { return false }
      return values.contains { !$0.isNaN }
    }
    guard rest.columns.count > 1 else { return }
    if indicators.count == rest.columns.count || Self.areQuantities(rest) {
      usual = rest.columns.map(\.name)
    }
  }

  /// A Boolean value that indicates whether every column would be predicted as a number, and none has a target's name.
  private static func areQuantities(_ table: Table) -> Bool {
    let whole = ImageTargets.withPictures(table)
    guard table.hasHeader, !table.columns.contains(where: { TableSchema.isTargetName($0.name) }) else {
      return false
    }
    return table.columns.allSatisfy { column in
      (try? TableSchema.infer(whole, target: column.name))?.target?.task == .regression
    }
  }

  /// The column most of whose cells are names of pictures; at least half of the pictures or of the rows.
  private static func fileColumn(_ table: Table, _ names: Set<String>) -> Int? {
    let counts = table.columns.map { column in
      (0..<table.rowCount).count {
        column.text(row: $0).map { keys($0).contains(where: names.contains) } ?? false
      }
    }
    guard let most = counts.max(), most > 0, most * 2 >= min(table.rowCount, names.count / 2) else {
      return nil
    }
    return counts.firstIndex(of: most)
  }

  /// Returns the names that a table may use for a picture: its name, with and without its folder and its extension.
  private static func keys(_ path: String) -> [String] {
    let name = shortName(path)
    let ending = PictureFile.hasName(name) ? PictureFile.ending(name) : ""
    return ending.isEmpty ? [name] : [name, String(name.dropLast(ending.count + 1))]
  }

  static func shortName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  func row(of path: String) -> Int? {
    Self.keys(path).lazy.compactMap { rowOf[$0] }.first
  }

  /// The rows of pictures, one for each; of what is not named nothing is known.
  func rows(of paths: [String]) -> ImageAnnotations.Rows {
    let rows = paths.map { row(of: $0) }
    return ImageAnnotations.Rows(
      table.rows(rows.map { $0 ?? 0 }), unknown: Set(rows.indices.filter { rows[$0] == nil }))
  }

  /// - Parameter count: the pictures that are named.
  func notes(named count: Int) -> [String] {
    let missing = table.rowCount - count
    return ["labels are those of \(table.name)"]
      + (missing > 0
        ? ["\(counted(missing, "row")) of it \(missing == 1 ? "names" : "name") no picture here"] : [])
  }
}
