public import ApusCore

/// A crop of the image's own size, anywhere in the image with so many pixels of 0, the mean of standardized pixels, around it
/// (He et al. 2015).
public struct RandomCrop: Augmentation {
  public static let name = "randomCrop"
  public static let formula = "y[p] = x[p + d], 0 beside x, d up to ± padding on each axis"
  public var padding: Int

  public init() { self.init(padding: 4) }
  public init(padding: Int) { self.padding = padding }

  public func validate() throws(ApusError) {
    try require((0...1024).contains(padding), "padding", padding, "0 … 1024")
  }

  public func apply(
    _ source: ImageValues, to target: inout ImageValues, _ random: inout AugmentationRandom
  ) -> Bool {
    let down = random.integer(in: -padding...padding)
    let right = random.integer(in: -padding...padding)
    guard down != 0 || right != 0 else { return false }
    target.fill(moving: source, down: down, right: right, mirrors: false)
    return true
  }
}
