public import ApusCore

/// A square of the image set to 0, the mean of standardized pixels, its middle anywhere in the image (DeVries and Taylor
/// 2017); beyond the edges nothing is lost.
public struct Cutout: Augmentation {
  public static let name = "cutout"
  public static let formula = "y = 0 in a square of size × size, else x"
  /// The side of the square, in pixels.
  public var size: Int

  public init() { self.init(8) }
  public init(_ size: Int) { self.size = size }

  public func validate() throws(ApusError) {
    try require((0...1024).contains(size), "size", size, "0 … 1024 pixels")
  }

  public func apply(
    _ source: ImageValues, to target: inout ImageValues, _ random: inout AugmentationRandom
  ) -> Bool {
    let top = random.integer(in: 0...(source.height - 1)) - size / 2
    let left = random.integer(in: 0...(source.width - 1)) - size / 2
    let columns = max(left, 0)..<max(min(left + size, source.width), max(left, 0))
    target.values = source.values
    for row in max(top, 0)..<max(min(top + size, source.height), max(top, 0)) {
      target.clear(columns.count, at: target.start(row, columns.lowerBound))
    }
    return size > 0
  }
}
