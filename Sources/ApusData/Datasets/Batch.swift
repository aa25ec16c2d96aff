/// Samples side by side in contiguous memory, with room for a fixed number of them.
///
/// Made once and filled again and again by ``Dataset/gather(_:into:)-(ArraySlice<Int>,_)``.
public struct Batch: Sendable {
  /// How many samples fit.
  public let capacity: Int
  /// The shape of one sample.
  public let inputShape: [Int]
  public let targets: TargetKind
  /// The classes of one sample.
  public let positions: Int
  /// The floats of one sample.
  public let inputSize: Int
  /// The target values of one sample; 0 for classes.
  public let valueSize: Int
  /// How many samples there are now.
  public var count: Int
  /// `[capacity, inputShape…]`, row-major; the first ``count`` samples hold.
  public var inputs: [Float]
  /// `[capacity, positions]` class numbers; empty where the targets are values.
  public var labels: [Int32]
  /// `[capacity, values]`; empty where the targets are classes.
  public var values: [Float]
  /// `[capacity]`: how much each sample counts; 1 unless a data set says otherwise.
  public var weights: [Float]
  /// Scratch of data sets that look rows up.
  var rows: [Int] = []

  public init(capacity: Int, inputShape: [Int], targets: TargetKind, positions: Int = 1) {
    self.capacity = capacity
    self.inputShape = inputShape
    self.targets = targets
    self.positions = positions
    inputSize = inputShape.reduce(1, *)
    count = 0
    inputs = [Float](repeating: 0, count: capacity * inputSize)
    weights = [Float](repeating: 1, count: capacity)
    rows.reserveCapacity(capacity)
    switch targets {
    case .classes:
      valueSize = 0
      labels = [Int32](repeating: 0, count: capacity * positions)
      values = []
    case .values(let names):
      valueSize = names.count
      labels = []
      values = [Float](repeating: 0, count: capacity * names.count)
    }
  }
}
