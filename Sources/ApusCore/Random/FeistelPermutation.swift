/// A random order of 0 … count − 1 that is computed place by place: nothing is kept but its keys.
///
/// A Feistel network permutes the numbers below a power of four that is at least the count; numbers beyond the count are
/// sent through again until one is within (cycle walking). So it is a permutation of any count, and has an inverse.
package struct FeistelPermutation: Sendable {
  private let count: UInt64
  /// The bits of half a number.
  private let half: UInt64
  /// With few bits a round mixes little, and more rounds cost nothing beside small counts.
  private let rounds: UInt64
  private let keys: (UInt64, UInt64)

  /// - Parameter first: the counter of the first of two random numbers that make the rounds' keys.
  package init(_ count: Int, _ random: Philox, first: UInt64 = 0) {
    self.count = UInt64(max(count, 0))
    let bits = count > 1 ? Int.bitWidth - (count - 1).leadingZeroBitCount : 1
    half = UInt64((bits + 1) / 2)
    rounds = half < 6 ? 16 : 6
    keys = (random.bits(first), random.bits(first &+ 1))
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
    for round in 0..<rounds { (left, right) = (right, left ^ (Self.mixed(right, key(round)) & mask)) }
    return left << half | right
  }

  private func backward(_ x: UInt64) -> UInt64 {
    let mask = (1 << half) - 1 as UInt64
    var (left, right) = (x >> half, x & mask)
    for round in (0..<rounds).reversed() {
      (left, right) = (right ^ (Self.mixed(left, key(round)) & mask), left)
    }
    return left << half | right
  }

  @inline(__always)
  private func key(_ round: UInt64) -> UInt64 { keys.0 ^ (keys.1 | 1) &* (round &+ 1) }

  @inline(__always)
  private static func mixed(_ x: UInt64, _ key: UInt64) -> UInt64 {
    var h = (x &+ key) &* 0xBF58_476D_1CE4_E5B9
    h ^= h >> 29
    h = (h ^ key) &* 0x94D0_49BB_1331_11EB
    return h ^ (h >> 32)
  }
}
