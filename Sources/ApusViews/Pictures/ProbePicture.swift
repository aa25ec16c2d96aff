import ApusTraining
public import ApusRuns

extension ProbeReading {
  /// Draws the probes' accuracies as bars, from the input to the output.
  public func picture(title: String) -> Picture {
    Picture(
      BarChart(
        title,
        layers.map { layer in
          .init(
            layer.path.isEmpty
              ? "\(layer.name), \(layer.width)" : "\(layer.path) \(layer.name), \(layer.width)",
            layer.accuracy.value, figure: ChartScale.figure(layer.accuracy.value))
        }, limit: 1, width: 520))
  }
}
