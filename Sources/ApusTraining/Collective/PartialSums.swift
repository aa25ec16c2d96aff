/// The sums of a row of shards that grows to the right: two that are the halves of one node become its sum at once, so that
/// never more are held than the tree has levels on either side.
struct PartialSums {
  /// A node's sum; nil where all its shards are absent. An absent shard is no term: not a zero, which would turn −0 into +0.
  struct Entry {
    var node: ShardNode
    var sum: ShardSum?
    /// The memory is the caller's, to be read only.
    var isBorrowed = false
  }

  let shape: ShardSum.Shape
  private(set) var entries: [Entry] = []
  /// The memory of right halves that have been added to their left ones.
  var spare: [ShardSum] = []

  init(shape: ShardSum.Shape) { self.shape = shape }

  /// Adds the node that follows the last. What is lent is copied to `memory()` unless it can be added where it is needed.
  mutating func append(_ entry: Entry, memory: () -> ShardSum) {
    var entry = entry
    while let left = entries.last, entry.node.isRight, left.node == entry.node.leftSibling {
      entries.removeLast()
      entry = sum(left, entry)
    }
    if entry.isBorrowed, let lent = entry.sum {
      let own = spare.popLast() ?? memory()
      own.copy(lent, shape: shape)
      entry.sum = own
      entry.isBorrowed = false
    }
    entries.append(entry)
  }

  private mutating func sum(_ left: Entry, _ right: Entry) -> Entry {
    guard let leftSum = left.sum else {
      return Entry(node: right.node.parent, sum: right.sum, isBorrowed: right.isBorrowed)
    }
    if let rightSum = right.sum {
      leftSum.add(rightSum, shape: shape)
      if !right.isBorrowed { spare.append(rightSum) }
    }
    return Entry(node: right.node.parent, sum: leftSum)
  }

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    spare.removeAll(keepingCapacity: true)
  }
}
