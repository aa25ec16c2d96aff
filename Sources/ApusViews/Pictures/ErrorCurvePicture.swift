import ApusCore
public import ApusRuns

extension ErrorCurve {
  /// Draws the error on training rows and on others over rows or parameters, with bands of a standard error over seeds; over
  /// parameters with a line where there are as many as there are numbers to fit.
  public func picture(title: String) -> Picture {
    func size(_ place: Place) -> Double { Double(axis == .rows ? place.size : place.parameters) }
    func series(_ name: String, _ errors: (Place) -> Errors) -> LineChart.Series {
      var series = LineChart.Series(name, places.map { Point(size($0), errors($0).mean) })
      series.band = places.map { place in
        let (mean, error) = (errors(place).mean, errors(place).standardError)
        return (mean - error, mean + error)
      }
      return series
    }
    let fitted = Double(rows * outputs)
    var lines = [series("other rows", \.held), series("training rows", \.training)]
    let range = places.map(size)
    if axis == .units, let least = range.min(), let most = range.max(), (least...most).contains(fitted) {
      let highest = places.map(\.held.mean).filter(\.isFinite).max() ?? 1
      lines.append(
        .init("as many parameters as targets", [Point(fitted, 0), Point(fitted, highest)], isDashed: true))
    }
    return Picture(
      LineChart(
        title, lines, xName: axis == .rows ? "training rows" : "parameters", yName: measureName,
        xKind: .logarithmic, width: 560, height: 340))
  }

  /// The measured error with its unit: `share of rows that are wrong`.
  package var measureName: String {
    switch measure {
    case "error": "share of rows that are wrong"
    case "rmse": "root mean squared error"
    default: "mean loss, nats"
    }
  }
}
