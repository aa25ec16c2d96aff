#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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

  /// Whether the memory is a part of another's.
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
    var pointer: UnsafeMutableRawPointer?
    // Large blocks come from the system as zero pages: asking for zeros then costs nothing.
    if size >= 1 << 20 {
      let mapped = mmap(nil, size + 64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
      guard let mapped, mapped != MAP_FAILED else { outOfMemory(size) }
      // The header remembers the length for free().
      mapped.storeBytes(of: size + 64, as: Int.self)
      mapped.storeBytes(of: true, toByteOffset: 32, as: Bool.self)
      preferHugePages(UnsafeMutableRawBufferPointer(start: mapped, count: size + 64))
      return mapped + 64
    }
    guard posix_memalign(&pointer, 64, size + 64) == 0, let pointer else { outOfMemory(size) }
    memset(pointer, 0, size + 64)
    return pointer + 64
  }

  package static func free(_ pointer: UnsafeMutableRawPointer) {
    let start = pointer - 64
    if start.load(fromByteOffset: 32, as: Bool.self) {
      munmap(start, start.load(as: Int.self))
    } else {
      #if canImport(Glibc)
        Glibc.free(start)
      #elseif canImport(Musl)
        Musl.free(start)
      #else
        Darwin.free(start)
      #endif
    }
  }

  /// Asks for huge pages under large memory, so that going through it costs fewer walks through the page
  /// tables. Only Linux knows the request, and it may be ignored.
  package static func preferHugePages(_ memory: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      let page = 1 << 21
      guard let base = memory.baseAddress, memory.count >= 4 * page else { return }
      let skipped = (page - Int(bitPattern: base) % page) % page
      madvise(base + skipped, (memory.count - skipped) / page * page, MADV_HUGEPAGE)
    #endif
  }

  private static func outOfMemory(_ bytes: Int) -> Never {
    fatalError("out of memory: \(bytes) bytes")
  }
}
