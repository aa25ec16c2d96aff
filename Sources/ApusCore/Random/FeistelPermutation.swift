/// A random order of 0 … count − 1 that is computed place by place: nothing is kept but its keys.
///
/// A Feistel network permutes the numbers below a power of four that is no smaller than the count; numbers beyond the count are
/// sent through again until one is within (cycle walking). So it is a permutation of any count, and has an inverse.
package struct FeistelPermutation: Sendable {
  private let count: UInt64
  /// The bits of half a number.
  private let half: UInt64
  private let keys: InlineKeys

  /// Five would do for what shuffling is for; small counts want one more.
  private static let rounds = 6
  private typealias InlineKeys = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  /// - Parameters:
  ///   - first: the counter of the first of six keys.
  package init(_ count: Int, _ random: Philox, first: UInt64 = 0) {
    self.count = UInt64(max(count, 0))
    let bits = count > 1 ? Int.bitWidth - (count - 1).leadingZeroBitCount : 1
    half = UInt64((bits + 1) / 2)
    func key(_ round: UInt64) -> UInt64 { random.bits(first &+ round) }
    keys = (key(0), key(1), key(2), key(3), key(4), key(5))
  }

  /// The number at a place.
  ///
  /// - Precondition: the place is below the count.
  package subscript(place: Int) -> Int {
    precondition(place >= 0 && UInt64(place) < count, "no such place")
    var x = UInt64(place)
    repeat { x = forward(x) } while x >= count
    return Int(x)
  }

  /// The place of a number.
  package func place(of number: Int) -> Int {
    precondition(number >= 0 && UInt64(number) < count, "no such number")
    var x = UInt64(number)
    repeat { x = backward(x) } while x >= count
    return Int(x)
  }

  private func forward(_ x: UInt64) -> UInt64 {
    let mask = (1 << half) - 1 as UInt64
    var (left, right) = (x >> half, x & mask)
    for round in 0..<Self.rounds { (left, right) = (right, left ^ (Self.mixed(right, key(round)) & mask)) }
    return left << half | right
  }

  private func backward(_ x: UInt64) -> UInt64 {
    let mask = (1 << half) - 1 as UInt64
    var (left, right) = (x >> half, x & mask)
    for round in (0..<Self.rounds).reversed() {
      (left, right) = (right ^ (Self.mixed(left, key(round)) & mask), left)
    }
    return left << half | right
  }

  private func key(_ round: Int) -> UInt64 {
    switch round {
    case 0: keys.0
    case 1: keys.1
    case 2: keys.2
    case 3: keys.3
    case 4: keys.4
    default: keys.5
    }
  }

  @inline(__always)
  private static func mixed(_ x: UInt64, _ key: UInt64) -> UInt64 {
    var h = (x &+ key) &* 0xBF58_476D_1CE4_E5B9
    h ^= h >> 29
    h = (h ^ key) &* 0x94D0_49BB_1331_11EB
    return h ^ (h >> 32)
  }
}
