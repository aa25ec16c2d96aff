/// Elements in memory: four bytes each, on a 64-byte boundary, written once and then only read.
///
/// Truth values are the floats 1 and 0. float64 has no storage: the engine runs float32 and int32.
package final class TensorStorage: @unchecked Sendable {
  package let pointer: UnsafeMutableRawPointer
  package let count: Int
  /// Whose memory it is a part of; nil where it is its own.
  private let owner: TensorStorage?

  /// Zeros.
  package init(count: Int) {
    self.count = count
    owner = nil
    pointer = AlignedMemory.allocate(bytes: count * 4)
  }

  package convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    // In bulk: element by element a generic collection costs a hundred times as much.
    _ = floats.update(fromContentsOf: values)
  }

  package convenience init(_ values: some Collection<Int32>) {
    self.init(count: values.count)
    _ = integers.update(fromContentsOf: values)
  }

  /// A part of another's memory, which lives as long as its parts.
  package init(_ owner: TensorStorage, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= owner.count, "no part of the storage")
    count = range.count
    pointer = owner.pointer + range.lowerBound * 4
    self.owner = owner
  }

  /// A Boolean value that indicates whether the memory is part of another storage's.
  package var isShared: Bool { owner != nil }

  deinit { if owner == nil { AlignedMemory.free(pointer) } }

  package var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer.assumingMemoryBound(to: Float.self), count: count)
  }

  package var integers: UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(start: pointer.assumingMemoryBound(to: Int32.self), count: count)
  }
}

/// Memory on 64-byte boundaries (a cache line, and an AVX-512 vector), zeroed.
package enum AlignedMemory {
  package static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    let size = max((bytes + 63) / 64 * 64, 64)
    // Large blocks come from the system as zero pages: asking for zeros then costs nothing.
    if size >= 1 << 20 {
      guard let mapped = mapZeros(bytes: size + 64) else { outOfMemory(size) }
      // The header remembers the length for free().
      mapped.storeBytes(of: size + 64, as: Int.self)
      mapped.storeBytes(of: true, toByteOffset: 32, as: Bool.self)
      preferHugePages(UnsafeMutableRawBufferPointer(start: mapped, count: size + 64))
      return mapped + 64
    }
    guard let pointer = reserve(bytes: size + 64, alignment: 64) else { outOfMemory(size) }
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: size + 64)
    return pointer + 64
  }

  package static func free(_ pointer: UnsafeMutableRawPointer) {
    let start = pointer - 64
    if start.load(fromByteOffset: 32, as: Bool.self) {
      unmap(start, bytes: start.load(as: Int.self))
    } else {
      release(start)
    }
  }

  private static func outOfMemory(_ bytes: Int) -> Never {
    fatalError("out of memory: \(bytes) bytes")
  }
}
