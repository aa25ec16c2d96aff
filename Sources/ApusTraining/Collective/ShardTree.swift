import ApusCore

/// A sum over V = 2^m shards of a batch in the order of one binary tree, whose leaves are the shards in the order of their
/// numbers.
///
/// Each shard gives `floats` `Float`s (gradients) and `numbers` `Double`s (loss, counts). Each rank adds its own shards, in
/// order; `Collective.reduce` finishes the tree over all ranks. The bits of the root are the same for any number of
/// ranks: what is added to what is a matter of the tree alone. A shard without rows is skipped, which is not the same as
/// zeros.
///
/// The memory is at most m + 1 sums, and as many again as the reduction needs; it is kept from step to step. A step that
/// reduces its gradients in parts, as they become ready, has a tree for each part.
package final class ShardTree: @unchecked Sendable {
  /// V: the number of leaves, a power of two.
  package let shards: Int
  let shape: ShardSum.Shape
  private(set) var partials: PartialSums
  private var next: Int?
  private var blocks: [ShardSum] = []
  private var finished: ShardSum?
  /// What a reduction needs beyond the tree's own memory; made by the first.
  var reduction: ShardReduction?

  /// A tree over `shards` leaves, a power of two.
  package init(shards: Int, floats: Int, numbers: Int = 0) {
    precondition(shards.isPowerOfTwo, "the number of shards is a power of two")
    self.shards = shards
    shape = ShardSum.Shape(floats: floats, numbers: numbers)
    partials = PartialSums(shape: shape)
  }

  deinit { for sum in blocks { AlignedMemory.free(sum.block) } }

  /// Starts another step: no shard has been added. The root of the last is gone.
  package func begin() {
    partials.removeAll()
    partials.spare.append(contentsOf: blocks)
    next = nil
    finished = nil
  }

  /// Adds the sums of this rank's next shard. The memory is read before this returns.
  package func add(
    shard: Int, floats: UnsafeBufferPointer<Float>,
    numbers: UnsafeBufferPointer<Double> = .init(start: nil, count: 0)
  ) {
    precondition(floats.count == shape.floats && numbers.count == shape.numbers, "a shard of another size")
    // Read only, as it is marked: a sum is added to memory of the tree's own.
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { nothing in
      let lent = ShardSum(
        numbers: numbers.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
          ?? nothing.baseAddress!.assumingMemoryBound(to: Double.self),
        floats: floats.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
          ?? nothing.baseAddress!.assumingMemoryBound(to: Float.self))
      append(shard, lent)
    }
  }

  /// Says that this rank's next shard has no rows.
  package func skip(shard: Int) { append(shard, nil) }

  private func append(_ shard: Int, _ sum: ShardSum?) {
    precondition(next == nil || next == shard, "shard \(shard) is out of order")
    next = shard + 1
    partials.append(
      PartialSums.Entry(node: ShardNode(level: 0, index: shard), sum: sum, isBorrowed: true),
      memory: makeBlock)
  }

  private func makeBlock() -> ShardSum {
    let sum = ShardSum(block: AlignedMemory.allocate(bytes: shape.bytes), shape: shape)
    blocks.append(sum)
    return sum
  }

  /// Memory of one sum, until the next step begins.
  func takeBlock() -> ShardSum { partials.spare.popLast() ?? makeBlock() }

  /// Takes what one rank has added as the whole.
  func finishAlone() {
    // Compared without an array: a step allocates nothing. A power of two of shards has one node.
    precondition(
      partials.entries.count == 1 && partials.entries[0].node.shards == 0..<shards,
      "not all \(shards) shards have been added")
    finish(partials.entries[0].sum)
  }

  /// Takes the root; nil where all shards are absent: the sum of nothing is 0.
  func finish(_ root: ShardSum?) {
    if let root {
      finished = root
    } else {
      let zeros = takeBlock()
      zeros.block.initializeMemory(as: UInt8.self, repeating: 0, count: shape.bytes)
      finished = zeros
    }
  }

  /// The sum of all ranks' shards, after a reduction, until `begin()`.
  package var root: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: result.floats, count: shape.floats)
  }

  /// The sum of all ranks' shards' numbers, after a reduction, until `begin()`.
  package var rootNumbers: UnsafeMutableBufferPointer<Double> {
    UnsafeMutableBufferPointer(start: result.numbers, count: shape.numbers)
  }

  private var result: ShardSum {
    guard let finished else { preconditionFailure("the tree has not been reduced") }
    return finished
  }
}
