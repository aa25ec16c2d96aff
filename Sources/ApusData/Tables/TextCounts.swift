import ApusCore

/// How often each of a column's texts occurs in some rows.
struct TextCounts {
  /// The texts, by number; of numbers, the numbers as texts.
  private(set) var texts: [String] = []
  /// The rows of each.
  private(set) var counts: [Int] = []
  private(set) var missing = 0

  /// The rows that have a text.
  var filled: Int { counts.reduce(0, +) }

  init(_ column: Table.Column, rows: some Sequence<Int>) {
    switch column.cells {
    case .texts(let codes, let texts):
      self.texts = texts
      counts = [Int](repeating: 0, count: texts.count)
      for row in rows {
        let code = Int(codes[row])
        if code < 0 { missing += 1 } else { counts[code] += 1 }
      }
    case .numbers(let numbers):
      var codeOf: [Double: Int] = [:]
      for row in rows {
        let number = numbers[row]
        if number.isNaN {
          missing += 1
        } else if let code = codeOf[number] {
          counts[code] += 1
        } else {
          codeOf[number] = counts.count
          counts.append(1)
          texts.append(shortText(number))
        }
      }
    }
  }
}
