/// How the column that is predicted becomes numbers, and numbers become predictions.
public struct TargetEncoding: Sendable, Equatable, Codable {
  public var name: String
  /// The column's place in the training table, counted from 1.
  public var number: Int
  public var task: LearningTask
  /// For classification: label i means class i. By number if all are numbers, else by letters.
  public var classNames: [String]
  /// For several labels: which, and how the table holds them.
  public var labels: LabelEncoding?
  /// For regression: the training mean and deviation; the network sees (y − mean) / deviation.
  public var mean: Double
  public var deviation: Double

  /// What squares of larger numbers would not be.
  static let largest = 1e100
  /// In deviations, how far from the mean a value may be: a float32 holds its square.
  static let mostDeviations = 1e18

  public init(
    name: String, number: Int, task: LearningTask, classNames: [String] = [], labels: LabelEncoding? = nil,
    mean: Double = 0, deviation: Double = 1
  ) {
    self.name = name
    self.number = number
    self.task = task
    self.classNames = classNames
    self.labels = labels
    self.mean = mean
    self.deviation = deviation
  }

  public var kind: TargetKind {
    switch task {
    case .classification: .classes(names: classNames)
    case .multiLabel: .labels(names: labels?.names ?? [])
    case .regression: .values(names: [name])
    }
  }

  /// The target's columns: one, or one for each label.
  public var columnNames: [String] { labels.flatMap { $0.separator == nil ? $0.names : nil } ?? [name] }
  /// Their places in the training table, counted from 1.
  public var columnNumbers: [Int] { labels?.numbers ?? [number] }

  /// A value in its own unit, from what the network puts out.
  public func value(fromScaled scaled: Double) -> Double { mean + deviation * scaled }

  /// What the network is to put out for a value in its own unit.
  public func scaled(_ value: Double) -> Double { (value - mean) / deviation }
}
