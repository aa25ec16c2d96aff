/// How the column that is predicted becomes numbers, and numbers become predictions.
public struct TargetEncoding: Sendable, Equatable, Codable {
  public var name: String
  /// The column's place in the training table, counted from 1.
  public var number: Int
  public var task: LearningTask
  /// For classification: label i means class i. By number if all are numbers, else by letters.
  public var classNames: [String]
  /// For regression: the training mean and deviation; the network sees (y − mean) / deviation.
  public var mean: Double
  public var deviation: Double

  public init(
    name: String, number: Int, task: LearningTask, classNames: [String] = [], mean: Double = 0,
    deviation: Double = 1
  ) {
    self.name = name
    self.number = number
    self.task = task
    self.classNames = classNames
    self.mean = mean
    self.deviation = deviation
  }

  public var kind: TargetKind {
    task == .classification ? .classes(names: classNames) : .values(names: [name])
  }

  /// A value in its own unit, from what the network puts out.
  public func value(fromScaled scaled: Double) -> Double { mean + deviation * scaled }

  /// What the network is to put out for a value in its own unit.
  public func scaled(_ value: Double) -> Double { (value - mean) / deviation }
}
