import ApusCore
public import ApusRuns

extension GradientNoiseReading {
  /// Draws what a batch's size decides: the gradient's noise beside its closed form and the gradient itself, and the memory of
  /// a step.
  public func picture(title: String) -> Picture {
    // Of all rows there is none but rounding.
    let shown = sizes.filter { $0.expected > 0 }
    let batches = shown.map { Double($0.batch) }
    let noise = LineChart(
      "Noise of the gradient, \(grouped(rows)) rows",
      [
        .init("measured", zip(batches, shown).map { Point($0, $1.noise) }),
        .init("tr S² / B · (1 − B / N)", zip(batches, shown).map { Point($0, $1.expected) }, isDashed: true),
        .init("the gradient, ‖∇J‖²", batches.map { Point($0, squaredGradient) }, isDashed: true),
      ], xName: "rows in a batch", yName: "E ‖ε‖²", xKind: .logarithmic, yKind: .logarithmic, width: 440)
    let memory = LineChart(
      "Memory of a training step",
      [.init("", sizes.map { Point(Double($0.batch), Double($0.memoryBytes) / 1e6) })],
      xName: "rows in a batch", yName: "MB", xKind: .logarithmic, yKind: .logarithmic, width: 440)
    return Picture(ChartGrid(title, [noise, memory], columns: 2))
  }
}
