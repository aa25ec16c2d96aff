public import ApusRuns

extension AblationReading {
  /// Draws the metric over the part of the units that is silenced, a line for each layer, with bands of a standard error.
  public func picture(title: String) -> Picture {
    Picture(
      LineChart(
        title,
        layers.map { layer in
          var series = LineChart.Series(
            "\(layer.units) units before layer \(layer.path)", zip(shares, layer.values).map { Point($0, $1) }
          )
          series.band = zip(layer.values, layer.standardErrors).map { ($0 - $1, $0 + $1) }
          return series
        }, xName: "part of the units that is silenced", yName: metric, width: 520, height: 320))
  }
}
