import CApus

/// Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011).
///
/// A word depends on (seed, stream, counter) alone: there is no state to save or to restore, and any
/// number of threads may ask for any counter in any order.
public struct Philox: Equatable, Hashable, Sendable {
  /// The key: the same seed gives the same words on every machine.
  public var seed: UInt64
  /// The number of one of 2⁶⁴ independent sequences of the seed; usually ``stableHash(_:)`` of a path.
  public var stream: UInt64

  public init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// The sequence of the seed that belongs to a path such as `"dense1/weight"`.
  public init(seed: UInt64, path: String) {
    self.init(seed: seed, stream: stableHash(path))
  }

  /// The four 32-bit words at a counter.
  @inlinable
  public func words(_ counter: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    var c0 = UInt32(truncatingIfNeeded: counter)
    var c1 = UInt32(truncatingIfNeeded: counter >> 32)
    var c2 = UInt32(truncatingIfNeeded: stream)
    var c3 = UInt32(truncatingIfNeeded: stream >> 32)
    var k0 = UInt32(truncatingIfNeeded: seed)
    var k1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
      let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
      let next0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
      let next2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
      c1 = UInt32(truncatingIfNeeded: p1)
      c3 = UInt32(truncatingIfNeeded: p0)
      c0 = next0
      c2 = next2
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }

  /// 64 random bits at a counter.
  @inlinable
  public func bits(_ counter: UInt64) -> UInt64 {
    let w = words(counter)
    return UInt64(w.0) | UInt64(w.1) << 32
  }

  /// A double in [0, 1), a multiple of 2⁻⁵³.
  @inlinable
  public func uniform(_ counter: UInt64) -> Double {
    Double(bits(counter) >> 11) * 0x1p-53
  }

  /// An integer in 0 ..< `bound`; the bias is below `bound`·2⁻⁶⁴. `bound` is at least 1.
  @inlinable
  public func integer(_ counter: UInt64, below bound: Int) -> Int {
    Int(truncatingIfNeeded: bits(counter).multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  /// A standard normal number by Box and Muller: √(−2 ln u) · cos 2πv.
  public func normal(_ counter: UInt64) -> Double {
    let w = words(counter)
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    let u = Double((UInt64(w.0) | UInt64(w.1) << 32) >> 11) * 0x1p-53
    let v = Double((UInt64(w.2) | UInt64(w.3) << 32) >> 11) * 0x1p-53
    return (-2 * Mathematics.log(1 - u)).squareRoot() * Mathematics.cos(2 * Double.pi * v)
  }

  /// A random order of 0 ..< `count` (Fisher–Yates); counters from `first` on are used.
  public func permutation(_ count: Int, first: UInt64 = 0) -> [Int] {
    var order = Array(0..<max(count, 0))
    shuffle(&order, first: first)
    return order
  }

  /// Shuffles in place (Fisher–Yates); uses `items.count` counters from `first` on.
  @inlinable
  public func shuffle<T>(_ items: inout [T], first: UInt64 = 0) {
    var i = items.count - 1
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 256) { chunk in
      while i > 0 {
        let lowest = max(i - chunk.count + 1, 1)
        fill(UnsafeMutableBufferPointer(rebasing: chunk[...(i - lowest)]), from: first &+ UInt64(lowest))
        while i >= lowest {
          let bits = chunk[i - lowest].multipliedFullWidth(by: UInt64(i + 1)).high
          items.swapAt(i, Int(truncatingIfNeeded: bits))
          i -= 1
        }
      }
    }
  }

  /// ``bits(_:)`` of the counters from one on.
  @usableFromInline
  func fill(_ bits: UnsafeMutableBufferPointer<UInt64>, from counter: UInt64) {
    fill(bits, from: counter, on: Self.instructionSet)
  }

  private static let instructionSet = Engine.InstructionSet.best

  package func fill(
    _ bits: UnsafeMutableBufferPointer<UInt64>, from counter: UInt64, on set: Engine.InstructionSet
  ) {
    var arguments = apus_random_bits(
      first: counter, stream: stream, seed: seed, count: Int64(bits.count), bits: bits.baseAddress)
    set.kernels?.random_bits(&arguments, 0, 1)
  }
}

/// A fixed 64-bit hash of a text (FNV-1a), the same in every process and on every machine; the
/// standard library's `Hasher` is seeded anew in each process.
public func stableHash(_ path: String) -> UInt64 {
  var hash = StableTextHasher()
  for byte in path.utf8 { hash.add(byte) }
  return hash.value
}

/// The hash of a text that comes byte by byte.
package struct StableTextHasher {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  @inline(__always)
  package mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
