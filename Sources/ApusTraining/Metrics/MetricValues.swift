/// The values of several metrics on the same samples.
///
/// ```swift
/// let metrics = try model.evaluate(on: split.test)
/// print(metrics)                     // loss 0.112 ± 0.012, accuracy 0.962 ± 0.005
/// print(metrics["accuracy"]?.value)
/// ```
public struct MetricValues: RandomAccessCollection, Sendable, Equatable, CustomStringConvertible {
  private let values: [MetricValue]

  public init(_ values: [MetricValue]) { self.values = values }

  public var startIndex: Int { 0 }
  public var endIndex: Int { values.count }
  public subscript(position: Int) -> MetricValue { values[position] }

  /// The value of a metric; nil for one that does not apply to the targets.
  public subscript(name: String) -> MetricValue? { values.first { $0.name == name } }

  /// `loss 0.112 ± 0.012, accuracy 0.962 ± 0.005`
  public var description: String { values.map(\.description).joined(separator: ", ") }
}
