import ApusCore

/// Memory of one sum: some `Double`s and many `Float`s, in one block so that both travel in one message.
struct ShardSum {
  let block: UnsafeMutableRawPointer
  let numbers: UnsafeMutablePointer<Double>
  let floats: UnsafeMutablePointer<Float>

  init(block: UnsafeMutableRawPointer, shape: Shape) {
    self.block = block
    numbers = block.assumingMemoryBound(to: Double.self)
    floats = (block + shape.floatsOffset).assumingMemoryBound(to: Float.self)
  }

  init(numbers: UnsafeMutablePointer<Double>, floats: UnsafeMutablePointer<Float>) {
    block = UnsafeMutableRawPointer(numbers)
    self.numbers = numbers
    self.floats = floats
  }

  /// The number of `Float`s and of `Double`s.
  struct Shape: Sendable, Equatable {
    var floats: Int
    var numbers: Int

    /// The first `Float` stands on a cache line of its own.
    var floatsOffset: Int { (numbers * 8 + 63) / 64 * 64 }
    var bytes: Int { floatsOffset + floats * 4 }
  }

  /// `self += right`, element by element.
  func add(_ right: ShardSum, shape: Shape) {
    Self.add(right.floats, to: floats, count: shape.floats)
    Self.add(right.numbers, to: numbers, count: shape.numbers)
  }

  func copy(_ other: ShardSum, shape: Shape) {
    floats.update(from: other.floats, count: shape.floats)
    numbers.update(from: other.numbers, count: shape.numbers)
  }

  /// `left[i] += right[i]`. A sum that is not a number is the one NaN: which of two NaNs a processor hands on, and the sign
  /// of ∞ − ∞, differ between processors and with the order of the terms.
  static func add(_ right: UnsafePointer<Float>, to left: UnsafeMutablePointer<Float>, count: Int) {
    let width = 16
    let notANumber = SIMD16<Float>(repeating: .nan)
    let from = UnsafeRawPointer(right)
    let into = UnsafeMutableRawPointer(left)
    var index = 0
    while index + width <= count {
      let sum =
        into.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
        + from.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
      into.storeBytes(
        of: sum.replacing(with: notANumber, where: sum .!= sum), toByteOffset: index * 4,
        as: SIMD16<Float>.self)
      index += width
    }
    while index < count {
      let sum = left[index] + right[index]
      left[index] = sum == sum ? sum : .nan
      index += 1
    }
  }

  static func add(_ right: UnsafePointer<Double>, to left: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count {
      let sum = left[index] + right[index]
      left[index] = sum == sum ? sum : .nan
    }
  }
}
