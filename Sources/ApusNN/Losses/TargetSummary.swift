import ApusData

/// What is known of a data set's targets before training: for ``Loss/expectedAtStart(_:)``.
public struct TargetSummary: Sendable, Equatable {
  /// How many numbers the network puts out for a sample.
  public let outputs: Int
  /// The share of each class; empty where the targets are numbers.
  public let classShares: [Double]
  /// The targets `[samples, outputs]`, or a sample of them; empty where they are classes.
  public let values: [Float]

  /// - Parameters:
  ///   - outputs: how many numbers the network puts out for a sample.
  ///   - classCounts: how many samples each class has.
  public init(outputs: Int, classCounts: [Int]) {
    self.outputs = outputs
    let total = Double(max(classCounts.reduce(0, +), 1))
    classShares = classCounts.map { Double($0) / total }
    values = []
  }

  /// - Parameter values: the targets as the network is to put them out, `[samples, outputs]`.
  public init(outputs: Int, values: [Float]) {
    self.outputs = outputs
    classShares = []
    self.values = values
  }

  /// The mean of a function of the target over samples and outputs; nil where there are no targets.
  func mean(_ targets: ClassTargets, _ function: (Double) -> Double) -> Double? {
    if !values.isEmpty {
      return values.reduce(0) { $0 + function(Double($1)) } / Double(values.count)
    }
    guard case .indicators(let off, let on) = targets, !classShares.isEmpty, outputs > 0 else { return nil }
    let share = outputs == 1 ? classShares.last! : 1 / Double(outputs)
    return share * function(Double(on)) + (1 - share) * function(Double(off))
  }
}
