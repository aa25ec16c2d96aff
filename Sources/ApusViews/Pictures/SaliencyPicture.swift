public import ApusRuns

extension SaliencyReading {
  /// Draws saliency: of images each sample with its gradient beside it, blue where a brighter pixel would lower the
  /// loss and orange where it would raise it; of tables the features that the loss depends on most.
  public func picture(title: String) -> Picture {
    guard shape.count == 3 else {
      let ranked = meanMagnitudes.enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
      return Picture(
        BarChart(
          "\(title): mean |∂ loss / ∂ feature|",
          ranked.prefix(30).map { place, value in
            .init(
              featureNames.indices.contains(place) ? featureNames[place] : "\(place + 1)", value,
              figure: ChartScale.figure(value))
          }, width: 520))
    }
    let tiles = samples.flatMap { sample -> [ImageGrid.Tile] in
      let channels = shape[2]
      let pixels = (0..<(shape[0] * shape[1])).map { pixel in
        (0..<channels).reduce(0.0) { $0 + Double(sample.gradient[pixel * channels + $1]) }
      }
      let largest = max(pixels.map { abs($0) }.max() ?? 0, 1e-30)
      let words =
        sample.truth == sample.prediction ? sample.truth : "\(sample.truth), not \(sample.prediction)"
      return [
        .init(
          PixelImage(
            ImageSample(shape: shape, values: Self.unit(sample.input), name: sample.truth)), [words]),
        .init(PixelImage(pixels, width: shape[1], in: -largest...largest, ramp: .diverging), [""]),
      ]
    }
    return Picture(
      ImageGrid(
        title, tiles, columns: 8, tileWidth: 72,
        note: "Blue where a brighter pixel would lower the loss, orange where it would raise it."))
  }

  /// From 0, the darkest, to 1.
  private static func unit(_ values: [Float]) -> [Float] {
    let least = values.min() ?? 0
    let span = (values.max() ?? 1) - least
    return values.map { span > 0 ? ($0 - least) / span : 0 }
  }
}
