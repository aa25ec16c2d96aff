import ApusCore

/// The kind of target that a data set's samples are mapped to.
public enum TargetKind: Sendable, Equatable, Codable {
  /// One of several classes: label i means `names[i]`.
  case classes(names: [String])
  /// Any of several independent labels: 1 for each name that applies, else 0 (A7).
  case labels(names: [String])
  /// One number per name.
  case values(names: [String])

  /// A Boolean value that indicates whether a prediction is a choice, with a probability, and not a number.
  package var areClassesOrLabels: Bool {
    if case .values = self { false } else { true }
  }

  /// Returns whether both are classes, labels or numbers.
  package func isSameKind(_ other: TargetKind) -> Bool {
    switch (self, other) {
    case (.classes, .classes), (.labels, .labels), (.values, .values): true
    default: false
    }
  }

  /// Returns whether targets of the two kinds mean the same: the same classes, or as many labels or numbers.
  package func isAlike(_ other: TargetKind) -> Bool {
    switch (self, other) {
    case (.classes(let names), .classes(let others)): names == others
    case (.labels(let names), .labels(let others)), (.values(let names), .values(let others)):
      names.count == others.count
    default: false
    }
  }

  /// `3 classes (a, b, c)`, `2 numbers (width, height)`.
  package var words: String {
    let (count, kind, names) =
      switch self {
      case .classes(let names): (names.count, "class", names)
      case .labels(let names): (names.count, "label", names)
      case .values(let names): (names.count, "number", names)
      }
    let shown = names.prefix(8).joined(separator: ", ") + (count > 8 ? ", …" : "")
    return "\(count) \(count == 1 ? kind : kind + (kind == "class" ? "es" : "s")) (\(shown))"
  }

  /// The classes, labels or numbers, in the order of a network's outputs.
  package var names: [String] {
    switch self {
    case .classes(let names), .labels(let names), .values(let names): names
    }
  }

  /// The number of floats or classes a network must put out.
  public var outputCount: Int { names.count }
}

/// Samples that can be asked for in any order.
///
/// A data set keeps its own storage type (bytes stay bytes, a subset stays a list of rows) and is
/// converted a batch at a time, in ``gather(_:into:)``, into the memory of whoever runs the batch.
public protocol Dataset: Sendable {
  /// The number of samples.
  var count: Int { get }
  /// The shape of one sample's first input: `[features]` or `[height, width, channels]`.
  var inputShape: [Int] { get }
  /// The inputs of a network, the main input first; one input of ``inputShape`` by default.
  var inputs: [InputSpecification] { get }
  var targets: TargetKind { get }
  /// The scales by which numbers in their own unit became targets, one for each; empty for classes and labels, and by
  /// default for numbers: they are in their own unit.
  var scales: [TargetScale] { get }
  /// The number of classes of a sample: one, or one for each position of a sequence.
  var positions: Int { get }
  /// The weight of each sample in loss, gradients and metrics, `[count]`: finite, 0 or more, and not all 0; nil where
  /// each counts once.
  var weights: [Float]? { get }

  /// The samples as an epoch of training has them: as many, in the same order. A data set that shows others in each
  /// epoch says so here; they depend on epoch and seed alone.
  ///
  /// - Parameter epoch: counted from 0.
  func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset

  /// Writes the samples of the given rows to memory, in their order, from the first place on: inputs and targets.
  ///
  /// Each row is below ``count``, there are at most `memory.capacity`, and the memory was made for this
  /// data set's shape; anything else is a mistake of the caller and stops the program. Should allocate nothing.
  func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory)

  /// The class of each sample; nil where the targets are values, or classes for each position, or unknown.
  func classLabels() -> [Int32]?
}

extension Dataset {
  public var positions: Int { 1 }

  public var inputs: [InputSpecification] { [InputSpecification(inputShape)] }

  public var weights: [Float]? { nil }

  public var scales: [TargetScale] { [] }

  public func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset { self }

  /// The number of floats of one sample of the first input.
  public var inputSize: Int { inputShape.reduce(1, *) }

  /// The classes, gathered batch by batch.
  public func classLabels() -> [Int32]? {
    guard case .classes = targets, positions == 1 else { return nil }
    return batches(of: 1024).flatMap { $0.arrays().labels }
  }

  /// The samples of the given indices as a data set of their own; nothing is copied.
  public func subset(_ indices: [Int]) -> some Dataset {
    if let subset = self as? DatasetSubset {
      return DatasetSubset(base: subset.base, indices: indices.map { subset.indices[$0] })
    }
    return DatasetSubset(base: self, indices: indices)
  }
}

/// Some samples of another data set.
package struct DatasetSubset: Dataset {
  package let base: any Dataset
  package let indices: [Int]

  init(base: any Dataset, indices: [Int]) {
    self.base = base
    self.indices = indices
  }

  package var count: Int { indices.count }
  package var inputShape: [Int] { base.inputShape }
  package var targets: TargetKind { base.targets }
  package var scales: [TargetScale] { base.scales }
  package var positions: Int { base.positions }
  package var weights: [Float]? { base.weights.map { weights in indices.map { weights[$0] } } }

  package func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset {
    DatasetSubset(base: base.inEpoch(epoch, seed: seed), indices: indices)
  }

  package var inputs: [InputSpecification] { base.inputs }

  package func classLabels() -> [Int32]? { base.classLabels().map { labels in indices.map { labels[$0] } } }

  /// Looks the rows up; whoever goes through many batches looks them all up once (``Batches``).
  package func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    base.gather(rows.map { indices[$0] }[...], into: memory)
  }
}

extension Dataset {
  /// A data set that is no subset, and the rows of it that some rows of this one are.
  package func flattened(_ rows: [Int]) -> (dataset: any Dataset, rows: [Int]) {
    guard let subset = self as? DatasetSubset else { return (self, rows) }
    return subset.base.flattened(rows.map { subset.indices[$0] })
  }
}
