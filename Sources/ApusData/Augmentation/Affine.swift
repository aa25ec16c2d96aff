public import ApusCore

/// The image turned, made larger or smaller, and slanted a little around its middle (Simard et al. 2003), its pixels mixed
/// from the four nearest; what comes in is the image in the mirror of its edge.
public struct Affine: Augmentation {
  public static let name = "affine"
  public static let formula = "y[p] = x[A · p], A a rotation, a scale and a slant at random"
  /// The largest angle, in degrees.
  public var rotation: Double
  /// The largest part by which the sides grow or shrink.
  public var scale: Double
  /// The largest slant: how many columns a row moves for each row from the middle.
  public var shear: Double

  public init() { self.init(rotation: 10, scale: 0.1) }
  public init(rotation: Double = 10, scale: Double = 0.1, shear: Double = 0) {
    self.rotation = rotation
    self.scale = scale
    self.shear = shear
  }

  public func validate() throws(ApusError) {
    try require((0...180).contains(rotation), "rotation", rotation, "0 … 180 degrees")
    try require((0..<1).contains(scale), "scale", scale, "0 or more, below 1")
    try require((0...1).contains(shear), "shear", shear, "0 … 1")
  }

  public func apply(
    _ source: ImageValues, to target: inout ImageValues, _ random: inout AugmentationRandom
  ) -> Bool {
    let angle = random.symmetric(rotation) / 180 * Double.pi
    let factor = 1 / (1 + random.symmetric(scale))
    let slant = random.symmetric(shear)
    let (sine, cosine) = (Mathematics.sin(angle) * factor, Mathematics.cos(angle) * factor)
    let (middleRow, middleColumn) = (Double(source.height - 1) / 2, Double(source.width - 1) / 2)
    for row in 0..<source.height {
      for column in 0..<source.width {
        let down = Double(row) - middleRow
        let right = Double(column) - middleColumn + slant * down
        let y = cosine * down + sine * right + middleRow
        let x = cosine * right - sine * down + middleColumn
        let (top, left) = (y.rounded(.down), x.rounded(.down))
        let (lower, later) = (Float(y - top), Float(x - left))
        let rows = (Self.mirrored(top, source.height), Self.mirrored(top + 1, source.height))
        let columns = (Self.mirrored(left, source.width), Self.mirrored(left + 1, source.width))
        let corners = (
          source.start(rows.0, columns.0), source.start(rows.0, columns.1), source.start(rows.1, columns.0),
          source.start(rows.1, columns.1)
        )
        let at = target.start(row, column)
        for channel in 0..<source.channels {
          let upper = mixed(source.values[corners.0 + channel], source.values[corners.1 + channel], later)
          let under = mixed(source.values[corners.2 + channel], source.values[corners.3 + channel], later)
          target.values[at + channel] = mixed(upper, under, lower)
        }
      }
    }
    return true
  }

  private static func mirrored(_ place: Double, _ length: Int) -> Int {
    ImageValues.mirrored(Int(place), length)
  }

  private func mixed(_ first: Float, _ second: Float, _ part: Float) -> Float {
    first + (second - first) * part
  }
}
