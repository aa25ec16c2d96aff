/// Lines over a common axis, with bands around them and marked points.
package struct LineChart: Chart {
  /// One of the lines.
  package struct Series: Sendable {
    package var name: String
    /// A line is broken where a number is not finite.
    package var points: [Point]
    /// Lower and upper values beside the points, drawn as a band; empty for none.
    package var band: [(low: Double, high: Double)] = []
    package var isDashed = false
    /// Its color, counted from 0; its place among the series when nil.
    package var color: Int?

    /// - Parameter points: pairs of numbers, from left to right.
    package init(_ name: String, _ points: [Point], isDashed: Bool = false, color: Int? = nil) {
      self.name = name
      self.points = points
      self.isDashed = isDashed
      self.color = color
    }

    /// Values over 1, 2, 3, ….
    package init(_ name: String, values: [Double], isDashed: Bool = false, color: Int? = nil) {
      self.init(
        name, values.enumerated().map { Point(Double($0.offset + 1), $0.element) }, isDashed: isDashed,
        color: color)
    }
  }

  /// A point that is pointed out: the best epoch, say.
  package struct Mark: Sendable {
    package var place: Point
    package var name: String
    package var color: Int

    package init(_ place: Point, _ name: String, color: Int = 0) {
      (self.place, self.name, self.color) = (place, name, color)
    }
  }

  package let title: String
  package let width: Double
  package let height: Double
  private let series: [Series]
  private let marks: [Mark]
  private let frame: PlotFrame
  /// More points of a line than this are drawn as the means of neighbors.
  static let mostPoints = 400

  package init(
    _ title: String, _ series: [Series], marks: [Mark] = [], xName: String = "", yName: String = "",
    xKind: ChartScale.Kind = .linear, yKind: ChartScale.Kind = .linear, width: Double = 400,
    height: Double = 260,
    showsLegend: Bool = true, gridsX: Bool = false
  ) {
    self.title = title
    self.series = series
    self.marks = marks
    self.width = width
    self.height = height
    let all = series.flatMap(\.points)
    let bands = series.flatMap(\.band).flatMap { [$0.low, $0.high] }
    frame = PlotFrame(
      width: width, height: height, title: title,
      x: ChartScale(
        all.map(\.x) + marks.map(\.place.x), kind: xKind, ticks: Int(width / 70), isTight: true,
        isCount: all.allSatisfy { $0.x == $0.x.rounded() }),
      y: ChartScale(
        all.map(\.y) + bands + marks.map(\.place.y), kind: yKind, ticks: max(Int(height / 60), 2)),
      xName: xName, yName: yName,
      legend: showsLegend ? Self.legend(series) : [],
      gridsX: gridsX)
  }

  /// A series without a name, and a single one, has no entry.
  private static func legend(_ series: [Series]) -> [PlotFrame.LegendEntry] {
    series.count < 2
      ? []
      : series.enumerated().filter { !$1.name.isEmpty }.map { .init(name: $1.name, style: style($1, $0)) }
  }

  private static func style(_ series: Series, _ number: Int) -> String {
    let style = ChartStyle.line(series.color ?? number)
    return series.isDashed && !style.hasSuffix("dash") ? style + " dash" : style
  }

  package var summary: String {
    series.map { series in
      let values = series.points.map(\.y).filter(\.isFinite)
      guard let first = values.first, let last = values.last else { return "\(series.name): nothing" }
      return "\(series.name): from \(ChartScale.figure(first)) to \(ChartScale.figure(last))"
    }.joined(separator: "; ")
  }

  package func draw(into drawing: inout Drawing) {
    frame.draw(into: &drawing)
    for (number, series) in series.enumerated() where !series.band.isEmpty {
      let edges = zip(series.points, series.band).compactMap { point, band -> (Point, Point)? in
        guard let low = frame.point(point.x, band.low), let high = frame.point(point.x, band.high) else {
          return nil
        }
        return (low, high)
      }
      drawing.group(["fill-opacity": .number(0.18)]) {
        $0.path(
          edges.map(\.1) + edges.reversed().map(\.0), ChartStyle.fill(series.color ?? number), isClosed: true)
      }
    }
    for (number, series) in series.enumerated() {
      var run: [Point] = []
      for point in Self.thinned(series.points) {
        if let place = frame.point(point.x, point.y) {
          run.append(place)
        } else {
          flush(&run, series, number, &drawing)
        }
      }
      flush(&run, series, number, &drawing)
    }
    for mark in marks {
      guard let place = frame.point(mark.place.x, mark.place.y) else { continue }
      drawing.circle(place, radius: 4, "dot " + ChartStyle.fill(mark.color))
      guard !mark.name.isEmpty else { continue }
      drawing.line(Point(place.x, frame.plot.y), Point(place.x, frame.plot.bottom), "axis dash")
      let isRight = place.x > frame.plot.x + frame.plot.width / 2
      drawing.label(
        mark.name, at: Point(place.x + (isRight ? -7 : 7), frame.plot.y + 11), "", isRight ? .end : .start)
    }
  }

  private func flush(_ run: inout [Point], _ series: Series, _ number: Int, _ drawing: inout Drawing) {
    if run.count == 1 {
      drawing.circle(run[0], radius: 2.5, ChartStyle.fill(series.color ?? number))
    } else {
      drawing.path(run, Self.style(series, number))
    }
    run = []
  }

  package static func thinned(_ points: [Point]) -> [Point] {
    guard points.count > mostPoints else { return points }
    return (0..<mostPoints).map { part in
      let group = points[(part * points.count / mostPoints)..<((part + 1) * points.count / mostPoints)]
      let count = Double(group.count)
      return Point(group.reduce(0) { $0 + $1.x } / count, group.reduce(0) { $0 + $1.y } / count)
    }
  }
}
