import ApusCore
import ApusData

/// An image among samples; a large one is shrunk.
package struct ImageSample: Sendable, Equatable {
  /// `[height, width, channels]`
  package var shape: [Int]
  /// Row-major, from 0 (its darkest) to 1.
  package var values: [Float]
  /// The class.
  package var name: String

  package init(shape: [Int], values: [Float], name: String) {
    (self.shape, self.values, self.name) = (shape, values, name)
  }
}

extension ImageSample {
  /// A sample as an image; nil where it is none.
  init?(_ row: Int, of dataset: any Dataset, name: String) throws {
    guard dataset.inputShape.count == 3, [1, 3].contains(dataset.inputShape[2]) else { return nil }
    let (shape, values) = Self.shrunk(try dataset.batch([row]).arrays().inputs, dataset.inputShape)
    let least = values.min() ?? 0
    let span = (values.max() ?? 1) - least
    self.init(shape: shape, values: values.map { span > 0 ? ($0 - least) / span : 0 }, name: name)
  }

  /// Pixels of a side; what has more is shown by the means of squares, so that a page of many stays small.
  private static let mostPixels = 32

  private static func shrunk(_ values: [Float], _ shape: [Int]) -> (shape: [Int], values: [Float]) {
    let square = (max(shape[0], shape[1]) + mostPixels - 1) / mostPixels
    guard square > 1 else { return (shape, values) }
    let small = [(shape[0] + square - 1) / square, (shape[1] + square - 1) / square, shape[2]]
    var sums = [Float](repeating: 0, count: small.reduce(1, *))
    var counts = sums
    for (place, value) in values.enumerated() {
      let (pixel, channel) = place.quotientAndRemainder(dividingBy: shape[2])
      let (row, column) = pixel.quotientAndRemainder(dividingBy: shape[1])
      let target = (row / square * small[1] + column / square) * shape[2] + channel
      sums[target] += value
      counts[target] += 1
    }
    return (small, zip(sums, counts).map { $0 / $1 })
  }
}
