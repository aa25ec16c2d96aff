public import ApusCore

/// Rows of a data set: which ones, not their numbers.
///
/// ```swift
/// for batch in data.batches(of: 64, shuffledBy: 1, epoch: epoch) { try step.gradients(batch) }
/// ```
///
/// A value that costs nothing to make and to hand on. Whoever runs it gathers the rows into memory of its own, once;
/// ``subscript(_:)`` gives a column as a tensor.
public struct Batch: Sendable {
  /// Whose rows they are: of a subset the whole.
  public let dataset: any Dataset
  /// The rows' numbers in ``dataset``.
  public let rows: ArraySlice<Int>

  /// Rows that are known to be in the data set.
  package init(_ dataset: any Dataset, _ rows: [Int]) {
    let (base, rows) = dataset.flattened(rows)
    self.init(base: base, rows[...])
  }

  fileprivate init(base: any Dataset, _ rows: ArraySlice<Int>) {
    dataset = base
    self.rows = rows
  }

  /// The number of rows.
  public var count: Int { rows.count }

  /// The names of the columns: the inputs, `target`, and `weight` where rows have weights.
  public var columns: [String] {
    dataset.inputs.map(\.name) + ["target"] + (dataset.weights == nil ? [] : ["weight"])
  }

  /// A column: `[rows, …]`. The target is a class number for each row, or an indicator for each label, or numbers.
  ///
  /// A name that isn't there gives a tensor that carries the error, with the nearest name.
  public subscript(column: String) -> Tensor {
    let arrays = arrays()
    if let position = dataset.inputs.firstIndex(where: { $0.name == column }) {
      let input = dataset.inputs[position]
      let shape = TensorShape([count] + input.shape)
      let tensor = Tensor(arrays.columns[position], shape: shape)
      return input.scalar == .int32 ? tensor.cast(to: .int32) : tensor
    }
    switch column {
    case "target":
      guard case .classes = dataset.targets else {
        return Tensor(arrays.values, shape: [Dimension(count), Dimension(arrays.valueSize)])
      }
      let positions = dataset.positions
      return Tensor(arrays.labels, shape: TensorShape(positions > 1 ? [count, positions] : [count]))
    case "weight" where dataset.weights != nil: return Tensor(arrays.weights)
    default:
      return .failed(
        ApusError(
          "the batch has no column \"\(column)\"", expected: columns.joined(separator: ", "),
          fix: Spelling.suggestion(for: column, in: columns)))
    }
  }

  /// A Boolean value that indicates whether the data set is one of the package's with a single input: known without
  /// asking for its inputs, which a step would allocate for.
  package var hasOneInput: Bool {
    let type: any Dataset.Type = type(of: dataset)
    return type == TableDataset.self || type == ImageDataset.self || type == TextDataset.self
  }

  /// Writes the rows to memory, and how much each counts where somebody reads that.
  package func gather(into memory: Batch.Memory) {
    dataset.gather(rows, into: memory)
    if memory.readsWeights { memory.writeWeights(rows, dataset.weights) }
  }

  /// Some of the rows, by their places in the batch.
  package subscript(places range: Range<Int>) -> Batch {
    Batch(base: dataset, rows[(rows.startIndex + range.lowerBound)..<(rows.startIndex + range.upperBound)])
  }

  /// The rows' numbers, in arrays of their own.
  ///
  /// - Parameter hasInputs: whether the inputs are gathered, and not the targets alone.
  package func arrays(hasInputs: Bool = true) -> BatchArrays { BatchArrays(self, hasInputs: hasInputs) }
}

/// The batches of an epoch, in order.
///
/// Which rows a batch has depends on seed and epoch alone.
public struct Batches: RandomAccessCollection, Sendable {
  /// The most rows of a batch; the last one may have fewer.
  public let size: Int
  private let epoch: Epoch

  /// An epoch's samples and their order: one object, so that a copy of the batches counts one reference.
  private final class Epoch: Sendable {
    /// The data set of the rows; for a subset its base, in which rows are looked up once.
    let dataset: any Dataset
    let count: Int
    private let order: [Int]
    /// The order in the data set's own numbers.
    private let places: [Int]
    /// For an order that is computed place by place, the data set that was asked for batches.
    private let computed: (dataset: any Dataset, samples: @Sendable (Range<Int>) -> [Int])?

