/// Points in groups, and lines over them.
package struct ScatterChart: Chart {
  package struct Group: Sendable {
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
  private let groups: [Group]
  private let lines: [LineChart.Series]
  private let isEqual: Bool
  private let frame: PlotFrame

  /// - Parameters:
  ///   - lines: boundaries, fits; cut where the points' axes end.
  ///   - isEqual: whether both axes are the same, with the line on which x = y: for predictions against truth.
  ///   - xNames: what x = 0, 1, 2, … stand for, where they are no numbers.
  package init(
    _ title: String, _ groups: [Group], lines: [LineChart.Series] = [], xName: String = "",
    yName: String = "",
    xKind: ChartScale.Kind = .linear,
    yKind: ChartScale.Kind = .linear, isEqual: Bool = false, xNames: [String] = [], width: Double = 400,
    height: Double = 300
  ) {
    self.title = title
    self.groups = groups
    self.lines = lines
    self.isEqual = isEqual
    self.width = width
    self.height = height
    let all = groups.isEmpty ? lines.flatMap(\.points) : groups.flatMap(\.points)
    let (xs, ys) = (all.map(\.x), all.map(\.y))
    frame = PlotFrame(
      width: width, height: height, title: title,
      x: xNames.isEmpty
        ? ChartScale(isEqual ? xs + ys : xs, kind: xKind, ticks: max(Int(width / 80), 2))
        : ChartScale(names: xNames),
      y: ChartScale(isEqual ? xs + ys : ys, kind: yKind, ticks: max(Int(height / 60), 2)),
      xName: xName, yName: yName,
      legend: groups.count + lines.count > 1
        ? groups.enumerated().filter { !$1.name.isEmpty }.map {
          .init(name: $1.name, style: "dot " + ChartStyle.fill($0), isLine: false)
        }
          + lines.enumerated().filter { !$1.name.isEmpty }.map {
            .init(name: $1.name, style: Self.style($1, groups.count + $0))
          } : [], gridsX: true)
  }

  /// A line's own color, or one after those of the groups.
  private static func style(_ line: LineChart.Series, _ number: Int) -> String {
    ChartStyle.line(line.color ?? number) + (line.isDashed ? " dash" : "")
  }

  package var summary: String {
    groups.map { "\($0.points.count) points" + ($0.name.isEmpty ? "" : " of \($0.name)") }.joined(
      separator: "; ")
  }

  package func draw(into drawing: inout Drawing) {
    frame.draw(into: &drawing)
    if isEqual, let from = frame.point(frame.x.low, frame.x.low),
      let to = frame.point(frame.x.high, frame.x.high)
    {
      drawing.line(from, to, "axis dash")
    }
    let count = groups.reduce(0) { $0 + $1.points.count }
    drawing.group(["fill-opacity": .number(count > 100 ? 0.55 : 0.8)]) { drawing in
      for (number, group) in groups.enumerated() {
        for point in group.points {
          guard let place = frame.point(point.x, point.y) else { continue }
          drawing.circle(place, radius: count > 300 ? 2.2 : 3.5, ChartStyle.fill(number))
        }
      }
    }
    guard !lines.isEmpty else { return }
    drawing.clipped(frame.plot) { drawing in
      for (number, line) in lines.enumerated() {
        drawing.path(
          line.points.compactMap { frame.point($0.x, $0.y) }, Self.style(line, groups.count + number))
      }
    }
  }
}
