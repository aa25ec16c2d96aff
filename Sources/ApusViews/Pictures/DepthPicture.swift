public import ApusRuns

extension DepthReading {
  /// Without the outermost half percent on either side, which would make a line of the rest.
  private static func middle(_ values: [Double]) -> ArraySlice<Double> {
    values.sorted()[(values.count / 200)..<(values.count - values.count / 200)]
  }

  /// A histogram of the outputs of each layer, and below it one of the gradients.
  public func picture(title: String) -> Picture {
    func layers(_ values: (Layer) -> [Float]) -> [DepthHistograms.Layer] {
      self.layers.map { layer in
        let values = values(layer).map { Double($0) }
        let square = values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))
        return DepthHistograms.Layer(
          layer.name, Histogram(Self.middle(values)), note: "rms \(ChartScale.figure(square.squareRoot()))")
      }
    }
    return Picture(
      ChartGrid(
        title,
        [
          DepthHistograms("What each layer puts out (99 % of the numbers)", layers(\.outputs)),
          // Most gradients of samples that are learned are next to 0.
          DepthHistograms(
            "The gradient of the mean loss with respect to it (99 %, heights logarithmic)",
            layers(\.gradients), isLogarithmic: true),
        ], columns: 1))
  }
}
