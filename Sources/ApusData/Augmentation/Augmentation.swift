public import ApusCore

/// A change of a training image that leaves its class as it is (lecture 4): drawn anew for each image in each epoch.
///
/// Adding one costs a file with a conforming type, and a line of ``Augmentations/table``.
public protocol Augmentation: Named {
  /// Draws a change, and puts the changed image into `target`, which has the same shape and holds anything.
  ///
  /// - Returns: whether there was a change; `target` is not read otherwise.
  func apply(
    _ source: ImageValues, to target: inout ImageValues, _ random: inout AugmentationRandom
  ) -> Bool
}

/// Random numbers of one image in one epoch: they depend on seed, epoch and row alone.
public struct AugmentationRandom: Sendable {
  private let random: Philox
  private var counter: UInt64

  /// Counters of a row; no list of augmentations draws as many.
  private static let most: UInt64 = 1 << 16

  /// - Parameter row: the image's number in its data set.
  public init(seed: UInt64, epoch: Int, row: Int) {
    random = Philox(seed: seed, path: "augmentation of epoch \(epoch)")
    counter = UInt64(row) &* Self.most
  }

  /// A double in [0, 1).
  public mutating func uniform() -> Double {
    defer { counter &+= 1 }
    return random.uniform(counter)
  }

  /// A double in [−limit, limit).
  public mutating func symmetric(_ limit: Double) -> Double { (2 * uniform() - 1) * limit }

  /// A whole number from the range, each as likely.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    defer { counter &+= 1 }
    return range.lowerBound + random.integer(counter, below: range.count)
  }
}

extension Batch.Memory {
  /// Changes the images that were written, one augmentation after the other; samples that are no images stay as they are.
  ///
  /// - Parameters:
  ///   - shape: of an image, `[height, width, channels]`.
  ///   - rows: the images' numbers in the data set.
  package func augment(
    with augmentations: [any Augmentation], shape: [Int], rows: ArraySlice<Int>, epoch: Int, seed: UInt64
  ) {
    guard shape.count == 3, !augmentations.isEmpty else { return }
    let (floats, size) = (column().memory.floats, column().size)
    var image = ImageValues(height: shape[0], width: shape[1], channels: shape[2])
    var changed = image
    for (place, row) in zip(0..., rows) {
      let range = (place * size)..<((place + 1) * size)
      for (at, index) in range.enumerated() { image.values[at] = floats[index] }
      var random = AugmentationRandom(seed: seed, epoch: epoch, row: row)
      for augmentation in augmentations where augmentation.apply(image, to: &changed, &random) {
        swap(&image, &changed)
      }
      for (at, index) in range.enumerated() { floats[index] = image.values[at] }
    }
  }
}
