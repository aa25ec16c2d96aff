/// The losses of a training's steps as a few means: each of equally many steps, more of them the longer it is.
package struct StepLosses: Sendable {
  /// The steps that a mean is of.
  package private(set) var stride = 1
  private(set) var means: [Double] = []
  /// The first step that was heard of.
  private var first: Int?
  private var (sum, count) = (0.0, 0)

  private static let most = 400

  package init() {}

  package mutating func add(_ loss: Float, step: Int) {
    first = first ?? step
    sum += Double(loss)
    count += 1
    guard count == stride else { return }
    means.append(sum / Double(count))
    (sum, count) = (0, 0)
    guard means.count == Self.most else { return }
    let halves = (0..<Self.most / 2).map { (pair: Int) -> Double in
      let (first, second) = (means[2 * pair], means[2 * pair + 1])
      return (first + second) / 2
    }
    means = halves
    stride *= 2
  }

  /// The middle step of each mean, with the mean.
  package var points: [(step: Double, loss: Double)] {
    let start = Double(first ?? 1) + Double(stride - 1) / 2
    return means.enumerated().map { (start + Double($0 * stride), $1) }
  }
}
