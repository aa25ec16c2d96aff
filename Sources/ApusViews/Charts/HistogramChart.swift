/// A chart of the counts of numbers in equal parts of a range.
package struct HistogramChart: Chart {
  package let title: String
  package let width: Double
  package let height: Double
  private let histogram: Histogram
  private let frame: PlotFrame

  package init(
    _ title: String, _ histogram: Histogram, xName: String = "", width: Double = 400, height: Double = 300
  ) {
    self.title = title
    self.histogram = histogram
    self.width = width
    self.height = height
    frame = PlotFrame(
      width: width, height: height, title: title,
      x: ChartScale([histogram.low, histogram.high], isTight: true),
      y: ChartScale([0, Double(max(histogram.counts.max() ?? 0, 1))], ticks: 4), xName: xName,
      yName: "how many")
  }

  package var summary: String {
    "\(histogram.counts.reduce(0, +)) numbers from \(ChartScale.figure(histogram.low)) to "
      + ChartScale.figure(histogram.high)
  }

  package func draw(into drawing: inout Drawing) {
    frame.draw(into: &drawing)
    let step = (histogram.high - histogram.low) / Double(max(histogram.counts.count, 1))
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let left = histogram.low + Double(bin) * step
      guard let corner = frame.point(left, Double(count)), let end = frame.point(left + step, 0) else {
        continue
      }
      drawing.rectangle(
        Area(x: corner.x + 0.5, y: corner.y, width: max(end.x - corner.x - 1, 0.5), height: end.y - corner.y),
        ChartStyle.fill(0))
    }
  }
}
