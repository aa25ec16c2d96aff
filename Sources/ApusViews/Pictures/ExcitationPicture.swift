public import ApusRuns

extension ExcitationReading {
  /// Draws what excites each unit: of images the input that was found and the samples that excite it most, of other inputs the
  /// numbers of what was found.
  ///
  /// - Parameter names: those of the input's numbers, where it is no image.
  public func picture(title: String, names: [String] = []) -> Picture {
    guard shape.count == 3 else {
      return Picture(
        ChartGrid(
          title,
          units.map { unit in
            let order = unit.input.indices.sorted {
              (abs(unit.input[$1]), $0) < (abs(unit.input[$0]), $1)
            }
            return BarChart(
              "unit \(unit.number)",
              order.prefix(12).map { place in
                .init(
                  names.indices.contains(place) ? names[place] : "\(place + 1)", Double(unit.input[place]),
                  figure: ChartScale.figure(Double(unit.input[place])))
              }, width: 320)
          }, columns: 3))
    }
    let tiles = units.flatMap { unit in
      [tile(unit.input, "unit \(unit.number)")] + unit.samples.map { tile($0.input, "sample \($0.number)") }
    }
    return Picture(
      ImageGrid(
        title, tiles, columns: 1 + (units.map(\.samples.count).max() ?? 0), tileWidth: 64,
        note:
          "A unit a line: what was found, then the samples that excite it most; blue below 0, orange above."
      ))
  }

  /// The mean over the channels.
  private func tile(_ input: [Float], _ name: String) -> ImageGrid.Tile {
    let channels = shape[2]
    let pixels = (0..<(shape[0] * shape[1])).map { pixel in
      (0..<channels).reduce(0.0) { $0 + Double(input[pixel * channels + $1]) } / Double(channels)
    }
    let largest = max(pixels.map { abs($0) }.max() ?? 0, 1e-30)
    return .init(PixelImage(pixels, width: shape[1], in: -largest...largest, ramp: .diverging), [name])
  }
}
