import ApusCore
import ApusData

/// The batches of a training, epoch after epoch: samples in the epoch's order, changed by the augmentations.
///
/// What a batch holds depends on seed, epoch and its place in the epoch alone: a run that goes on in the middle gets the same
/// ones. Plain samples are gathered where the step reads them; with augmentations the batch after the one at hand is made on
/// another thread, in one of two buffers, while that one is learned from.
final class BatchFeed {
  private let dataset: any Dataset
  private let memory: Batch.Memory
  private let size: Int
  private let seed: UInt64
  private let shuffles: Bool
  /// The rows of a block that stay near each other; nil where each row goes where it may.
  private let blockSize: Int?
  private let augmented: AugmentedFeed?
  /// The state that changes, in memory of its own: each access to a class' properties is checked against another one at
  /// the same time, which an epoch of a small net would notice.
  private struct State {
    var epoch = -1
    var batches: Batches
    var count = 0
  }
  private let state: UnsafeMutablePointer<State>
  /// The number of rows of the batch at hand.
  var count: Int { state.pointee.count }

  /// - Parameter memory: where ``load(epoch:_:)`` puts each batch.
  init(_ dataset: any Dataset, size: Int, settings: TrainingSettings, memory: Batch.Memory) {
    shuffles = settings.recipe.shuffle ?? true
    blockSize = settings.recipe.order?.blockSize
    let (augmentations, seed) = (settings.augmentations, settings.seed)
    self.dataset = dataset
    self.memory = memory
    self.size = size
    self.seed = seed
    state = .allocate(capacity: 1)
    state.initialize(to: State(batches: dataset.batches(of: size)))
    augmented =
      augmentations.isEmpty
      ? nil : AugmentedFeed(dataset, size: size, augmentations: augmentations, seed: seed)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Makes the samples at some places of an epoch's order the batch at hand; gives their number.
  ///
  /// - Parameter next: the places in the same epoch that come next; empty where there are none.
  func load(epoch number: Int, _ range: Range<Int>, next: Range<Int>) -> Int {
    begin(number)
    state.pointee.count = range.count
    if let augmented {
      augmented.load(
        Epoch(number: number, batches: state.pointee.batches), range, next: next, to: memory)
    } else {
      state.pointee.batches.gather(range, into: memory)
    }
    return range.count
  }

  /// The rows at some places of an epoch's order.
  func places(epoch number: Int, _ range: Range<Int>) -> ArraySlice<Int> {
    begin(number)
    return state.pointee.batches.places(range)
  }

  private func begin(_ number: Int) {
    guard state.pointee.epoch != number else { return }
    if shuffles {
      // A permutation that depends on seed and number alone.
      state.pointee.batches = dataset.batches(
        of: size, shuffledBy: seed, epoch: number, blocksOf: blockSize)
    }
    state.pointee.epoch = number
  }

  /// An epoch: its number, and the samples in its order.
  fileprivate struct Epoch: Sendable {
    let number: Int
    let batches: Batches
  }
}

/// Batches of changed images, each made while the one before is learned from.
private final class AugmentedFeed {
  private let augmentations: [any Augmentation]
  private let seed: UInt64
  private let shape: [Int]
  private var current: Buffer
  private var next: Buffer
  private var work: BackgroundWork?

  /// A batch, and where in training it belongs.
  private final class Buffer: @unchecked Sendable {
    let arrays: BatchStorage
    var epoch = -1
    var range = 0..<0

    init(_ arrays: BatchStorage) { self.arrays = arrays }
  }

  init(_ dataset: any Dataset, size: Int, augmentations: [any Augmentation], seed: UInt64) {
    self.augmentations = augmentations
    self.seed = seed
    shape = dataset.inputShape
    current = Buffer(BatchStorage(dataset, capacity: size))
    next = Buffer(BatchStorage(dataset, capacity: size))
  }

  func load(
    _ epoch: BatchFeed.Epoch, _ range: Range<Int>, next following: Range<Int>, to memory: Batch.Memory
  ) {
    work?.wait()
    work = nil
    if next.epoch == epoch.number, next.range == range {
      swap(&current, &next)
    } else {
      fill(current, epoch, range)()
    }
    current.arrays.copy(to: memory, count: range.count)
    prepare(epoch, following)
  }

  /// Begins with the batch that comes next in the epoch, if there is one.
  private func prepare(_ epoch: BatchFeed.Epoch, _ following: Range<Int>) {
    guard !following.isEmpty else { return }
    next.epoch = epoch.number
    next.range = following
    work = BackgroundWork(fill(next, epoch, following))
  }

  private func fill(_ buffer: Buffer, _ epoch: BatchFeed.Epoch, _ range: Range<Int>) -> @Sendable () -> Void {
    { [augmentations, seed, shape] in
      let batch = epoch.batches.batch(range)
      batch.gather(into: buffer.arrays.memory)
      buffer.arrays.memory.augment(
        with: augmentations, shape: shape, rows: epoch.batches.places(range), epoch: epoch.number, seed: seed)
    }
  }
}
