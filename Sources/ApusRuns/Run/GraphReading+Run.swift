import ApusCore
import ApusData
import ApusNN

extension GraphReading {
  /// The graph of the loss that a configuration's model has on one of its training samples, without dropout.
  ///
  /// - Parameter sample: counted from 0.
  /// - Throws: when the data cannot be read, there is no such sample, or the graph is too large to draw.
  public init(_ configuration: RunConfiguration, sample: Int) throws {
    let examined = try ExaminedModel(configuration)
    guard (0..<examined.training.count).contains(sample) else {
      throw ApusError("there is no sample \(sample)", expected: "0 … \(examined.training.count - 1)")
    }
    try self.init(
      examined.model, sample: examined.training.batch([sample]), mode: .withoutDropout,
      engine: examined.engine())
  }
}
