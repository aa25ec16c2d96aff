/// The beginning of a file, cut into rows of cells by one delimiter.
struct TableSample {
  struct Cell {
    var text: String
    var isQuoted: Bool
  }

  struct Line {
    var cells: [Cell]
    /// The position at which it begins, in bytes.
    var offset: Int
    /// Begins with `#`.
    var isHashed: Bool
    /// Without anything but delimiters.
    var isEmpty: Bool { cells.allSatisfy { $0.text.isEmpty } }
  }

  var lines: [Line]
  /// The bytes that they take.
  var byteCount: Int

  static let byteLimit = 1 << 18
  static let rowLimit = 400

  /// The beginning of a file, cut behind a line; of wide tables, a few lines at least.
  static func bytes(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard bytes.count > byteLimit else { return bytes }
    var cut = 0
    var lines = 0
    for (offset, byte) in bytes.enumerated() where byte == 10 || byte == 13 {
      if offset >= byteLimit, lines >= 8 { break }
      cut = offset + 1
      lines += 1
    }
    return lines == 0 ? bytes : UnsafeRawBufferPointer(rebasing: bytes[..<cut])
  }

  init(
    _ bytes: UnsafeRawBufferPointer, from start: Int, delimiter: UInt8, quotes: QuoteStyle,
    limit: Int = rowLimit
  ) {
    var scanner = FieldScanner(bytes, from: start, delimiter: delimiter, quotes: quotes)
    let origin = scanner.position - start
    lines = []
    scanner.skipEmptyLines()
    while !scanner.isAtEnd, lines.count < limit {
      let offset = scanner.position - origin
      let isHashed = scanner.position.pointee == FieldScanner.Byte.hash
      var cells: [Cell] = []
      repeat {
        let field = scanner.nextField()
        cells.append(
          Cell(text: String(decoding: field.plainBytes(), as: UTF8.self), isQuoted: field.isQuoted))
      } while scanner.finishField()
      lines.append(Line(cells: cells, offset: offset, isHashed: isHashed))
      scanner.skipEmptyLines()
    }
    byteCount = scanner.position - origin - start
  }

  /// The number of fields that most lines have; the larger of two that are equally frequent.
  var usualWidth: Int {
    var widths: [Int: Int] = [:]
    for line in lines where !line.isHashed { widths[line.cells.count, default: 0] += 1 }
    return widths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? lines.first?.cells.count ?? 1
  }
}
