import ApusCore
import ApusData

/// The batches of a training, epoch after epoch: samples in the epoch's order, changed by the augmentations.
///
/// What a batch holds depends on seed, epoch and its place in the epoch alone: a run that goes on in the middle gets the same
/// ones. With augmentations the batch behind the one at hand is made on another thread while that one is learnt from.
final class BatchFeed {
  private let dataset: any Dataset
  private let place: BatchPlace
  private let capacity: Int
  private let augmentations: [any Augmentation]
  private let seed: UInt64
  // Of the thread that trains alone; a check for that costs as much as a small batch.
  @exclusivity(unchecked) private var epoch: Epoch
  @exclusivity(unchecked) private var current: Prepared
  private var next: Prepared
  private var work: BackgroundWork?

  /// A batch, and where in training it belongs.
  private final class Prepared: @unchecked Sendable {
    @exclusivity(unchecked) var batch: Batch
    var epoch = -1
    var range = 0..<0

    init(_ batch: Batch) { self.batch = batch }
  }

  /// An epoch: the samples as it has them, and their order.
  private final class Epoch: Sendable {
    let number: Int
    let samples: any Dataset
    let order: [Int]

    init(_ number: Int, samples: any Dataset, order: [Int]) {
      self.number = number
      self.samples = samples
      self.order = order
    }
  }

  /// - Parameter place: where ``load(epoch:_:)`` copies each batch to.
  init(
    _ dataset: any Dataset, capacity: Int, augmentations: [any Augmentation], seed: UInt64, place: BatchPlace
  ) {
    self.dataset = dataset
    self.place = place
    self.capacity = capacity
    self.augmentations = augmentations
    self.seed = seed
    // None yet: epochs are counted from 0.
    epoch = Epoch(-1, samples: dataset, order: [])
    current = Prepared(dataset.makeBatch(capacity: capacity))
    next = augmentations.isEmpty ? current : Prepared(dataset.makeBatch(capacity: capacity))
  }

  /// The number of samples of the batch at hand.
  var count: Int { current.batch.count }

  /// Makes the samples at some places of an epoch's order the batch at hand; gives their number.
  func load(epoch number: Int, _ range: Range<Int>) -> Int {
    if epoch.number != number { epoch = makeEpoch(number) }
    if augmentations.isEmpty {
      Unmanaged.passUnretained(epoch)._withUnsafeGuaranteedRef { epoch in
        epoch.samples.gather(epoch.order[range], into: &current.batch)
      }
    } else {
      loadAugmented(epoch, range)
    }
    return Unmanaged.passUnretained(current)._withUnsafeGuaranteedRef { prepared in
      place.take(&prepared.batch)
      return prepared.batch.count
    }
  }

  private func loadAugmented(_ epoch: Epoch, _ range: Range<Int>) {
    work?.wait()
    work = nil
    if next.epoch == epoch.number, next.range == range {
      swap(&current, &next)
    } else {
      Self.fill(current, epoch, range, augmentations, seed: seed)
    }
    prepareNext(epoch, from: range.upperBound)
  }

  /// Begins with the batch that comes next in the epoch, if there is one.
  private func prepareNext(_ epoch: Epoch, from start: Int) {
    let following = start..<min(start + capacity, dataset.count)
    guard !following.isEmpty else { return }
    next.epoch = epoch.number
    next.range = following
    work = BackgroundWork { [next, augmentations, seed] in
      Self.fill(next, epoch, following, augmentations, seed: seed)
    }
  }

  private static func fill(
    _ prepared: Prepared, _ epoch: Epoch, _ range: Range<Int>, _ augmentations: [any Augmentation],
    seed: UInt64
  ) {
    epoch.samples.gather(epoch.order[range], into: &prepared.batch)
    prepared.batch.augment(with: augmentations, rows: epoch.order[range], epoch: epoch.number, seed: seed)
  }

  /// The epoch of a number; its order is a permutation that depends on seed and number alone.
  private func makeEpoch(_ number: Int) -> Epoch {
    let order = Philox(seed: seed, path: "order of epoch \(number)").permutation(dataset.count)
    return Epoch(number, samples: dataset.inEpoch(number, seed: seed), order: order)
  }
}
