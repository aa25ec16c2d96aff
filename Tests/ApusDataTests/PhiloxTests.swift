import ApusCore
import Testing

@Suite struct PhiloxTests {
  /// The known answers of the authors' library Random123.
  @Test func knownAnswers() {
    #expect(Philox(seed: 0).words(0) == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox(seed: .max, stream: .max).words(.max) == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox(seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e).words(0x85a3_08d3_243f_6a88)
        == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func stableHashIsFNV() {
    #expect(stableHash("") == 0xcbf2_9ce4_8422_2325)
    #expect(stableHash("a") == 0xaf63_dc4c_8601_ec8c)
    #expect(stableHash("foobar") == 0x8594_4171_f739_67e8)
  }

  @Test func permutationsHoldEveryNumberOnce() {
    let order = Philox(seed: 3, path: "p").permutation(1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
    #expect(Philox(seed: 3).permutation(0).isEmpty)
  }

  /// Several counters at once have the bits of each alone, also where they carry into the second word.
  @Test(arguments: [0, 5, 0xFFFF_FFF0, 0x1_FFFF_FFFD, .max - 20] as [UInt64])
  func countersInARow(_ first: UInt64) {
    let random = Philox(seed: 0x1234_5678_9ABC_DEF0, stream: 0xFEDC_BA98_7654_3210)
    for set in Engine.InstructionSet.allCases where set.isAvailable {
      for count in [1, 7, 8, 9, 50] {
        var bits = [UInt64](repeating: 0, count: count)
        bits.withUnsafeMutableBufferPointer { random.fill($0, from: first, on: set) }
        let alone = (0..<count).map { random.bits(first &+ UInt64($0)) }
        #expect(bits == alone, "\(count) from \(first) on \(set)")
      }
    }
  }

  /// Fisher and Yates, a counter for each place.
  @Test(arguments: [2, 3, 256, 257, 1000])
  func shufflesAreOfSingleCounters(_ count: Int) {
    let random = Philox(seed: 9, path: "shuffle")
    var expected = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      expected.swapAt(place, random.integer(77 + UInt64(place), below: place + 1))
    }
    #expect(random.permutation(count, first: 77) == expected)
  }

  @Test func uniformsFillTheInterval() {
    let random = Philox(seed: 5)
    let values = (0..<10000).map { random.uniform(UInt64($0)) }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(values.reduce(0, +) / 10000 - 0.5) < 0.02)
    #expect(Set((0..<1000).map { random.integer($0, below: 7) }) == Set(0..<7))
  }
}
