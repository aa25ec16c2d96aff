public import ApusCore

/// A table as it stands in a file: typed columns, before any of them has a role.
///
/// Numbers are doubles (NaN: missing); texts are numbered by first appearance (−1: missing).
public struct Table: Sendable {
  /// The table's name in messages: the file's path or a built-in name.
  public var name: String
  public var columns: [Table.Column]
  public var rowCount: Int
  /// A Boolean value that indicates whether the columns have names; without a header they are called "1", "2", ….
  public var hasHeader: Bool
  /// Observations made while reading, as sentences for the user.
  public var notes: [String]
  /// What the file knows of its rows, where the table is a prepared one as it is; nil for any other.
  var stored: StoredFacts?

  /// What a prepared file knows of all its rows, so that nobody needs to go through them.
  struct StoredFacts: Sendable, Equatable, Codable {
    /// ``DataSource/fingerprint()``
    var fingerprint: UInt64
    /// ``Table/duplicateRowCount()``
    var duplicateRows: Int
  }

  /// A Boolean value that indicates whether the cells are in a file, and need not fit in memory.
  package var isMapped: Bool {
    columns.contains { column in
      switch column.cells {
      case .numbers(let numbers): numbers.isMapped
      case .texts(let codes, _): codes.isMapped
      }
    }
  }

  /// - Throws: if columns differ in length or two have the same name.
  public init(name: String, columns: [Table.Column], hasHeader: Bool = true, notes: [String] = [])
    throws(ApusError)
  {
    self.name = name
    self.columns = columns
    self.hasHeader = hasHeader
    self.notes = notes
    rowCount = columns.first?.count ?? 0
    var seen: Set<String> = []
    for column in columns {
      guard column.count == rowCount else {
        throw ApusError(
          "column \"\(column.name)\" has \(column.count) rows", at: name,
          expected: "\(rowCount), like the first")
      }
      guard seen.insert(column.name).inserted else {
        throw ApusError("two columns are called \"\(column.name)\"", at: name, fix: "rename one")
      }
    }
  }

  /// The index of the column of a name, or of a number counted from 1 (`"3"`); a name beats a number.
  public func columnIndex(_ nameOrNumber: String) -> Int? {
    if let index = columns.firstIndex(where: { $0.name == nameOrNumber }) { return index }
    guard let number = Int(nameOrNumber), columns.indices.contains(number - 1) else { return nil }
    return number - 1
  }

  /// The rows of the given indices, in their order.
  public func rows(_ indices: [Int]) -> Table {
    var table = self
    table.columns = columns.map { $0.rows(indices) }
    table.rowCount = indices.count
    table.stored = nil
    return table
  }

  /// Returns the place of a cell, for messages: `houses.csv, row 17, column 3 "age"`. Rows count from 1, without the
  /// header.
  public func place(row: Int? = nil, column: Int? = nil) -> String {
    var text = name
    if let row { text += ", row \(row + 1)" }
    if let column { text += ", \(columnTitle(column))" }
    return text
  }

  /// `column 3 "age"`, or `column 3` where it has no name.
  public func columnTitle(_ column: Int) -> String {
    hasHeader ? "column \(column + 1) \"\(columns[column].name)\"" : "column \(column + 1)"
  }
}

extension Table {
  /// One column of a ``Table``.
  public struct Column: Sendable, Equatable {
    /// The cells of a column.
    public enum Cells: Sendable, Equatable {
      /// Numbers; NaN where the value is missing.
      case numbers(StoredValues<Double>)
      /// Texts by their number in `values`; −1 where the value is missing.
      case texts(codes: StoredValues<Int32>, values: [String])
    }

    /// A text among numbers; the cell counts as missing.
    public struct Stray: Sendable, Equatable {
      /// Counted from 0.
      public var row: Int
      public var text: String

      public init(row: Int, text: String) {
        self.row = row
        self.text = text
      }
    }

    public var name: String
    public var cells: Cells
    /// The first few texts that stood among numbers.
    public var strays: [Stray] = []
    public var strayCount = 0
    /// The detected format of the cells, and what was asked.
    package var format = ColumnFormat()
    /// A Boolean value that indicates whether the header has no name for it, so that its number is used instead.
    package var isUnnamed = false

    public init(_ name: String, numbers: [Double]) {
      self.name = name
      cells = .numbers(StoredValues(numbers.lazy.map { $0.isFinite ? $0 : .nan }))
    }

    /// - Parameter texts: nil where the value is missing.
    public init(_ name: String, texts: [String?]) {
      self.name = name
      var codes: [Int32] = []
      var values: [String] = []
      var codeOf: [String: Int32] = [:]
      codes.reserveCapacity(texts.count)
      for text in texts {
        guard let text else {
          codes.append(-1)
          continue
        }
        if let code = codeOf[text] {
          codes.append(code)
        } else {
          codeOf[text] = Int32(values.count)
          codes.append(Int32(values.count))
          values.append(text)
        }
      }
      cells = .texts(codes: StoredValues(codes), values: values)
    }

    init(name: String, cells: Cells) {
      self.name = name
      self.cells = cells
    }

    public var count: Int {
      switch cells {
      case .numbers(let numbers): numbers.count
      case .texts(let codes, _): codes.count
      }
    }

    public var missingCount: Int {
      switch cells {
      case .numbers(let numbers): numbers.count { $0.isNaN }
      case .texts(let codes, _): codes.count { $0 < 0 }
      }
    }

    /// The missing cells of some rows.
    func missingCount(in rows: [Int]) -> Int {
      switch cells {
      case .numbers(let numbers): rows.count { numbers[$0].isNaN }
      case .texts(let codes, _): rows.count { codes[$0] < 0 }
      }
    }

    /// A cell as text; nil if it is missing. Numbers are written as short as they read back the same.
    public func text(row: Int) -> String? {
      switch cells {
      case .numbers(let numbers): numbers[row].isNaN ? nil : shortText(numbers[row])
      case .texts(let codes, let values): codes[row] < 0 ? nil : values[Int(codes[row])]
      }
    }

    /// The same column with its numbers as texts.
    package func asTexts() -> Table.Column {
      guard case .numbers(let numbers) = cells else { return self }
      var codeOf: [Double: Int32] = [:]
      var values: [String] = []
      let codes = numbers.map { number -> Int32 in
        if number.isNaN { return -1 }
        if let code = codeOf[number] { return code }
        let code = Int32(values.count)
        codeOf[number] = code
        values.append(shortText(number))
        return code
      }
      var column = Table.Column(name: name, cells: .texts(codes: StoredValues(codes), values: values))
      column.format = format
      return column
    }

    func rows(_ indices: [Int]) -> Table.Column {
      var column = self
      switch cells {
      case .numbers(let numbers): column.cells = .numbers(StoredValues(indices.lazy.map { numbers[$0] }))
      case .texts(let codes, let values):
        column.cells = .texts(codes: StoredValues(indices.lazy.map { codes[$0] }), values: values)
      }
      // Their rows are others now.
      (column.strays, column.strayCount) = ([], 0)
      return column
    }
  }
}
