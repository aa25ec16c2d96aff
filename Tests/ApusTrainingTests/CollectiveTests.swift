import ApusCore
import ApusTraining
import Synchronization
import Testing

/// Ranks as threads of this process: whatever their number, what they reduce has the bits of one process.
@Suite struct CollectiveTests {
  /// A batch's shards: for each its floats and numbers, or nil where it has no rows.
  struct Shards {
    typealias Shard = (floats: [Float], numbers: [Double])
    var shards: [Shard?]

    /// Values of all sizes, so that any other order of additions has other bits; −0, infinities and NaNs among them.
    init(_ count: Int, floats: Int, numbers: Int, absent: (Int) -> Bool, seed: UInt64, isFinite: Bool = false)
    {
      var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
      func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
      }
      func value(_ column: Int) -> Double {
        let bits = next()
        // In some columns every shard says −0; in some there is now and then what is no number.
        if column % 11 == 3 { return -0.0 }
        if !isFinite, column % 17 == 5, bits % 13 == 0 {
          return [.nan, .infinity, -.infinity][Int(bits / 13 % 3)]
        }
        let exponents: [Double] = [1, 1024, 1e-3, 1e-7, 3e5]
        return (Double(bits % 2001) - 1000) / 999 * exponents[Int(next() % 5)]
      }
      shards = (0..<count).map { shard in
        let all = (floats: (0..<floats).map { Float(value($0)) }, numbers: (0..<numbers).map(value))
        return absent(shard) ? nil : all
      }
    }

    /// The tree as it is defined, without anything of the code under test: the sum of the left half and of the right.
    func sum(_ range: Range<Int>) -> Shard? {
      guard range.count > 1 else { return shards[range.lowerBound] }
      let middle = (range.lowerBound + range.upperBound) / 2
      guard let left = sum(range.lowerBound..<middle) else { return sum(middle..<range.upperBound) }
      guard let right = sum(middle..<range.upperBound) else { return left }
      func add<T: BinaryFloatingPoint>(_ a: T, _ b: T) -> T { (a + b).isNaN ? .nan : a + b }
      return (
        zip(left.floats, right.floats).map { add($0, $1) },
        zip(left.numbers, right.numbers).map { add($0, $1) }
      )
    }

    var sum: (floats: [UInt32], numbers: [UInt64]) {
      let sum = sum(0..<shards.count)!
      return (sum.floats.map(\.bitPattern), sum.numbers.map(\.bitPattern))
    }

