import ApusData

/// A summary of a data set's targets before training: for ``Loss/initialLoss(_:)``.
public struct TargetSummary: Sendable, Equatable {
  /// The number of values that the network outputs for a sample.
  public let outputs: Int
  /// The share of each class; empty where the targets are numbers.
  public let classShares: [Double]
  /// The targets `[samples, outputs]`, or a sample of them; empty where they are classes.
  public let values: [Float]
  /// The weight of each sample of the ``values``; nil where each counts once.
  public let weights: [Double]?

  /// - Parameters:
  ///   - outputs: how many numbers the network puts out for a sample.
  ///   - classCounts: how many samples each class has.
  public init(outputs: Int, classCounts: [Int]) {
    self.init(outputs: outputs, classWeights: classCounts.map { Double($0) })
  }

  /// - Parameters:
  ///   - outputs: how many numbers the network puts out for a sample.
  ///   - classWeights: how many samples each class has, or the sum of their weights.
  public init(outputs: Int, classWeights: [Double]) {
    self.outputs = outputs
    let total = classWeights.reduce(0, +)
    classShares = classWeights.map { total > 0 ? $0 / total : 0 }
    values = []
    weights = nil
  }

  /// - Parameters:
  ///   - values: the targets as the network is to put them out, `[samples, outputs]`.
  ///   - weights: how much each sample counts, not all 0; nil where each counts once.
  public init(outputs: Int, values: [Float], weights: [Double]? = nil) {
    self.outputs = outputs
    classShares = []
    self.values = values
    self.weights = weights
  }

  /// The mean of a function of the target over samples and outputs; nil where there are no targets.
  func mean(_ targets: ClassTargets, _ function: (Double) -> Double) -> Double? {
    if let weights, !values.isEmpty, !weights.isEmpty {
      let width = values.count / weights.count
      let sum = values.indices.reduce(0) { $0 + weights[$1 / width] * function(Double(values[$1])) }
      let total = Double(width) * weights.reduce(0, +)
      return total > 0 ? sum / total : nil
    }
    if !values.isEmpty {
      return values.reduce(0) { $0 + function(Double($1)) } / Double(values.count)
    }
    guard case .indicators(let off, let on) = targets, !classShares.isEmpty, outputs > 0 else { return nil }
    let share = outputs == 1 ? classShares.last! : 1 / Double(outputs)
    return share * function(Double(on)) + (1 - share) * function(Double(off))
  }
}
