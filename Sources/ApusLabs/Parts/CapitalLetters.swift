import ApusCore

/// The 26 capital letters of a 5 × 7 font, each doubled onto a grid of 20 × 20 photocells.
enum CapitalLetters {
  static let names = (0..<26).map { String(UnicodeScalar(UInt8(65 + $0))) }
  static let side = 20

  /// Seven rows a letter, five bits a row, the left one highest.
  private static let font: [[Int]] = [
    [14, 17, 17, 31, 17, 17, 17], [30, 17, 17, 30, 17, 17, 30], [14, 17, 16, 16, 16, 17, 14],
    [30, 17, 17, 17, 17, 17, 30], [31, 16, 16, 30, 16, 16, 31], [31, 16, 16, 30, 16, 16, 16],
    [14, 17, 16, 23, 17, 17, 14], [17, 17, 17, 31, 17, 17, 17], [14, 4, 4, 4, 4, 4, 14],
    [7, 2, 2, 2, 2, 18, 12], [17, 18, 20, 24, 20, 18, 17], [16, 16, 16, 16, 16, 16, 31],
    [17, 27, 21, 21, 17, 17, 17], [17, 25, 21, 19, 17, 17, 17], [14, 17, 17, 17, 17, 17, 14],
    [30, 17, 17, 30, 16, 16, 16], [14, 17, 17, 17, 21, 18, 13], [30, 17, 17, 30, 20, 18, 17],
    [15, 16, 16, 14, 1, 1, 30], [31, 4, 4, 4, 4, 4, 4], [17, 17, 17, 17, 17, 17, 14],
    [17, 17, 17, 17, 17, 10, 4], [17, 17, 17, 21, 21, 27, 17], [17, 17, 10, 4, 10, 17, 17],
    [17, 17, 10, 4, 4, 4, 4], [31, 1, 2, 4, 8, 16, 31],
  ]

  /// A letter as 400 photocells, 1 where it is black.
  ///
  /// - Parameters:
  ///   - flips: the share of photocells that are wrong.
  ///   - shift: by how many it may lie off the middle, in each direction.
  ///   - copy: which of the letter's noisy copies.
  static func image(_ letter: Int, flips: Double, shift: Int, copy: Int, _ random: Philox) -> [Double] {
    let start = UInt64((copy * 26 + letter) * 512)
    let dx = random.integer(start, below: 2 * shift + 1) - shift
    let dy = random.integer(start + 1, below: 2 * shift + 1) - shift
    return (0..<(side * side)).map { cell in
      let (row, column) = (cell / side - 3 - dy, cell % side - 5 - dx)
      let isBlack =
        (0..<14).contains(row) && (0..<10).contains(column)
        && font[letter][row / 2] >> (4 - column / 2) & 1 == 1
      let isFlipped = random.uniform(start + 2 + UInt64(cell)) < flips
      return isBlack != isFlipped ? 1 : 0
    }
  }

  /// Copies of every letter.
  static func samples(copies: Int, flips: Double, shift: Int, _ random: Philox) -> LabSamples {
    let rows = (0..<copies).flatMap { copy in (0..<26).map { (copy: copy, letter: $0) } }
    return LabSamples(
      rows.map { image($0.letter, flips: flips, shift: shift, copy: $0.copy, random) },
      labels: rows.map(\.letter), classes: names)
  }
}
