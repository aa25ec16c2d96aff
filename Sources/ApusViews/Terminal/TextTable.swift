/// Text in columns: `rows` of cells, each as wide as its widest.
package struct TextTable: Sendable {
  package enum Alignment: Sendable { case left, right }

  package var headers: [String]
  package var alignments: [Alignment]
  package var rows: [[String]] = []
  /// A row under a rule.
  package var totals: [String]?
  /// Blanks before each line.
  package var indent = 0

  package init(_ headers: [String], _ alignments: [Alignment]) {
    self.headers = headers
    self.alignments = alignments
  }

  /// The lines, none wider than `width`: the widest left-aligned column gives way.
  package func lines(width: Int = 80) -> [String] {
    let all = (headers.contains { !$0.isEmpty } ? [headers] : []) + rows + (totals.map { [$0] } ?? [])
    var widths = headers.indices.map { column in all.map { columns($0[column]) }.max() ?? 0 }
    let excess = indent + widths.reduce(0, +) + 2 * (widths.count - 1) - width
    if excess > 0,
      let widest = widths.indices.filter({ alignments[$0] == .left }).max(by: { widths[$0] < widths[$1] })
    {
      widths[widest] = max(widths[widest] - excess, 4)
    }
    let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1))
    var lines = all.map { row in line(row, widths) }
    if totals != nil { lines.insert(String(repeating: " ", count: indent) + rule, at: lines.count - 1) }
    return lines
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let fields = cells.indices.map { index in
      fitted(cells[index], widths[index], alignments[index])
    }
    var line = String(repeating: " ", count: indent) + fields.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}

/// The columns that a text takes on a terminal: two for wide characters, none for control characters.
func columns(_ text: String) -> Int {
  text.reduce(0) { sum, character in
    guard let scalar = character.unicodeScalars.first, scalar.value > 0x1F else { return sum }
    let wide: [ClosedRange<UInt32>] = [
      0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
    return sum + (scalar.value >= 0x1100 && wide.contains { $0.contains(scalar.value) } ? 2 : 1)
  }
}

/// A text of exactly `width` columns, cut with an ellipsis where it is longer.
func fitted(_ text: String, _ width: Int, _ alignment: TextTable.Alignment = .left) -> String {
  var text = text
  if columns(text) > width {
    while !text.isEmpty, columns(text) > max(width - 1, 0) { text.removeLast() }
    text += "…"
  }
  let blanks = String(repeating: " ", count: max(width - columns(text), 0))
  return alignment == .left ? text + blanks : blanks + text
}

/// A text broken at blanks into lines of at most `width` columns; those after the first are indented.
package func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, columns(line) + 1 + columns(String(word)) > width {
      lines.append(line)
      line = String(repeating: " ", count: indent) + word
    } else {
      line += line.isEmpty ? "\(word)" : " \(word)"
    }
  }
  return lines + [line]
}
