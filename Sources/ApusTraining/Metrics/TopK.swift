public import ApusCore
import ApusNN

/// The share of samples whose class is among the k most probable; its standard error is √(p(1−p)/n). Of equally probable
/// classes the first come first. For more than k classes only.
public struct TopK: Metric {
  public static let name = "topK"
  public static let formula = "class among the k most probable / n"
  public var k: Int

  public init() { self.init(k: 5) }
  public init(k: Int) { self.k = k }

  public func validate() throws(ApusError) {
    guard k > 0 else { throw ApusError("k of topK is \(k)", expected: "1 or more") }
  }

  public var valueName: String { "top\(k)" }
  public var isBetterWhenLarger: Bool { true }
  public var isDefault: Bool { false }

  public func callAsFunction(_ results: EvaluatedSamples) -> MetricValue? {
    let width = results.width
    guard !results.labels.isEmpty, !results.isSequence, width > k else { return nil }
    let isFound = results.labels.enumerated().map { sample, label in
      let row = results.predictions[(sample * width)..<((sample + 1) * width)]
      let place = row.startIndex + Int(label)
      let own = row[place]
      return row.indices.count { row[$0] > own || row[$0] == own && $0 < place } < k && !own.isNaN
    }
    return shareWithError(isFound, results.sampleWeights).map { make($0.share, $0.error) }
  }
}

extension Metric where Self == TopK {
  public static func topK(_ k: Int = 5) -> TopK { TopK(k: k) }
}
