import ApusCore
public import ApusRuns

extension LossLandscape {
  /// The landscape as a map with lines of equal loss; the model is in the middle.
  public func picture(title: String) -> Picture {
    let grid = Grid(columns: size, rows: size, x: -radius...radius, y: -radius...radius, values: values)
    let (kind, levels) = Self.scale(of: values)
    return Picture(
      HeatMap(
        title, grid, kind: kind, levels: levels,
        paths: [.init("the model: loss \(ChartScale.figure(loss)) on \(rows) rows", [Point(0, 0)])],
        xName: "a, along the first direction", yName: "b, along the second", unit: "loss", width: 520,
        height: 500))
  }

  /// Returns the scale on which losses are best seen, and the values whose lines are drawn: evenly between the least
  /// and the largest, on the map's own scale.
  package static func scale(of values: [Double]) -> (kind: ChartScale.Kind, levels: [Double]) {
    let finite = values.filter { $0.isFinite && $0 > 0 }
    let (least, most) = (finite.min() ?? 1, finite.max() ?? 1)
    let isWide = most / least > 30
    let levels = (1..<12).map { level -> Double in
      let share = Double(level) / 12
      return isWide
        ? least * Mathematics.exp(share * Mathematics.log(most / least)) : least + share * (most - least)
    }
    return (isWide ? .logarithmic : .linear, levels)
  }
}
