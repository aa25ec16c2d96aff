/// The part that charts with two axes share: title, axes, grid, legend, and where a pair of numbers lies.
struct PlotFrame {
  /// A line of the legend.
  struct LegendEntry {
    var name: String
    /// The class of the mark.
    var style: String
    var isLine = true
  }

  let x: ChartScale
  let y: ChartScale
  /// The area in which the data is drawn.
  let plot: Area
  private let title: String
  private let xName: String
  private let yName: String
  private let legend: [[(entry: LegendEntry, x: Double)]]
  private let gridsX: Bool

  private static let titleHeight = 26.0
  private static let rowHeight = 18.0
  private static let markWidth = 18.0

  /// - Parameters:
  ///   - yName: what the vertical axis is; written above it.
  ///   - gridsX: whether the horizontal axis' ticks have lines too.
  init(
    width: Double, height: Double, title: String, x: ChartScale, y: ChartScale, xName: String = "",
    yName: String = "",
    legend: [LegendEntry] = [], gridsX: Bool = false
  ) {
    (self.x, self.y, self.title, self.xName, self.yName, self.gridsX) = (x, y, title, xName, yName, gridsX)
    let left = max((y.ticks.map { textWidth($0.label) }.max() ?? 0) + 10, 20)
    self.legend = Self.laid(legend, width: width - 8)
    let lines = self.legend.count
    let top =
      (title.isEmpty ? 8 : Self.titleHeight) + Double(lines) * Self.rowHeight + (yName.isEmpty ? 8 : 20)
    let right = max(14, textWidth(x.ticks.last?.label ?? "") / 2 + 4)
    let bottom = xName.isEmpty ? 24.0 : 40.0
    plot = Area(
      x: left, y: top, width: max(width - left - right, 20), height: max(height - top - bottom, 20))
  }

  /// The entries in rows no wider than the chart.
  private static func laid(_ entries: [LegendEntry], width: Double) -> [[(entry: LegendEntry, x: Double)]] {
    var rows: [[(entry: LegendEntry, x: Double)]] = []
    var x = 0.0
    for var entry in entries {
      entry.name = shortened(entry.name, to: width - markWidth - 12)
      let size = markWidth + 6 + textWidth(entry.name) + 14
      if rows.isEmpty || x + size > width + 14 {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, x))
      x += size
    }
    return rows
  }

  /// Returns the position of a pair of numbers; nil where it has none.
  func point(_ x: Double, _ y: Double) -> Point? {
    guard let a = self.x.place(x), let b = self.y.place(y) else { return nil }
    return Point(plot.x + a * plot.width, plot.bottom - b * plot.height)
  }

  /// Everything but the data, which goes over it.
  func draw(into drawing: inout Drawing) {
    if !title.isEmpty {
      drawing.label(shortened(title, to: plot.right, size: 16.5), at: Point(0, 17), "title")
    }
    var top = title.isEmpty ? 8 : Self.titleHeight
    for row in legend {
      for (entry, x) in row {
        let middle = top + Self.rowHeight / 2
        if entry.isLine {
          drawing.line(Point(x, middle), Point(x + Self.markWidth, middle), entry.style)
        } else {
          drawing.circle(Point(x + Self.markWidth / 2, middle), radius: 4.5, entry.style)
        }
        drawing.label(entry.name, at: Point(x + Self.markWidth + 6, middle + 4))
      }
      top += Self.rowHeight
    }
    if !yName.isEmpty { drawing.label(yName, at: Point(0, plot.y - 9), "muted") }
    for tick in y.ticks {
      guard let place = y.place(tick.value) else { continue }
      let at = plot.bottom - place * plot.height
      drawing.line(Point(plot.x, at), Point(plot.right, at), "grid")
      drawing.label(tick.label, at: Point(plot.x - 7, at + 4), "muted", .end)
    }
    var end = -Double.infinity
    for tick in x.ticks {
      guard let place = x.place(tick.value) else { continue }
      let at = plot.x + place * plot.width
      let half = textWidth(tick.label) / 2
      // Labels that would touch are left out.
      guard at - half > end + 6 else { continue }
      end = at + half
      if gridsX { drawing.line(Point(at, plot.y), Point(at, plot.bottom), "grid") }
      drawing.line(Point(at, plot.bottom), Point(at, plot.bottom + 4), "axis")
      drawing.label(tick.label, at: Point(at, plot.bottom + 17), "muted", .middle)
    }
    drawing.line(Point(plot.x, plot.bottom), Point(plot.right, plot.bottom), "axis")
    if !xName.isEmpty {
      drawing.label(xName, at: Point(plot.x + plot.width / 2, plot.bottom + 34), "muted", .middle)
    }
  }
}
