public import ApusCore

/// A change of a training image that leaves its class as it is (MISSION G; S3): drawn anew for each image in each epoch.
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

public enum Augmentations {
  public static let table = NameTable(
    "augmentation", [RandomCrop.self, Shift.self, HorizontalFlip.self, Affine.self, Cutout.self])

  /// The augmentation of a name, or of a name with parameters.
  public static func augmentation(_ description: JSONValue) throws(ApusError) -> any Augmentation {
    try table.item(description) as! any Augmentation
  }
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

extension Batch {
  /// Changes the images of the batch, one augmentation after the other; samples that are no images stay as they are.
  ///
  /// - Parameter rows: the samples that the batch holds, by their numbers in the data set.
  public mutating func augment(
    with augmentations: [any Augmentation], rows: ArraySlice<Int>, epoch: Int, seed: UInt64
  ) {
    guard inputShape.count == 3, !augmentations.isEmpty else { return }
    var image = ImageValues(height: inputShape[0], width: inputShape[1], channels: inputShape[2])
    var changed = image
    for (place, row) in zip(0..<count, rows) {
      let range = (place * inputSize)..<((place + 1) * inputSize)
      for (at, index) in range.enumerated() { image.values[at] = inputs[index] }
      var random = AugmentationRandom(seed: seed, epoch: epoch, row: row)
      for augmentation in augmentations where augmentation.apply(image, to: &changed, &random) {
        swap(&image, &changed)
      }
      for (at, index) in range.enumerated() { inputs[index] = image.values[at] }
    }
  }
}
