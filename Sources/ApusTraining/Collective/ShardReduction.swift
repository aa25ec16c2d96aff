import ApusCore

/// Finishes a tree over all ranks: the memory for it, and the way that the ranks' number and the vector's length call for.
///
/// | ranks | short vectors | long vectors |
/// |---|---|---|
/// | 2^k | each pair exchanges all it has, k rounds | halves: k rounds there, k rounds back |
/// | others | each rank sends its nodes to all | each rank owns a slice, gathers its nodes, sends the sum to all |
///
/// An absent node is an empty message.
final class ShardReduction {
  private unowned let tree: ShardTree
  private let transport: any CollectiveTransport
  private let nodes: [[ShardNode]]
  private let isWhole: Bool
  private let slices: [Range<Int>]
  private let received: UnsafeMutableRawPointer
  private var rounds: [Range<Int>]
  private var sums: PartialSums

  private var rank: Int { transport.rank }
  private var count: Int { transport.count }
  private var shape: ShardSum.Shape { tree.shape }

  init(_ tree: ShardTree, transport: any CollectiveTransport) {
    self.tree = tree
    self.transport = transport
    let count = transport.count
    let shape = tree.shape
    nodes = (0..<count).map { ShardNode.covering(Collective.shards(of: tree.shards, rank: $0, count: count)) }
    isWhole = shape.floats < max(64 * count, Self.shortVector)
    slices = (0..<count).map { Self.cut(shape.floats, $0, count)..<Self.cut(shape.floats, $0 + 1, count) }
    rounds = []
    rounds.reserveCapacity(count.logarithm + 1)
    let gathered =
      isWhole ? shape : ShardSum.Shape(floats: slices[transport.rank].count, numbers: shape.numbers)
    sums = PartialSums(shape: gathered)
    let others = nodes.enumerated().reduce(0) { $0 + ($1.offset == transport.rank ? 0 : $1.element.count) }
    received = AlignedMemory.allocate(
      bytes: count.isPowerOfTwo ? shape.bytes : others * Self.rounded(gathered.bytes))
  }

  deinit { AlignedMemory.free(received) }

  /// Vectors of fewer elements go as a whole: the number of messages counts, not their length.
  private static let shortVector = 2048

  /// The beginning of slice `index` of `count`, on a cache line.
  private static func cut(_ floats: Int, _ index: Int, _ count: Int) -> Int {
    index == count ? floats : floats * index / count / 16 * 16
  }

