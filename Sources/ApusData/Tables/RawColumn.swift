import ApusCore

/// A column as a walk over the file has read it, before the whole of it decides what it is.
struct RawColumn {
  let kind: TableReader.Kind
  private var numberCells: ColumnBuilder<Double>
  private var codeCells: ColumnBuilder<Int32>
  /// The numbers of a column read as numbers; a cell that isn't one has the number of its text (``OddCell``). Empty
  /// before the walk has ended.
  private(set) var numbers: StoredValues<Double> = []
  /// The numbers of the texts of a column read as texts, −1 where missing. Empty before the walk has ended.
  private(set) var codes: StoredValues<Int32> = []
  /// The column's texts; of numbers, those of the odd cells.
  var texts = TextDictionary()
  /// Bare numbers with a fraction, and those such as `1.234`.
  private(set) var fractions = 0
  private(set) var groupLike = 0
  /// Bare whole numbers with zeros before them, and those beyond 2⁵³.
  private(set) var leadingZeros = 0
  private(set) var beyondDoubles = 0

  /// - Parameter store: the file for the cells; nil for memory.
  init(_ kind: TableReader.Kind, in store: ColumnStore? = nil) {
    self.kind = kind
    (numberCells, codeCells) = (ColumnBuilder(), ColumnBuilder())
    switch kind {
    case .number: numberCells = ColumnBuilder(store)
    case .text: codeCells = ColumnBuilder(store)
    case .skip: break
    }
  }

  mutating func reserve(_ rows: Int) {
    switch kind {
    case .number: numberCells.reserve(rows)
    case .text: codeCells.reserve(rows)
    case .skip: break
    }
  }

  mutating func append(_ numbers: some Collection<Double>) { numberCells.append(contentsOf: numbers) }

  @inline(__always)
  mutating func append(_ code: Int32) { codeCells.append(code) }

  /// Ends the walk.
  ///
  /// - Throws: when the file for the cells could not be written.
  mutating func finish() throws(ApusError) {
    switch kind {
    case .number: numbers = try numberCells.finish()
    case .text: codes = try codeCells.finish()
    case .skip: break
    }
  }

  mutating func addTally(_ tally: UInt64) {
    fractions += Int(tally & 0xFFFF_FFFF)
    groupLike += Int(tally >> 32)
  }

  mutating func add(_ traits: DecimalParser.Traits) {
    if traits.contains(.leadingZero) { leadingZeros += 1 }
    if traits.contains(.beyondDoubles) { beyondDoubles += 1 }
  }

  /// A Boolean value that indicates whether bare numbers had a decimal mark.
  var hasMarks: Bool { fractions + groupLike > 0 }

  /// The mark that bare numbers were read with.
  var mark: UInt8 { if case .number(let mark) = kind { mark } else { UInt8(ascii: ".") } }

  /// Returns the evidence of the cells for the decimal mark.
  func votes() -> MarkVotes {
    var votes = MarkVotes()
    votes.add(fractions: fractions, groupLike: groupLike, mark: mark)
    let counts = texts.counts
    guard !texts.isEmpty else { return votes }
    var note: String?
    let unit = ColumnUnit(texts, plain: numbers.count { !$0.isNaN }, known: nil, note: &note)
    texts.forEach { code, bytes in
      if let number = unit?.number(bytes) ?? NumberText(bytes) { votes.add(number, rows: counts[code]) }
    }
    return votes
  }

  /// The number of rows in which a text of the dictionary is first, by the text's number.
  func firstRows(of wanted: Set<Int>, limit: Int) -> [(row: Int, code: Int)] {
    var found: [(row: Int, code: Int)] = []
    guard !wanted.isEmpty else { return found }
    func add(_ row: Int, _ code: Int?) -> Bool {
      if let code, wanted.contains(code) { found.append((row, code)) }
      return found.count < limit
    }
    if case .number = kind {
      for (row, number) in numbers.enumerated() where number.isNaN {
        if !add(row, OddCell.code(number)) { break }
      }
    } else {
      for (row, code) in codes.enumerated() where code >= 0 {
        if !add(row, Int(code)) { break }
      }
    }
    return found
  }
}

/// The number of a text in the place of a number: a NaN whose low bits hold it.
enum OddCell {
  private static let mark: UInt64 = 0x7FFC_0000_0000_0000

  static func number(_ code: Int32) -> Double { Double(bitPattern: mark | UInt64(code) + 1) }

  /// nil for numbers, and for a NaN that means a missing value.
  static func code(_ number: Double) -> Int? {
    let bits = number.bitPattern
    return bits & 0xFFFF_FFFF_0000_0000 == mark ? Int(bits & 0xFFFF_FFFF) - 1 : nil
  }
}

extension DecimalParser.Traits {
  /// The traits that make whole numbers codes.
  static let ofCodes: DecimalParser.Traits = [.leadingZero, .beyondDoubles]

  /// A count of fractions in the lower half, of `1.234` in the upper: one addition for both.
  @inline(__always)
  var tally: UInt64 { UInt64(rawValue >> 2 & 1) | UInt64(rawValue >> 1 & 1) << 32 }
}

extension RawColumn {
  /// The texts of cells with their rows, as messages have them.
  func listed(_ cells: [(row: Int, code: Int)]) -> String {
    cells.map { "\"\(texts[$0.code].prefix(40))\" in row \($0.row + 1)" }.joined(separator: ", ")
  }
}
