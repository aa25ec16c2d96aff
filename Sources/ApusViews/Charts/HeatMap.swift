import ApusCore

/// Numbers on a grid as colors, with the lines on which they are equal and paths over them.
package struct HeatMap: Chart {
  /// A way over the map: an optimizer's steps, say.
  package struct Path: Sendable {
    package var name: String
    package var points: [Point]
    package init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  package let title: String
  package let width: Double
  package let height: Double
  private let grid: Grid
  private let ramp: ColorRamp
  private let kind: ChartScale.Kind
  private let range: ClosedRange<Double>
  private let levels: [Double]
  private let paths: [Path]
  private let groups: [ScatterChart.Group]
  private let frame: PlotFrame
  private let unit: String
  private let barWidth: Double

  /// - Parameters:
  ///   - kind: whether equal factors rather than equal differences are equal steps of color.
  ///   - range: what the ramp's ends stand for; the least and largest value when nil.
  ///   - levels: the values whose lines are drawn.
  ///   - groups: points over the map.
  ///   - unit: what the colors are; written beside their bar.
  package init(
    _ title: String, _ grid: Grid, ramp: ColorRamp = .viridis, kind: ChartScale.Kind = .linear,
    range: ClosedRange<Double>? = nil,
    levels: [Double] = [], paths: [Path] = [], groups: [ScatterChart.Group] = [], xName: String = "",
    yName: String = "", unit: String = "", width: Double = 400, height: Double = 360
  ) {
    self.title = title
    self.grid = grid
    self.ramp = ramp
    self.kind = kind
    self.levels = levels
    self.paths = paths
    self.groups = groups
    self.unit = unit
    self.width = width
    self.height = height
    let finite = grid.values.filter { $0.isFinite && (kind == .linear || $0 > 0) }
    self.range = range ?? (finite.min() ?? 0)...(finite.max() ?? 0)
    barWidth = Self.barWidth(self.range, kind)
    frame = PlotFrame(
      width: width - barWidth, height: height, title: title,
      x: ChartScale([grid.x.lowerBound, grid.x.upperBound], ticks: 5, isTight: true),
      y: ChartScale([grid.y.lowerBound, grid.y.upperBound], ticks: 5, isTight: true), xName: xName,
      yName: yName,
      legend: paths.enumerated().map {
        $1.points.count > 1
          ? .init(name: $1.name, style: ChartStyle.line($0 + 1))
          : .init(name: $1.name, style: "dot " + ChartStyle.fill($0 + 1), isLine: false)
      }
        + (groups.count > 1
          ? groups.enumerated().map {
            .init(name: $1.name, style: "dot " + ChartStyle.fill($0), isLine: false)
          } : []))
  }

  /// The room for the bar and the numbers beside it.
  private static func barWidth(_ range: ClosedRange<Double>, _ kind: ChartScale.Kind) -> Double {
    let figures = values(along: range, kind).map { textWidth(ChartScale.figure($0), size: 10.5) }
    return max(62, 22 + (figures.max() ?? 0))
  }

  /// The values at the bottom, the middle and the top of the bar.
  private static func values(along range: ClosedRange<Double>, _ kind: ChartScale.Kind) -> [Double] {
    let (low, high) = (seen(range.lowerBound, kind), seen(range.upperBound, kind))
    return [0, 0.5, 1].map { place in
      let along = low + place * (high - low)
      return kind == .linear ? along : Mathematics.exp(along)
    }
  }

  /// The area of the map in the chart.
  package var plot: Area { frame.plot }

  package var summary: String {
    "\(unit.isEmpty ? "values" : unit) from \(ChartScale.figure(range.lowerBound)) to "
      + ChartScale.figure(range.upperBound)
  }

  package func draw(into drawing: inout Drawing) {
    frame.draw(into: &drawing)
    let ends = [range.lowerBound, range.upperBound].map { seen($0) }
    // The values are those of the pixels' middles, so that half of the outer ones lies beyond the axes.
    let pixel = (
      width: frame.plot.width / Double(max(grid.columns - 1, 1)),
      height: frame.plot.height / Double(max(grid.rows - 1, 1))
    )
    let image = Area(
      x: frame.plot.x - pixel.width / 2, y: frame.plot.y - pixel.height / 2,
      width: frame.plot.width + pixel.width,
      height: frame.plot.height + pixel.height)
    drawing.clipped(frame.plot) { drawing in
      drawing.image(
        PixelImage(
          grid.values.map { seen($0) }, width: grid.columns, in: ends[0]...max(ends[0], ends[1]), ramp: ramp),
        in: image)
      for level in levels {
        for line in MarchingSquares.lines(of: grid, at: level) {
          drawing.path(line.compactMap { frame.point($0.x, $0.y) }, "contour")
        }
      }
      for (number, path) in paths.enumerated() {
        let places = path.points.compactMap { frame.point($0.x, $0.y) }
        drawing.path(places, ChartStyle.line(number + 1))
        if let first = places.first { drawing.circle(first, radius: 3, "dot " + ChartStyle.fill(number + 1)) }
        if let last = places.last { drawing.circle(last, radius: 5, "dot " + ChartStyle.fill(number + 1)) }
      }
      for (number, group) in groups.enumerated() {
        for point in group.points {
          guard let place = frame.point(point.x, point.y) else { continue }
          drawing.circle(place, radius: 2.6, "dot " + ChartStyle.fill(number))
        }
      }
    }
    drawBar(&drawing)
  }

  /// Returns the quantity in which colors are evenly spaced.
  private func seen(_ value: Double) -> Double { Self.seen(value, kind) }

  private static func seen(_ value: Double, _ kind: ChartScale.Kind) -> Double {
    kind == .linear ? value : value > 0 ? Mathematics.log(value) : .nan
  }

  /// Draws the bar that shows what the colors stand for.
  private func drawBar(_ drawing: inout Drawing) {
    let bar = Area(x: width - barWidth + 4, y: frame.plot.y, width: 10, height: frame.plot.height)
    let steps = (0..<64).reversed().map { Double($0) / 63 }
    drawing.image(PixelImage(steps, width: 1, in: 0...1, ramp: ramp), in: bar)
    for (place, value) in zip([0.0, 0.5, 1], Self.values(along: range, kind)) {
      drawing.label(
        ChartScale.figure(value), at: Point(bar.right + 5, bar.bottom - place * (bar.height - 8)),
        "muted small")
    }
    if !unit.isEmpty { drawing.label(unit, at: Point(width, bar.y - 9), "muted", .end) }
  }
}

/// Numbers on a grid of places in the plane.
package struct Grid: Sendable, Equatable {
  package let columns: Int
  package let rows: Int
  /// The centers of the first and the last column, and of the lowest and the highest row.
  package let x: ClosedRange<Double>
  package let y: ClosedRange<Double>
  /// `[rows, columns]`, the highest row first.
  package let values: [Double]

  package init(columns: Int, rows: Int, x: ClosedRange<Double>, y: ClosedRange<Double>, values: [Double]) {
    precondition(values.count == columns * rows, "the values do not fill the grid")
    (self.columns, self.rows, self.x, self.y, self.values) = (columns, rows, x, y, values)
  }

  /// The place of a column and a row.
  package func place(column: Double, row: Double) -> Point {
    Point(
      x.lowerBound + (x.upperBound - x.lowerBound) * column / Double(max(columns - 1, 1)),
      y.upperBound - (y.upperBound - y.lowerBound) * row / Double(max(rows - 1, 1)))
  }
}
