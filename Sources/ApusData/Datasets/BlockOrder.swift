import ApusCore

/// An epoch's order of samples that stand in blocks: the blocks in random order, and in each window of several blocks the
/// samples in random order. Computed place by place, so that nothing is kept however many samples there are, and so that
/// samples that are near in the order are near in the file.
package struct BlockOrder: Sendable {
  package let count: Int
  private let blockSize: Int
  private let blocks: FeistelPermutation
  /// The place among the blocks of the last one, which may be shorter.
  private let shortPlace: Int
  /// The samples of the last block.
  private let shortSize: Int
  private let random: Philox

  /// The blocks whose samples are mixed.
  package static let windowBlocks = 8

  package init(_ count: Int, blockSize: Int, seed: UInt64, epoch: Int) {
    self.count = count
    self.blockSize = max(min(blockSize, count), 1)
    let number = (count + self.blockSize - 1) / self.blockSize
    random = Philox(seed: seed, path: "blocks of epoch \(epoch)")
    blocks = FeistelPermutation(number, random)
    shortSize = count - (number - 1) * self.blockSize
    shortPlace = number > 0 ? blocks.place(of: number - 1) : 0
  }

  /// The samples at some places.
  package func samples(_ places: Range<Int>) -> [Int] {
    var samples: [Int] = []
    samples.reserveCapacity(places.count)
    let size = blockSize * Self.windowBlocks
    var next = places.lowerBound
    while next < places.upperBound {
      let window = next / size
      let first = window * size
      // Each window has an order of its own.
      let order = FeistelPermutation(
        min(size, count - first), random, first: UInt64(window + 1) * 8)
      let end = min(places.upperBound, first + size)
      while next < end {
        samples.append(sample(first + order[next - first]))
        next += 1
      }
    }
    return samples
  }

  /// The sample at a place before the windows are mixed.
  private func sample(_ place: Int) -> Int {
    let short = shortPlace * blockSize
    if place < short { return blocks[place / blockSize] * blockSize + place % blockSize }
    if place < short + shortSize { return count - shortSize + place - short }
    let behind = place - short - shortSize
    return blocks[shortPlace + 1 + behind / blockSize] * blockSize + behind % blockSize
  }
}