  private static func rounded(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

  /// Finishes the tree. All ranks call it for the same tree.
  func run(isAwaited: () -> Bool) throws {
    precondition(
      tree.partials.entries.map(\.node) == nodes[rank], "not all shards of this rank have been added")
    if count == 1 {
      tree.finishAlone()
    } else if count.isPowerOfTwo {
      try isWhole ? exchangeWhole(isAwaited) : exchangeHalves(isAwaited)
    } else {
      try gatherNodes(isAwaited)
    }
  }

  // MARK: 2^k ranks

  /// Each rank has one node. In round i, ranks r and r xor 2^i exchange what they have: the sum of two siblings.
  private func exchangeWhole(_ isAwaited: () -> Bool) throws {
    var isPresent = tree.partials.entries[0].sum != nil
    let own = tree.partials.entries[0].sum ?? tree.takeBlock()
    let other = ShardSum(block: received, shape: shape)
    for round in 0..<count.logarithm {
      let partner = rank ^ (1 << round)
      let bytes = shape.bytes
      try transport.send(UnsafeRawBufferPointer(start: own.block, count: isPresent ? bytes : 0), to: partner)
      let receive = try transport.receive(.init(start: received, count: bytes), from: partner)
      try transport.complete(isAwaited: isAwaited)
      guard transport.length(of: receive) > 0 else { continue }
      if isPresent { own.add(other, shape: shape) } else { own.copy(other, shape: shape) }
      isPresent = true
    }
    tree.finish(isPresent ? own : nil)
  }

  /// In round i each of the pair r and r xor 2^i keeps one half of the elements that it has been left with and is given
  /// the other's; then the halves are put together again in the opposite order. Numbers are few, and go whole.
  private func exchangeHalves(_ isAwaited: () -> Bool) throws {
    var isPresent = tree.partials.entries[0].sum != nil
    let own = tree.partials.entries[0].sum ?? tree.takeBlock()
    let other = ShardSum(block: received, shape: shape)
    var part = 0..<shape.floats
    rounds.removeAll(keepingCapacity: true)
    for round in 0..<count.logarithm {
      let partner = rank ^ (1 << round)
      let (kept, given) = halves(part, of: round)
      rounds.append(given)
      try send(own.floats, isPresent ? given : given.prefix(0), to: partner)
      let receive = try receive(other.floats, kept, from: partner)
      if shape.numbers > 0 {
        try transport.send(.init(start: own.numbers, count: isPresent ? shape.numbers * 8 : 0), to: partner)
        _ = try transport.receive(.init(start: other.numbers, count: shape.numbers * 8), from: partner)
      }
      try transport.complete(isAwaited: isAwaited)
      part = kept
      guard transport.length(of: receive) > 0 else { continue }
      let offset = part.lowerBound
      let left = ShardSum(numbers: own.numbers, floats: own.floats + offset)
      let right = ShardSum(numbers: other.numbers, floats: other.floats + offset)
      let size = ShardSum.Shape(floats: part.count, numbers: shape.numbers)
      if isPresent { left.add(right, shape: size) } else { left.copy(right, shape: size) }
      isPresent = true
    }
    guard isPresent else { return tree.finish(nil) }
    for round in (0..<count.logarithm).reversed() {
      let partner = rank ^ (1 << round)
      try send(own.floats, part, to: partner)
      _ = try receive(own.floats, rounds[round], from: partner)
      try transport.complete(isAwaited: isAwaited)
      part = min(part.lowerBound, rounds[round].lowerBound)..<max(part.upperBound, rounds[round].upperBound)
    }
    tree.finish(own)
  }

  private func halves(_ part: Range<Int>, of round: Int) -> (kept: Range<Int>, given: Range<Int>) {
    let middle = part.lowerBound + part.count / 2 / 16 * 16
    let lower = part.lowerBound..<middle
    let upper = middle..<part.upperBound
    return rank & (1 << round) == 0 ? (lower, upper) : (upper, lower)
  }

  private func send(_ floats: UnsafeMutablePointer<Float>, _ part: Range<Int>, to rank: Int) throws {
    try transport.send(.init(start: floats + part.lowerBound, count: part.count * 4), to: rank)
  }

  private func receive(_ floats: UnsafeMutablePointer<Float>, _ part: Range<Int>, from rank: Int) throws
    -> Int
  {
    try transport.receive(.init(start: floats + part.lowerBound, count: part.count * 4), from: rank)
  }

  // MARK: Any number of ranks

  /// Each rank has several nodes. Each owns a slice of the vector (all of it, where it is short), is given all nodes' sums of
  /// it, finishes the tree there and sends the outcome to all.
  private func gatherNodes(_ isAwaited: () -> Bool) throws {
    let gathered = sums.shape
    let stride = Self.rounded(gathered.bytes)
    let numberBytes = shape.numbers * 8
    for other in 0..<count where other != rank {
      let part = isWhole ? 0..<shape.floats : slices[other]
      for entry in tree.partials.entries {
        let sum = entry.sum ?? ShardSum(block: received, shape: shape)
        try send(sum.floats, entry.sum == nil ? part.prefix(0) : part, to: other)
        try transport.send(.init(start: sum.numbers, count: entry.sum == nil ? 0 : numberBytes), to: other)
      }
    }
    var slot = 0
    var first = 0
    for other in 0..<count where other != rank {
      for _ in nodes[other] {
        let sum = ShardSum(block: received + slot * stride, shape: gathered)
        let receive = try receive(sum.floats, 0..<gathered.floats, from: other)
        _ = try transport.receive(.init(start: sum.numbers, count: numberBytes), from: other)
        if slot == 0 { first = receive }
        slot += 1
      }
    }
    try transport.complete(isAwaited: isAwaited)
    let root = finishTree(firstReceive: first, stride: stride)
    guard let root else { return tree.finish(nil) }
    let result = tree.takeBlock()
    let own = isWhole ? 0..<shape.floats : slices[rank]
    ShardSum(numbers: result.numbers, floats: result.floats + own.lowerBound).copy(root, shape: gathered)
    if !isWhole {
      for other in 0..<count where other != rank {
        try send(result.floats, own, to: other)
        _ = try receive(result.floats, slices[other], from: other)
      }
      try transport.complete(isAwaited: isAwaited)
    }
    tree.finish(result)
  }

  /// The root's sum of this rank's slice.
  private func finishTree(firstReceive: Int, stride: Int) -> ShardSum? {
    sums.removeAll()
    var slot = 0
    for other in 0..<count {
      if other == rank {
        let offset = isWhole ? 0 : slices[rank].lowerBound
        for entry in tree.partials.entries {
          let sum = entry.sum.map { ShardSum(numbers: $0.numbers, floats: $0.floats + offset) }
          append(PartialSums.Entry(node: entry.node, sum: sum))
        }
        continue
      }
      for node in nodes[other] {
        // A node's floats and its numbers are two messages, and either may be none at all.
        let receive = firstReceive + slot * 2
        let isPresent = transport.length(of: receive) > 0 || transport.length(of: receive + 1) > 0
        let sum = ShardSum(block: received + slot * stride, shape: sums.shape)
        append(PartialSums.Entry(node: node, sum: isPresent ? sum : nil))
        slot += 1
      }
    }
    return sums.entries[0].sum
  }

  private func append(_ entry: PartialSums.Entry) {
    sums.append(entry) { preconditionFailure("nothing is lent here") }
  }
}
