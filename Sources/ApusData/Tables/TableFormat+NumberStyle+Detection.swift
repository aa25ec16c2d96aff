/// The evidence of cells for the mark before the fraction.
///
/// `3,14` cannot be grouped thousands, nor `1.234.567` a fraction; `1,234` alone could be either: that is for the whole file
/// to say.
struct MarkVotes {
  /// Cells in which the point, or the comma, is the decimal mark for sure.
  private(set) var points = 0
  private(set) var commas = 0
  /// Cells such as `1.234`, and such as `1,234`.
  private(set) var openPoints = 0
  private(set) var openCommas = 0
  /// The first cell of those that could be either.
  private(set) var example = ""

  var areEmpty: Bool { points + commas + openPoints + openCommas == 0 }

  /// The mark for which there is evidence; nil where there is none, or as much for the other.
  var mark: UInt8? {
    points > commas ? UInt8(ascii: ".") : commas > points ? UInt8(ascii: ",") : nil
  }

  static func + (a: MarkVotes, b: MarkVotes) -> MarkVotes {
    var sum = a
    sum.points += b.points
    sum.commas += b.commas
    sum.openPoints += b.openPoints
    sum.openCommas += b.openCommas
    if sum.example.isEmpty { sum.example = b.example }
    return sum
  }

  /// Bare numbers that were read with a mark.
  mutating func add(fractions: Int, groupLike: Int, mark: UInt8) {
    if mark == UInt8(ascii: ",") {
      commas += fractions
      openCommas += groupLike
    } else {
      points += fractions
      openPoints += groupLike
    }
  }

  mutating func add(_ number: NumberText, rows: Int) {
    let text = number.core.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    let hasExponent = text.count < number.core.count
    let (comma, point) = (UInt8(ascii: ","), UInt8(ascii: "."))
    let commaCount = text.count { $0 == comma }
    let pointCount = text.count { $0 == point }
    switch (commaCount, pointCount) {
    case (0, 0): return
    case (1, 0): addOne(text, comma, rows, isFraction: hasExponent)
    case (0, 1): addOne(text, point, rows, isFraction: hasExponent)
    case (_, 0): if Self.isGrouped(text, comma) { points += rows }
    case (0, _): if Self.isGrouped(text, point) { commas += rows }
    default:
      // The last of both is the decimal one, if it is there once.
      let last = text.last { $0 == comma || $0 == point }
      if last == point, pointCount == 1 { points += rows }
      if last == comma, commaCount == 1 { commas += rows }
    }
  }

  /// - Parameter isFraction: whether the mark can't group, as before an exponent.
  private mutating func addOne(_ text: ArraySlice<UInt8>, _ mark: UInt8, _ rows: Int, isFraction: Bool) {
    let isOpen = !isFraction && Self.isGrouped(text, mark) && text.first != UInt8(ascii: "0")
    switch (isOpen, mark == UInt8(ascii: ",")) {
    case (true, true): openCommas += rows
    case (true, false): openPoints += rows
    case (false, true): commas += rows
    case (false, false): points += rows
    }
    if isOpen, example.isEmpty { example = String(decoding: text, as: UTF8.self) }
  }

  /// One to three digits, then groups of three, or as in India of two before the last three.
  private static func isGrouped(_ text: ArraySlice<UInt8>, _ mark: UInt8) -> Bool {
    let groups = text.split(separator: mark, omittingEmptySubsequences: false)
    guard groups.count > 1, (1...3).contains(groups[0].count), groups.last?.count == 3,
      groups.allSatisfy({ $0.allSatisfy { $0 &- 48 <= 9 } })
    else { return false }
    let middle = groups.dropFirst().dropLast()
    return middle.allSatisfy { $0.count == 3 } || middle.allSatisfy { $0.count == 2 }
  }
}

extension TableFormat.NumberStyle {
  /// Creates the style that the beginning of a file shows: that in which its numbers are read first.
  init(of sample: TableSample) {
    var votes = MarkVotes()
    for line in sample.lines {
      for cell in line.cells {
        var text = cell.text
        if let number = text.withUTF8({ NumberText($0) }) { votes.add(number, rows: 1) }
      }
    }
    self =
      votes.mark == UInt8(ascii: ",") ? TableFormat.NumberStyle(decimalMark: ",", groupMark: ".") : .plain
  }

  /// The style of a decimal mark, in which the other one groups.
  init(mark: UInt8) {
    self =
      mark == UInt8(ascii: ",")
      ? TableFormat.NumberStyle(decimalMark: ",", groupMark: ".") : TableFormat.NumberStyle(groupMark: ",")
  }

  var mark: UInt8 { decimalMark.asciiValue ?? UInt8(ascii: ".") }
}