    init(_ dataset: any Dataset, _ order: [Int]) {
      (places, count, computed) = (order, order.count, nil)
      (self.dataset, self.order) = dataset.flattened(order)
    }

    init(_ dataset: any Dataset, _ samples: @escaping @Sendable (Range<Int>) -> [Int]) {
      (order, places, count) = ([], [], dataset.count)
      self.dataset = dataset.flattened([]).dataset
      computed = (dataset, samples)
    }

    /// The rows at a range of places, in the numbers of ``dataset``.
    func rows(_ range: Range<Int>) -> ArraySlice<Int> {
      guard let computed else { return order[range] }
      return computed.dataset.flattened(computed.samples(range)).rows[...]
    }

    /// The same in the numbers of the data set that was asked for batches.
    func places(_ range: Range<Int>) -> ArraySlice<Int> {
      computed.map { $0.samples(range)[...] } ?? places[range]
    }
  }

  init(_ dataset: any Dataset, size: Int, order: [Int]) {
    self.size = Swift.max(size, 1)
    epoch = Epoch(dataset, order)
  }

  /// - Parameter samples: the order at a range of places.
  init(_ dataset: any Dataset, size: Int, samples: @escaping @Sendable (Range<Int>) -> [Int]) {
    self.size = Swift.max(size, 1)
    epoch = Epoch(dataset, samples)
  }

  /// Writes the rows at a range of places to memory: a batch that nobody else looks at.
  package func gather(_ range: Range<Int>, into memory: Batch.Memory) {
    let epoch = epoch
    let rows = epoch.rows(range)
    epoch.dataset.gather(rows, into: memory)
    if memory.readsWeights { memory.writeWeights(rows, epoch.dataset.weights) }
  }

  /// The numbers that the rows at a range of places have in the data set that was asked for batches.
  package func places(_ range: Range<Int>) -> ArraySlice<Int> { epoch.places(range) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { (epoch.count + size - 1) / size }

  public subscript(position: Int) -> Batch {
    precondition(indices.contains(position), "no such batch")
    return batch(position * size..<Swift.min((position + 1) * size, epoch.count))
  }

  /// The rows at a range of places in the epoch's order.
  package func batch(_ range: Range<Int>) -> Batch { Batch(base: epoch.dataset, epoch.rows(range)) }
}

extension Dataset {
  /// The rows in batches, in the data set's order.
  ///
  /// - Parameter size: the rows of a batch, at least 1; the last one may have fewer.
  public func batches(of size: Int) -> Batches {
    // The numbers of very many rows are made batch by batch.
    count < 1 << 18
      ? Batches(self, size: size, order: Array(0..<count)) : Batches(self, size: size) { Array($0) }
  }

  /// The rows in batches as an epoch of training has them: shuffled, and for texts and the like moved on.
  ///
  /// - Parameters:
  ///   - size: the rows of a batch, at least 1; the last one may have fewer.
  ///   - seed: decides the order, together with the epoch.
  ///   - epoch: counted from 0.
  public func batches(of size: Int, shuffledBy seed: UInt64, epoch: Int = 0) -> Batches {
    Batches(
      inEpoch(epoch, seed: seed), size: size,
      order: Philox(seed: seed, path: "order of epoch \(epoch)").permutation(count))
  }

  /// The rows in batches as an epoch of training has them, the rows of a block near each other: the blocks in random order,
  /// and in each window of eight blocks the rows in random order.
  ///
  /// - Parameter blockSize: the rows of a block; each for itself when nil.
  package func batches(of size: Int, shuffledBy seed: UInt64, epoch: Int, blocksOf blockSize: Int?) -> Batches
  {
    guard let blockSize else { return batches(of: size, shuffledBy: seed, epoch: epoch) }
    let order = BlockOrder(count, blockSize: blockSize, seed: seed, epoch: epoch)
    return Batches(inEpoch(epoch, seed: seed), size: size) { order.samples($0) }
  }

  /// The batch of some rows.
  ///
  /// - Throws: if a row is not below ``count``.
  public func batch(_ rows: [Int]) throws(ApusError) -> Batch {
    if let wrong = rows.first(where: { $0 < 0 || $0 >= count }) {
      throw ApusError("there is no sample \(wrong)", expected: "0 … \(count - 1)")
    }
    return Batch(self, rows)
  }
}
