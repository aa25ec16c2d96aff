public import ApusCore

/// Left and right exchanged, for each image with a probability (Krizhevsky et al. 2012).
public struct HorizontalFlip: Augmentation {
  public static let name = "horizontalFlip"
  public static let otherNames = ["flip"]
  public static let formula = "y[row, column] = x[row, width − 1 − column]"
  public var probability: Double

  public init() { self.init(probability: 0.5) }
  public init(probability: Double) { self.probability = probability }

  public func validate() throws(ApusError) {
    try require((0...1).contains(probability), "probability", probability, "0 … 1")
  }

  public func apply(
    _ source: ImageValues, to target: inout ImageValues, _ random: inout AugmentationRandom
  ) -> Bool {
    guard random.uniform() < probability else { return false }
    for row in 0..<source.height {
      for column in 0..<source.width {
        target.copy(
          1, from: source, source.start(row, source.width - 1 - column), to: target.start(row, column))
      }
    }
    return true
  }
}
