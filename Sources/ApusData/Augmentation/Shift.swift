public import ApusCore

/// The image moved by a whole number of pixels up or down and to a side, each from −pixels to pixels; what comes in is the
/// image in the mirror of its edge.
public struct Shift: Augmentation {
  public static let name = "shift"
  public static let formula = "y[p] = x[p + d], d up to ± pixels on each axis"
  public var pixels: Int

  public init() { self.init(2) }
  public init(_ pixels: Int) { self.pixels = pixels }

  public func validate() throws(ApusError) {
    try require((0...1024).contains(pixels), "pixels", pixels, "0 … 1024")
  }

  public func apply(
    _ source: ImageValues, to target: inout ImageValues, _ random: inout AugmentationRandom
  ) -> Bool {
    let down = random.integer(in: -pixels...pixels)
    let right = random.integer(in: -pixels...pixels)
    guard down != 0 || right != 0 else { return false }
    target.fill(moving: source, down: down, right: right, mirrors: true)
    return true
  }
}
