public import ApusRuns

extension AttentionReading {
  /// Draws a map for each head of each layer: across what is looked at, down what looks.
  public func picture(title: String) -> Picture {
    let charts = layers.flatMap { layer in
      layer.maps.enumerated().map { head, map -> any Chart in
        HeatMap(
          "\(layer.path), head \(head + 1)",
          Grid(
            columns: length, rows: length, x: 1...Double(length), y: 1...Double(length),
            values: map.reversed().flatMap { $0 }), range: 0...1, xName: "position looked at",
          yName: "position that looks", unit: "weight", width: 340, height: 300)
      }
    }
    return Picture(ChartGrid(title, charts, columns: min(charts.count, 4)))
  }
}
