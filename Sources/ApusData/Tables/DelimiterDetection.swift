/// A detection of the delimiter between the fields of a file, from its beginning.
struct DelimiterDetection {
  private static let usual: [UInt8] = Array(",;\t|".utf8)
  /// Tried where none of the usual ones cuts: carets, tildes, and the separators that databases write.
  private static let rare: [UInt8] = Array("^~".utf8) + [0x1F, 0x01]
  /// The delimiter shows sooner than the columns' kinds, and each candidate costs a walk.
  private static let rowLimit = 60

  private struct Candidate {
    var delimiter: UInt8
    var score: Double
    /// A Boolean value that indicates whether the first line has as many fields as most lines.
    var fitsHeader: Bool
    /// A Boolean value that indicates whether the first line has the delimiter at all.
    var isInHeader: Bool
  }

  /// The candidate that cuts most rows into the same number of fields, with the fewest fields that another candidate would
  /// cut again; one that isn't in the header, where another cuts it as it cuts the rows, is none.
  static func delimiter(of bytes: UnsafeRawBufferPointer, from start: Int, quotes: QuoteStyle) -> UInt8 {
    var found = usual.compactMap { candidate($0, bytes, start, quotes) }
    if found.isEmpty { found = rare.compactMap { candidate($0, bytes, start, quotes) } }
    // Blanks separate words too; they are tried only where nothing else cuts.
    if found.isEmpty, let blank = candidate(FieldScanner.Byte.blank, bytes, start, quotes) { found = [blank] }
    if found.contains(where: { $0.fitsHeader }) { found.removeAll { !$0.isInHeader } }
    var best: Candidate?
    for candidate in found where candidate.score > (best?.score ?? 0) + 1e-9 { best = candidate }
    return best?.delimiter ?? UInt8(ascii: ",")
  }

  private static func candidate(
    _ delimiter: UInt8, _ bytes: UnsafeRawBufferPointer, _ start: Int, _ quotes: QuoteStyle
  ) -> Candidate? {
    let sample = TableSample(bytes, from: start, delimiter: delimiter, quotes: quotes, limit: rowLimit)
    let lines = sample.lines.contains { !$0.isHashed } ? sample.lines.filter { !$0.isHashed } : sample.lines
    var widths: [Int: Int] = [:]
    for line in lines { widths[line.cells.count, default: 0] += 1 }
    // The smaller of two widths that are equally frequent, whatever the dictionary's order.
    guard let width = widths.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key, width > 1 else {
      return nil
    }
    var clean = 0
    var total = 0
    for cell in lines.lazy.flatMap(\.cells) {
      total += 1
      let others = usual.contains { other in other != delimiter && cell.text.utf8.contains(other) }
      let isComma =
        DecimalParser.parse(cell.text, TableFormat.NumberStyle(decimalMark: ",", groupMark: ".")) != nil
      if cell.isQuoted || !others || isComma { clean += 1 }
    }
    var score = Double(widths[width]!) / Double(lines.count) * Double(clean) / Double(max(total, 1))
    if delimiter == FieldScanner.Byte.blank {
      let body = lines.dropFirst().flatMap(\.cells)
      let numbers = body.count { DecimalParser.parse($0.text) != nil }
      // R's header is shorter by one.
      let isEven = widths.count == 1 || lines[0].cells.count == width - 1 && widths[width] == lines.count - 1
      guard isEven, numbers * 2 >= body.count else { return nil }
      score = min(score, 0.1)
    }
    return Candidate(
      delimiter: delimiter, score: score, fitsHeader: lines[0].cells.count == width,
      isInHeader: lines[0].cells.count > 1)
  }
}
