import ApusCore
import ApusData

/// The batches of a training, epoch after epoch: samples in the epoch's order, changed by the augmentations.
///
/// What a batch holds depends on seed, epoch and its place in the epoch alone: a run that goes on in the middle gets the same
/// ones. With augmentations the batch behind the one at hand is made on another thread while that one is learnt from.
final class BatchFeed {
  private let dataset: any Dataset
  /// The samples as the epoch at hand has them.
  private var samples: any Dataset
  private let augmentations: [any Augmentation]
  private let seed: UInt64
  private var order: [Int] = []
  private var orderEpoch = -1
  private var current: Prepared
  private var next: Prepared
  private var work: BackgroundWork?

  /// A batch, and where in training it belongs.
  private final class Prepared: @unchecked Sendable {
    var batch: Batch
    var epoch = -1
    var range = 0..<0

    init(_ batch: Batch) { self.batch = batch }
  }

  init(_ dataset: any Dataset, capacity: Int, augmentations: [any Augmentation], seed: UInt64) {
    self.dataset = dataset
    samples = dataset
    self.augmentations = augmentations
    self.seed = seed
    current = Prepared(dataset.makeBatch(capacity: capacity))
    next = augmentations.isEmpty ? current : Prepared(dataset.makeBatch(capacity: capacity))
  }

  /// The batch at hand.
  var batch: Batch { _read { yield current.batch } }

  /// Makes the samples at some places of an epoch's order the batch at hand.
  func load(epoch: Int, _ range: Range<Int>) {
    prepareOrder(epoch)
    work?.wait()
    work = nil
    if next.epoch == epoch, next.range == range, next !== current {
      swap(&current, &next)
    } else {
      Self.fill(current, samples, order[range], augmentations, epoch: epoch, seed: seed)
    }
    if !augmentations.isEmpty { prepareNext(epoch: epoch, from: range.upperBound) }
  }

  /// Begins with the batch that comes next in the epoch, if there is one.
  private func prepareNext(epoch: Int, from start: Int) {
    let following = start..<min(start + batch.capacity, dataset.count)
    guard !following.isEmpty else { return }
    next.epoch = epoch
    next.range = following
    work = BackgroundWork { [next, samples, order, augmentations, seed] in
      Self.fill(next, samples, order[following], augmentations, epoch: epoch, seed: seed)
    }
  }

  private static func fill(
    _ prepared: Prepared, _ dataset: any Dataset, _ rows: ArraySlice<Int>,
    _ augmentations: [any Augmentation], epoch: Int, seed: UInt64
  ) {
    dataset.gather(rows, into: &prepared.batch)
    prepared.batch.augment(with: augmentations, rows: rows, epoch: epoch, seed: seed)
  }

  /// A permutation that depends on seed and epoch alone.
  private func prepareOrder(_ epoch: Int) {
    guard orderEpoch != epoch else { return }
    if order.count != dataset.count { order = Array(0..<dataset.count) }
    for index in order.indices { order[index] = index }
    Philox(seed: seed, path: "order of epoch \(epoch)").shuffle(&order)
    samples = dataset.inEpoch(epoch, seed: seed)
    orderEpoch = epoch
  }
}
