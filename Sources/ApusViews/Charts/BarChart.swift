/// A bar for each of some names, longest where the value is largest: importance, counts.
package struct BarChart: Chart {
  package struct Bar: Sendable {
    package var name: String
    package var value: Double
    /// The text at its end.
    package var figure: String

    package init(_ name: String, _ value: Double, figure: String) {
      (self.name, self.value, self.figure) = (name, value, figure)
    }
  }

  package let title: String
  package let width: Double
  private let bars: [Bar]
  private let limit: Double
  private static let rowHeight = 24.0
  private static let header = 34.0

  /// - Parameter limit: what a whole bar stands for; the largest value when nil. A negative value has a bar of the other
  ///   color.
  package init(_ title: String, _ bars: [Bar], limit: Double? = nil, width: Double = 400) {
    self.title = title
    self.bars = bars
    self.width = width
    self.limit = limit ?? bars.map { abs($0.value) }.filter(\.isFinite).max() ?? 1
  }

  package var height: Double { Self.header + Double(bars.count) * Self.rowHeight + 6 }
  package var summary: String { bars.map { "\($0.name): \($0.figure)" }.joined(separator: "; ") }

  package func draw(into drawing: inout Drawing) {
    drawing.label(shortened(title, to: width, size: 16.5), at: Point(0, 17), "title")
    let names = min((bars.map { textWidth($0.name) }.max() ?? 0) + 10, width * 0.5)
    let figures = (bars.map { textWidth($0.figure) }.max() ?? 0) + 10
    let room = max(width - names - figures, 20)
    for (row, bar) in bars.enumerated() {
      let y = Self.header + Double(row) * Self.rowHeight
      let share = limit > 0 && bar.value.isFinite ? min(abs(bar.value) / limit, 1) : 0
      drawing.label(shortened(bar.name, to: names - 10), at: Point(names - 10, y + 15), "", .end)
      drawing.rectangle(Area(x: names, y: y + 4, width: room, height: 14), "track", corner: 2)
      if share > 0 {
        drawing.rectangle(
          Area(x: names, y: y + 4, width: max(share * room, 1), height: 14),
          ChartStyle.fill(bar.value < 0 ? 1 : 0),
          corner: 2)
      }
      drawing.label(bar.figure, at: Point(names + room + 8, y + 15), "muted")
    }
  }
}
