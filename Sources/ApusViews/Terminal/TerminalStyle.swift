import ApusCore

/// The capabilities of the place that text goes to.
package struct TerminalStyle: Sendable, Equatable {
  /// A Boolean value that indicates whether lines may be overwritten: on a terminal, and not a dumb one.
  package var redraws: Bool
  /// A Boolean value that indicates whether text may be colored.
  package var usesColor: Bool
  /// Columns.
  package var width: Int

  package init(redraws: Bool = false, usesColor: Bool = false, width: Int = 80) {
    self.redraws = redraws
    self.usesColor = usesColor
    self.width = width
  }

  /// Files, pipes and tests: 80 columns, no control characters.
  package static let plain = TerminalStyle()

  /// Returns the style for what is behind a file descriptor. `NO_COLOR` takes colors away and nothing else.
  package static func of(fileDescriptor: Int32) -> TerminalStyle {
    let terminal = Environment["TERM"]
    guard Terminal.isTerminal(fileDescriptor), terminal != "dumb" else { return .plain }
    let colors = (Environment["NO_COLOR"] ?? "").isEmpty
    return TerminalStyle(redraws: true, usesColor: colors, width: Terminal.columns(fileDescriptor) ?? 80)
  }

  /// The colors in use.
  package enum Color: String, Sendable {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
    case bold = "1"
    case faint = "2"
  }

  /// The text in a color, where colors may be used.
  package func colored(_ text: String, _ color: Color) -> String {
    usesColor && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}
