public import ApusCore

/// What a data set's samples are to be mapped to.
public enum TargetKind: Sendable, Equatable, Codable {
  /// One of several classes: label i means `names[i]`.
  case classes(names: [String])
  /// Any of several independent labels: 1 for each name that applies, else 0 (A7).
  case labels(names: [String])
  /// One number per name.
  case values(names: [String])

  /// Whether a prediction is a choice, with a probability, and not a number.
  package var areClassesOrLabels: Bool {
    if case .values = self { false } else { true }
  }

  /// The number of floats or classes a network must put out.
  public var outputCount: Int {
    switch self {
    case .classes(let names), .labels(let names), .values(let names): names.count
    }
  }
}

/// Samples that can be asked for in any order.
///
/// A data set keeps its own storage type (bytes stay bytes, a subset stays a list of rows) and is
/// converted to floats a batch at a time, in ``gather(_:into:)``.
public protocol Dataset: Sendable {
  /// The number of samples.
  var count: Int { get }
  /// The shape of one sample: `[features]` or `[height, width, channels]`.
  var inputShape: [Int] { get }
  var targets: TargetKind { get }
  /// How many classes a sample has: one, or one for each position of a sequence.
  var positions: Int { get }

  /// The samples as an epoch of training has them: as many, in the same order. A data set that shows others in each
  /// epoch says so here; they depend on epoch and seed alone.
  ///
  /// - Parameter epoch: counted from 0.
  func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset

  /// Puts the samples of the given indices into the batch, in their order.
  ///
  /// Each index is below ``count``, there are at most `batch.capacity`, and the batch was made for this
  /// data set's shape; anything else is a mistake of the caller and stops the program. Allocates nothing.
  func gather(_ indices: ArraySlice<Int>, into batch: inout Batch)
}

extension Dataset {
  public var positions: Int { 1 }

  public func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset { self }

  /// The number of floats of one sample.
  public var inputSize: Int { inputShape.reduce(1, *) }

  /// An empty batch for this data set, with room for `capacity` samples.
  public func makeBatch(capacity: Int) -> Batch {
    Batch(capacity: capacity, inputShape: inputShape, targets: targets, positions: positions)
  }

  /// Puts the samples of the given indices into the batch, in their order.
  public func gather(_ indices: [Int], into batch: inout Batch) {
    gather(indices[...], into: &batch)
  }

  /// A batch with the samples of the given indices.
  ///
  /// - Throws: if an index is not below ``count``.
  public func batch(_ indices: [Int]) throws(ApusError) -> Batch {
    if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw ApusError("there is no sample \(wrong)", expected: "0 … \(count - 1)")
    }
    var batch = makeBatch(capacity: indices.count)
    gather(indices[...], into: &batch)
    return batch
  }

  /// The class of each sample; nil where the targets are values, or classes for each position.
  public func labels() -> [Int32]? {
    guard case .classes = targets, positions == 1 else { return nil }
    if let table = self as? TableDataset { return table.labels }
    if let images = self as? ImageDataset {
      return images.hasLabels ? images.labels.map { Int32($0) } : nil
    }
    if let subset = self as? DatasetSubset {
      return subset.base.labels().map { labels in subset.indices.map { labels[$0] } }
    }
    var batch = makeBatch(capacity: min(count, 1024))
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    let all = Array(0..<count)
    var start = 0
    while start < count {
      let end = min(start + 1024, count)
      gather(all[start..<end], into: &batch)
      labels.append(contentsOf: batch.labels[..<batch.count])
      start = end
    }
    return labels
  }

  /// The samples of the given indices as a data set of their own; nothing is copied.
  public func subset(_ indices: [Int]) -> DatasetSubset {
    if let subset = self as? DatasetSubset {
      return DatasetSubset(base: subset.base, indices: indices.map { subset.indices[$0] })
    }
    return DatasetSubset(base: self, indices: indices)
  }
}

/// Some samples of another data set.
public struct DatasetSubset: Dataset {
  public let base: any Dataset
  public let indices: [Int]

  init(base: any Dataset, indices: [Int]) {
    self.base = base
    self.indices = indices
  }

  public var count: Int { indices.count }
  public var inputShape: [Int] { base.inputShape }
  public var targets: TargetKind { base.targets }
  public var positions: Int { base.positions }

  public func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset {
    DatasetSubset(base: base.inEpoch(epoch, seed: seed), indices: indices)
  }

  public func gather(_ rows: ArraySlice<Int>, into batch: inout Batch) {
    // The batch's own list of rows serves as scratch, so that nothing is allocated.
    var mapped: [Int] = []
    swap(&mapped, &batch.rows)
    mapped.removeAll(keepingCapacity: true)
    for row in rows { mapped.append(indices[row]) }
    base.gather(mapped[...], into: &batch)
    swap(&mapped, &batch.rows)
  }
}
