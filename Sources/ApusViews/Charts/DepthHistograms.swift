import ApusCore
import ApusTraining

/// A small histogram for each layer, from the input to the output: how signals or gradients change through depth.
package struct DepthHistograms: Chart {
  package struct Layer: Sendable {
    package var name: String
    package var histogram: Histogram
    /// A line below: `rms 0.8`.
    package var note: String

    package init(_ name: String, _ histogram: Histogram, note: String = "") {
      (self.name, self.histogram, self.note) = (name, histogram, note)
    }
  }

  package let title: String
  private let layers: [Layer]
  private let columns: Int
  private let isLogarithmic: Bool
  private static let cell = (width: 118.0, height: 118.0)
  private static let header = 34.0

  /// - Parameter isLogarithmic: whether the heights are logarithms of the counts, which shows what is rare beside a spike.
  package init(_ title: String, _ layers: [Layer], columns: Int = 6, isLogarithmic: Bool = false) {
    self.title = title
    self.isLogarithmic = isLogarithmic
    self.layers = layers
    self.columns = max(min(columns, layers.count), 1)
  }

  package var width: Double { max(Double(columns) * Self.cell.width, titleWidth(title)) }
  package var height: Double {
    Self.header + Double((layers.count + columns - 1) / columns) * Self.cell.height
  }
  package var summary: String { layers.map { "\($0.name): \($0.note)" }.joined(separator: "; ") }

  package func draw(into drawing: inout Drawing) {
    drawing.label(title, at: Point(0, 17), "title")
    for (number, layer) in layers.enumerated() {
      let x = Double(number % columns) * Self.cell.width
      let y = Self.header + Double(number / columns) * Self.cell.height
      let plot = Area(x: x, y: y + 20, width: Self.cell.width - 14, height: 54)
      drawing.label(shortened(layer.name, to: plot.width), at: Point(x, y + 12), "strong")
      let largest = Double(max(layer.histogram.counts.max() ?? 0, 1))
      let step = plot.width / Double(max(layer.histogram.counts.count, 1))
      for (bin, count) in layer.histogram.counts.enumerated() where count > 0 {
        let part =
          isLogarithmic
          ? Mathematics.log(Double(count) + 1) / Mathematics.log(largest + 1) : Double(count) / largest
        let size = max(part * plot.height, 0.75)
        drawing.rectangle(
          Area(x: x + Double(bin) * step, y: plot.bottom - size, width: max(step - 0.5, 0.5), height: size),
          ChartStyle.fill(0))
      }
      drawing.line(Point(x, plot.bottom), Point(plot.right, plot.bottom), "axis")
      let (low, high) = Self.ends(layer.histogram, within: plot.width)
      drawing.label(low, at: Point(x, plot.bottom + 12), "muted small")
      drawing.label(high, at: Point(plot.right, plot.bottom + 12), "muted small", .end)
      if !layer.note.isEmpty { drawing.label(layer.note, at: Point(x, plot.bottom + 26), "muted small") }
    }
  }

  /// The figures of both ends, with as many digits as there is room for.
  private static func ends(_ histogram: Histogram, within width: Double) -> (low: String, high: String) {
    var ends = ("", "")
    for digits in [3, 2, 1] {
      ends = (
        ChartScale.minus(shortFigure(histogram.low, digits: digits)),
        ChartScale.minus(shortFigure(histogram.high, digits: digits))
      )
      if textWidth(ends.0, size: 10.5) + textWidth(ends.1, size: 10.5) + 8 <= width { break }
    }
    return ends
  }
}

/// The counts of numbers in equal parts of a range.
package struct Histogram: Sendable, Equatable {
  package let low: Double
  package let high: Double
  package let counts: [Int]

  package init(low: Double, high: Double, counts: [Int]) {
    (self.low, self.high, self.counts) = (low, high, counts)
  }

  /// Counts numbers over a range: those beyond it in its ends, NaN not at all.
  package init(_ values: some Sequence<Double>, from low: Double, to high: Double, bins: Int) {
    var counts = [Int](repeating: 0, count: max(bins, 1))
    let factor = high > low ? Double(counts.count) / (high - low) : 0
    for value in values where !value.isNaN {
      let place = min(max((value - low) * factor, 0), Double(counts.count - 1))
      counts[Int(place)] += 1
    }
    self.init(low: low, high: high, counts: counts)
  }

  /// Counts numbers between the least and the largest of them; those that are not finite are left out.
  package init(_ values: some Sequence<Double>, bins: Int = 30) {
    let values = values.filter(\.isFinite)
    let least = values.min() ?? 0
    let most = values.max() ?? 0
    // A single value lies in the middle.
    let (low, high) = most > least ? (least, most) : (least - 0.5, most + 0.5)
    var counts = [Int](repeating: 0, count: max(bins, 1))
    for value in values {
      let bin = Int((value - low) / (high - low) * Double(counts.count))
      counts[min(max(bin, 0), counts.count - 1)] += 1
    }
    self.init(low: low, high: high, counts: counts)
  }
}
