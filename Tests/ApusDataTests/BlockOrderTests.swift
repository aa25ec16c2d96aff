import ApusCore
import ApusData
import Testing

/// Orders that are computed place by place.
@Suite struct BlockOrderTests {
  @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097])
  func feistelNetworksArePermutations(_ count: Int) {
    let order = FeistelPermutation(count, Philox(seed: 3, path: "p"))
    let numbers = (0..<count).map { order[$0] }
    #expect(numbers.sorted() == Array(0..<count))
    #expect(numbers.enumerated().allSatisfy { order.place(of: $1) == $0 })
    let other = FeistelPermutation(count, Philox(seed: 4, path: "p"))
    #expect(count < 16 || numbers != (0..<count).map { other[$0] })
    #expect(count < 16 || numbers != Array(0..<count))
  }

  /// Each number is at each place about as often: χ² over many keys, far inside what chance allows.
  @Test func feistelNetworksAreFair() {
    let (count, draws) = (10, 20_000)
    var hits = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for seed in 0..<draws {
      let order = FeistelPermutation(count, Philox(seed: UInt64(seed), path: "fair"))
      for place in 0..<count { hits[place][order[place]] += 1 }
    }
    let expected = Double(draws) / Double(count)
    let chi = hits.joined().reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // 81 degrees of freedom: mean 81, deviation 12.7.
    #expect(chi < 81 + 6 * 12.7, "\(chi)")
  }

  @Test(arguments: [(1, 4), (7, 4), (64, 4), (65, 4), (1000, 16), (1000, 2000), (513, 1)])
  func ordersHoldEverySampleOnce(_ count: Int, _ size: Int) {
    let order = BlockOrder(count, blockSize: size, seed: 1, epoch: 0)
    let samples = order.samples(0..<count)
    #expect(samples.sorted() == Array(0..<count))
    // Piece by piece, as batches ask for it, it is the same.
    let pieces = stride(from: 0, to: count, by: 7).flatMap { order.samples($0..<min($0 + 7, count)) }
    #expect(pieces == samples)
    #expect(count < 8 || BlockOrder(count, blockSize: size, seed: 1, epoch: 1).samples(0..<count) != samples)
  }

  /// A window of the order holds the samples of eight blocks, and of one more where the short one stands in it.
  @Test func windowsStayTogether() {
    let samples = BlockOrder(10_000, blockSize: 64, seed: 5, epoch: 2).samples(0..<10_000)
    for first in stride(from: 0, to: 10_000, by: 64 * BlockOrder.windowBlocks) {
      let window = samples[first..<min(first + 64 * BlockOrder.windowBlocks, 10_000)]
      #expect(Set(window.map { $0 / 64 }).count <= BlockOrder.windowBlocks + 2)
    }
    #expect(samples[..<512].sorted() != Array(samples[..<512]))
  }

  @Test func batchesOfASubsetInBlocks() throws {
    let data = try TableDataset(
      features: (0..<200).map { Float($0) }, inputShape: [1], values: (0..<200).map { Float($0) },
      names: ["y"])
    let half = data.subset((0..<100).map { $0 * 2 })
    let batches = half.batches(of: 16, shuffledBy: 3, epoch: 0, blocksOf: 8)
    let rows = batches.flatMap { Array($0.rows) }
    #expect(rows.sorted() == (0..<100).map { $0 * 2 } && rows != rows.sorted())
    #expect(Array(batches.places(0..<100)).map { $0 * 2 } == rows)
    #expect(batches[1].arrays().inputs == rows[16..<32].map { Float($0) })
  }
}
