/// A picture made of values: a pure function from them to SVG text.
///
/// Readable in light and in dark, without a script; its text can be selected, and a screen reader is told the title and
/// the summary.
package protocol Chart: Sendable {
  /// The title, drawn at its top.
  var title: String { get }
  /// The same in a sentence, for who cannot see it.
  var summary: String { get }
  /// In pixels.
  var width: Double { get }
  var height: Double { get }
  /// Everything but the background.
  func draw(into drawing: inout Drawing)
}

extension Chart {
  /// A whole file, with a margin.
  package var svg: String {
    let margin = 12.0
    var drawing = Drawing()
    drawing.rectangle(
      Area(x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin), "paper")
    draw(into: &drawing)
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + start(" xmlns=\"http://www.w3.org/2000/svg\"", margin: margin)
      + "<style>\n\(ChartStyle.css)</style>\n"
      + drawing.text + "</svg>\n"
  }

  /// For a page that has ``ChartStyle/css``: as wide as the place allows, and at most ``width``.
  package var inlineSVG: String {
    var drawing = Drawing()
    draw(into: &drawing)
    return start("", margin: 0) + drawing.text + "</svg>\n"
  }

  private func start(_ namespace: String, margin: Double) -> String {
    let (corner, w, h) = (
      coordinate(-margin), coordinate(width + 2 * margin), coordinate(height + 2 * margin)
    )
    return
      "<svg\(namespace) class=\"chart\" role=\"img\" viewBox=\"\(corner) \(corner) \(w) \(h)\" width=\"\(w)\" "
      + "height=\"\(h)\">\n<title>\(escaped(title))</title>\n<desc>\(escaped(summary))</desc>\n"
  }
}

/// Several charts in rows, as one.
package struct ChartGrid: Chart {
  package let title: String
  package let summary: String
  private let charts: [any Chart]
  private let columns: Int
  private static let gap = 28.0
  private static let header = 38.0

  /// - Parameter columns: how many stand side by side.
  package init(_ title: String, _ charts: [any Chart], columns: Int, summary: String? = nil) {
    self.title = title
    self.charts = charts
    self.columns = max(min(columns, charts.count), 1)
    self.summary = summary ?? charts.map { $0.title }.joined(separator: "; ")
  }

  private var cellWidth: Double { charts.map(\.width).max() ?? 0 }
  private var rowHeights: [Double] {
    stride(from: 0, to: charts.count, by: columns).map { start in
      charts[start..<min(start + columns, charts.count)].map(\.height).max() ?? 0
    }
  }

  package var width: Double {
    max(Double(columns) * (cellWidth + Self.gap) - Self.gap, titleWidth(title))
  }
  package var height: Double { rowHeights.reduce(Self.header - Self.gap) { $0 + $1 + Self.gap } }

  package func draw(into drawing: inout Drawing) {
    drawing.label(title, at: Point(0, 17), "title")
    var y = Self.header
    for (row, rowHeight) in rowHeights.enumerated() {
      for column in 0..<columns where row * columns + column < charts.count {
        let x = Double(column) * (cellWidth + Self.gap)
        drawing.group(["transform": .word("translate(\(coordinate(x)) \(coordinate(y)))")]) {
          charts[row * columns + column].draw(into: &$0)
        }
      }
      y += rowHeight + Self.gap
    }
  }
}
