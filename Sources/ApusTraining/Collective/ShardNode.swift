/// A node of the binary tree over V = 2^m shards: the sum of the shards index · 2^level ..< (index + 1) · 2^level.
///
/// A leaf has level 0; the root has level m and index 0.
struct ShardNode: Hashable, Sendable {
  var level: Int
  var index: Int

  /// The node's place below its parent: the right term of the parent's sum, or the left one.
  var isRight: Bool { index & 1 == 1 }
  var parent: ShardNode { ShardNode(level: level + 1, index: index >> 1) }
  var leftSibling: ShardNode { ShardNode(level: level, index: index - 1) }
  var shards: Range<Int> { index << level..<(index + 1) << level }

  /// The fewest nodes that hold the shards of a range between them, in the shards' order: at most two of each level.
  static func covering(_ shards: Range<Int>) -> [ShardNode] {
    var nodes: [ShardNode] = []
    var first = shards.lowerBound
    while first < shards.upperBound {
      let length = shards.upperBound - first
      let level = min(first == 0 ? Int.bitWidth : first.trailingZeroBitCount, length.logarithm)
      nodes.append(ShardNode(level: level, index: first >> level))
      first += 1 << level
    }
    return nodes
  }
}

extension Int {
  /// The largest k with 2^k ≤ self.
  var logarithm: Int { Int.bitWidth - 1 - leadingZeroBitCount }
  var isPowerOfTwo: Bool { self > 0 && self & (self - 1) == 0 }
  /// The smallest 2^k ≥ self.
  var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << ((self - 1).logarithm + 1) }
}
