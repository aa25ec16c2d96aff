import ApusCore
import ApusNN

/// Units of a hidden layer that begin with the same weights.
struct EqualUnits: Examination {
  static let name = "equal units"
  static let stage = Examinations.Stage.start
  static let why =
    "Units that begin alike get the same gradients, and stay alike: a layer of them is one unit."
  static let moments = [Examinations.Moment.beforeTraining]

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    let weights = examined.model.parameters.filter {
      !$0.specification.isState && $0.specification.isDecayed && $0.shape.count > 1
    }
    // The last layer's units are told apart by their targets.
    let hidden = weights.dropLast().filter { $0.shape[$0.shape.count - 1] > 1 }
    guard !hidden.isEmpty else { return nil }
    let rows = hidden.map { parameter in
      (path: parameter.path, units: parameter.shape.last!, equal: Self.equal(parameter, examined.model))
    }
    let equal = rows.reduce(0) { $0 + $1.equal }
    let worst = rows.max { $0.equal * $1.units < $1.equal * $0.units }!
    return Finding.Result(
      2 * worst.equal >= worst.units ? .bad : equal > 0 ? .look : .ok, value: Double(equal),
      figure: equal == 0
        ? "none" : "\(worst.equal) of \(worst.units) in \(examined.names.parameter(worst.path))",
      expected: "none",
      fix: "draw the weights at random: xavierUniform, or heNormal before ReLU",
      details: FindingDetails(
        ["weights", "units", "equal"],
        rows.map { [examined.names.parameter($0.path), "\($0.units)", "\($0.equal)"] }))
  }

  /// Returns the number of units that have the weights of an earlier one.
  private static func equal(_ parameter: Model.Parameter, _ model: Model) -> Int {
    let units = parameter.shape.last!
    var hashes = [StableHasher](repeating: StableHasher(), count: units)
    for (index, value) in model[parameter.path]!.enumerated() {
      hashes[index % units].add(UInt64(value.bitPattern))
    }
    return units - Set(hashes.map(\.value)).count
  }
}