    func add(to tree: ShardTree, _ range: Range<Int>, columns: Range<Int>? = nil, numbers: Bool = true) {
      tree.begin()
      for shard in range {
        guard let values = shards[shard] else {
          tree.skip(shard: shard)
          continue
        }
        values.floats.withUnsafeBufferPointer { floats in
          values.numbers.withUnsafeBufferPointer { all in
            let part = columns.map { UnsafeBufferPointer(rebasing: floats[$0]) } ?? floats
            tree.add(shard: shard, floats: part, numbers: numbers ? all : .init(start: nil, count: 0))
          }
        }
      }
    }
  }

  /// What each rank does, and what it returns, in the order of the ranks.
  static func run<R: Sendable>(
    _ count: Int, hosts: Int = 1, _ body: @Sendable (Collective) throws -> R
  ) throws -> [R] {
    let ranks = Collective.virtual(count, hosts: hosts)
    let results = Mutex<[Int: Result<R, any Error>]>([:])
    Workers.run(count) { rank in
      let result = Result { try body(ranks[rank]) }
      results.withLock { $0[rank] = result }
    }
    return try results.withLock { results in try (0..<count).map { try results[$0]!.get() } }
  }

  func bits(_ tree: ShardTree) -> (floats: [UInt32], numbers: [UInt64]) {
    (tree.root.map(\.bitPattern), tree.rootNumbers.map(\.bitPattern))
  }

  static let absences: [@Sendable (Int) -> Bool] = [
    { _ in false }, { $0 >= 5 }, { $0 % 3 == 1 }, { $0 != 6 }, { $0 < 9 && $0 != 2 },
  ]

  /// Short vectors, which go as a whole, and long ones, which go in halves and slices.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 13], [(1, 0), (37, 3), (5003, 2), (20_000, 0)])
  func anyNumberOfRanksHasTheBitsOfOne(count: Int, size: (Int, Int)) throws {
    for (seed, absent) in Self.absences.enumerated() {
      let batch = Shards(16, floats: size.0, numbers: size.1, absent: absent, seed: UInt64(seed + count))
      let expected = batch.sum
      let found = try Self.run(count) { collective in
        let tree = ShardTree(shards: 16, floats: size.0, numbers: size.1)
        // The second step's memory is the first's.
        for _ in 0..<2 {
          batch.add(to: tree, collective.shards(of: 16))
          try collective.reduce(tree)
        }
        return bits(tree)
      }
      #expect(found.allSatisfy { $0.floats == expected.floats && $0.numbers == expected.numbers }, "\(seed)")
    }
  }

  @Test(arguments: [(64, 64, 70), (64, 128, 9000), (1024, 1024, 37), (1024, 2048, 1), (48, 64, 6000)])
  func manyRanks(count: Int, shards: Int, floats: Int) throws {
    let batch = Shards(
      shards, floats: floats, numbers: 1, absent: { $0 % 7 == 2 || $0 > shards * 3 / 4 }, seed: 5)
    let expected = batch.sum
    let found = try Self.run(count) { collective in
      let tree = ShardTree(shards: shards, floats: floats, numbers: 1)
      batch.add(to: tree, collective.shards(of: shards))
      try collective.reduce(tree)
      return bits(tree)
    }
    #expect(found.count == count)
    #expect(found.allSatisfy { $0.floats == expected.floats && $0.numbers == expected.numbers })
  }

  /// A vector that is reduced in parts, the last first, as gradients become ready.
  @Test(arguments: [1, 2, 3, 4], [[0, 9000], [0, 1, 9000], [0, 4097, 4113, 8999, 9000]])
  func anySplitIntoPartsHasTheBitsOfTheWhole(count: Int, cuts: [Int]) throws {
    let batch = Shards(8, floats: 9000, numbers: 2, absent: { $0 == 3 }, seed: 9)
    let parts = zip(cuts, cuts.dropFirst()).map { $0..<$1 }
    let found = try Self.run(count) { collective in
      let trees = parts.map { ShardTree(shards: 8, floats: $0.count, numbers: $0.lowerBound == 0 ? 2 : 0) }
      var started: [Int] = []
      for (tree, part) in zip(trees, parts).reversed() {
        batch.add(to: tree, collective.shards(of: 8), columns: part, numbers: part.lowerBound == 0)
        started.append(collective.start(tree))
      }
      for reduction in started { try collective.wait(reduction) }
      return (trees.flatMap { bits($0).floats }, bits(trees[0]).numbers)
    }
    let expected = batch.sum
    #expect(found.allSatisfy { $0.0 == expected.floats && $0.1 == expected.numbers })
  }

  /// An absent shard is no zero: −0 remains −0. Where all are absent there is nothing but zeros.
  @Test func absentShards() throws {
    for count in [1, 2, 3, 4] {
      let signs = try Self.run(count) { collective in
        let tree = ShardTree(shards: 8, floats: 3, numbers: 1)
        let minusZeros = [Float](repeating: -0.0, count: 3)
        tree.begin()
        for shard in collective.shards(of: 8) {
          if shard == 5 || shard == 6 {
            minusZeros.withUnsafeBufferPointer { floats in
              [-0.0].withUnsafeBufferPointer { tree.add(shard: shard, floats: floats, numbers: $0) }
            }
          } else {
            tree.skip(shard: shard)
          }
        }
        try collective.reduce(tree)
        let first =
          tree.root.map(\.sign) + [tree.rootNumbers[0].sign == .minus ? FloatingPointSign.minus : .plus]
        tree.begin()
        for shard in collective.shards(of: 8) { tree.skip(shard: shard) }
        try collective.reduce(tree)
        return (first, tree.root.map(\.bitPattern))
      }
      #expect(signs.allSatisfy { $0.0 == [.minus, .minus, .minus, .minus] && $0.1 == [0, 0, 0] })
    }
  }

  @Test func aloneIsOneRank() throws {
    let batch = Shards(4, floats: 50, numbers: 1, absent: { _ in false }, seed: 3)
    let tree = ShardTree(shards: 4, floats: 50, numbers: 1)
    batch.add(to: tree, Collective.alone.shards(of: 4))
    try Collective.alone.reduce(tree)
    #expect(bits(tree).floats == batch.sum.floats)
    #expect(try Collective.alone.gather([1, 2]) == [[1, 2]] && Collective.alone.count == 1)
    try Collective.alone.barrier()
    try Collective.alone.agree([("seed", "1")])
    try Collective.alone.finish()
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13, 64])
  func messages(count: Int) throws {
    let found = try Self.run(count, hosts: min(count, 2)) { collective in
      try collective.barrier()
      let own = [UInt8](repeating: UInt8(collective.rank), count: collective.rank * 3 % 7)
      let all = try collective.gather(own)
      let told = try collective.broadcast(collective.rank == 0 ? [7, 8, 9] : [])
      try collective.agree([("seed", "4"), ("batch", "32")])
      return (all, told, collective.hosts)
    }
    let expected = (0..<count).map { [UInt8](repeating: UInt8($0), count: $0 * 3 % 7) }
    #expect(found.allSatisfy { $0.0 == expected && $0.1 == [7, 8, 9] })
    #expect(found[0].2.first == "host0" && found[0].2.last == "host\(min(count, 2) - 1)")
  }

  @Test func aDisagreementNamesWhatAndWhere() throws {
    let errors = try Self.run(4, hosts: 2) { collective in
      do {
        try collective.agree([("version", "1"), ("seed", collective.rank == 2 ? "5" : "4")])
        return ""
      } catch { return "\(error)" }
    }
    #expect(Set(errors).count == 1)
    #expect(
      errors[0].hasPrefix(
        "the ranks do not agree on seed: 4 on 3 ranks, first rank 0 (host host0), 5 on rank 2 (host host1)"))
  }

  /// A rank that fails takes the others out of what they wait for.
  @Test func aFailedRankEndsTheOthers() throws {
    let errors = try Self.run(3) { collective in
      let tree = ShardTree(shards: 4, floats: 10)
      tree.begin()
      for shard in collective.shards(of: 4) { tree.skip(shard: shard) }
      collective.step = 12
      if collective.rank == 1 {
        collective.fail("no space left")
        return "it failed"
      }
      do {
        try collective.reduce(tree)
        return "it went on"
      } catch { return "\(error)" }
    }
    let message = "rank 1 of 3 (host host0), step 12: no space left"
    #expect(errors == [message, "it failed", message])
  }
}
