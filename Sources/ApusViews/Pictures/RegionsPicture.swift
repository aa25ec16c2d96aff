public import ApusRuns

extension PlaneReading {
  /// Draws the model's decisions everywhere in the plane with the rows over it, then each hidden unit: blue below 0,
  /// orange above, of a unit that is never below 0 from white.
  public func picture(title: String) -> Picture {
    let units = layers.flatMap { layer in
      layer.units.enumerated().map { number, values in
        PlaneTile("\(layer.name), \(number + 1)", image(of: values))
      }
    }
    return Picture(
      ChartGrid(
        title, maps + (units.isEmpty ? [] : [tileRows("hidden units", units)]), columns: 2))
  }

  /// More numbers than this have no map.
  private static let mostMaps = 12

  private var maps: [any Chart] {
    guard outputNames.count > 1 else {
      return [classNames.isEmpty ? outputMap("the output", 0) : PlaneMap(title: "the decision", self)]
    }
    return outputNames.prefix(Self.mostMaps).enumerated().map { outputMap($1, $0) }
  }

  /// Returns numbers as colors, with a bar that says which is which.
  private func outputMap(_ title: String, _ output: Int) -> any Chart {
    let values = stride(from: output, to: outputs.count, by: width).map { Double(outputs[$0]) }
    return HeatMap(
      title, Grid(columns: size, rows: size, x: x, y: y, values: values),
      groups: groups.map { ScatterChart.Group($0.name, $0.points.map { Point($0.x, $0.y) }) },
      xName: columns[0], yName: columns[1], width: 522, height: 460)
  }

  private func image(of values: [Float]) -> PixelImage {
    // Every other place is enough for a small picture.
    let places = stride(from: 0, to: size, by: 2).flatMap { row in
      stride(from: 0, to: size, by: 2).map { row * size + $0 }
    }
    let shown = places.map { Double(values[$0]) }
    let largest = max(shown.filter(\.isFinite).map { abs($0) }.max() ?? 0, 1e-9)
    return PixelImage(shown, width: (size + 1) / 2, in: -largest...largest, ramp: .diverging)
  }
}

/// The plane in the colors of the classes, paler where the model is less sure, with the rows over it.
struct PlaneMap: Chart {
  let title: String
  let width = 460.0
  let height = 460.0
  private let reading: PlaneReading
  private let frame: PlotFrame

  init(title: String, _ reading: PlaneReading) {
    self.title = title
    self.reading = reading
    frame = PlotFrame(
      width: width, height: height, title: title,
      x: ChartScale([reading.x.lowerBound, reading.x.upperBound], isTight: true),
      y: ChartScale([reading.y.lowerBound, reading.y.upperBound], isTight: true), xName: reading.columns[0],
      yName: reading.columns[1],
      legend: reading.groups.enumerated().map {
        .init(name: $1.name, style: "dot " + ChartStyle.fill($0), isLine: false)
      })
  }

  var summary: String {
    reading.classNames.enumerated().map { label, name in
      "\(name): \(reading.labels.count { $0 == label } * 100 / max(reading.labels.count, 1)) % of the plane"
    }.joined(separator: "; ")
  }

  func draw(into drawing: inout Drawing) {
    frame.draw(into: &drawing)
    drawing.image(PixelImage(width: reading.size, height: reading.size, pixels: colors), in: frame.plot)
    drawing.clipped(frame.plot) { drawing in
      for (number, group) in reading.groups.enumerated() {
        for point in group.points {
          guard let place = frame.point(point.x, point.y) else { continue }
          drawing.circle(place, radius: 3.2, "dot " + ChartStyle.fill(number))
        }
      }
    }
  }

  /// In eight steps from pale to plain, so that the picture stays small.
  private var colors: [Color] {
    let areProbabilities = reading.outputs.allSatisfy { $0 >= 0 && $0 <= 1 }
    return reading.labels.enumerated().map { place, label in
      let color = ChartStyle.series[label % ChartStyle.seriesCount].light
      var share = 0.5
      if areProbabilities {
        let own = reading.outputs[(place * reading.width)..<((place + 1) * reading.width)]
        let sure =
          reading.width == 1 ? Double(label == 1 ? own.first! : 1 - own.first!) : Double(own.max() ?? 0)
        let floor = 1 / Double(max(reading.classNames.count, 2))
        share = 0.15 + 0.5 * ((sure - floor) / (1 - floor) * 8).rounded() / 8
      }
      return Color(0xFFFFFF).mixed(color, share)
    }
  }
}

/// A small picture of the plane with a name.
struct PlaneTile {
  let name: String
  let image: PixelImage

  init(_ name: String, _ image: PixelImage) { (self.name, self.image) = (name, image) }
}

/// Small pictures in rows of eight.
private func tileRows(_ title: String, _ tiles: [PlaneTile]) -> ImageGrid {
  ImageGrid(title, tiles.map { .init($0.image, [$0.name]) }, columns: 6, tileWidth: 72)
}
