import ApusCore
import ApusTraining
/// A check of the size of a step, relative to the weights.
struct UpdateRatio: Examination {
  static let name = "update / weight"
  static let stage = Examinations.Stage.training
  static let why =
    "Steps of about a thousandth of the weights learn steadily: much less is slow, much more is rash."

  /// Common, and possible.
  private static let common = 1e-4...5e-2
  private static let possible = 1e-5...0.3

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard (try? examined.probe()) != nil, !examined.isTrained else { return nil }
    let ratios = try examined.rehearsal().updateRatios
    guard !ratios.isEmpty else { return nil }
    let middle = ratios.map(\.ratio).sorted()[ratios.count / 2]
    let smallest = ratios.min { $0.ratio < $1.ratio }!
    let largest = ratios.max { $0.ratio < $1.ratio }!
    func level(_ ratio: Double) -> Finding.Level {
      Self.common.contains(ratio) ? .ok : Self.possible.contains(ratio) ? .look : .bad
    }
    let isSmall = level(smallest.ratio) >= level(largest.ratio) && smallest.ratio < Self.common.lowerBound
    let worst = isSmall ? smallest : largest
    return Finding.Result(
      level(worst.ratio), value: level(worst.ratio) == .ok ? middle : worst.ratio,
      figure: level(worst.ratio) == .ok
        ? shortFigure(middle, digits: 2)
        : "\(shortFigure(worst.ratio, digits: 2)) in \(examined.names.parameter(worst.path))",
      expected: "0.0001 … 0.05",
      fix: isSmall
        ? "raise the learning rate, or see why no gradient reaches the layer" : "lower the learning rate",
      details: FindingDetails(
        ["weights", "ratio"],
        ratios.map { [examined.names.parameter($0.path), shortFigure($0.ratio, digits: 2)] }))
  }
}
