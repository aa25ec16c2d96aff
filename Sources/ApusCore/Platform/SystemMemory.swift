// The operating system's memory: pages, mapped files, and the C library's allocator.

import ApusSystem

// Inside a type, its own method of this name would hide the C library's function.
private func systemFree(_ pointer: UnsafeMutableRawPointer) { free(pointer) }

extension Files {
  /// A regular file's bytes, mapped; nil where the system does not.
  static func mapped(_ descriptor: Int32, count: Int) -> UnsafeRawBufferPointer? {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      return nil
    }
    madvise(base, count, MADV_SEQUENTIAL)
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  /// The bytes of a file that is still written, mapped so that what is written shows; nil where the system does not.
  static func mappedShared(_ descriptor: Int32, count: Int) -> UnsafeRawBufferPointer? {
    guard let base = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
      return nil
    }
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Tells the system that a mapped file's bytes will be read here and there, and again: what lies around is of no use.
  static func expectAnyOrder(_ bytes: UnsafeRawBufferPointer) {
    madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_RANDOM)
  }

  /// Tells the system that some of a mapped file's bytes will be read soon.
  static func expectSoon(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    let page = Int(getpagesize())
    let offset = Int(bitPattern: start) & (page - 1)
    madvise(UnsafeMutableRawPointer(mutating: start - offset), bytes.count + offset, MADV_WILLNEED)
  }

  static func unmap(_ bytes: UnsafeRawBufferPointer) {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// Tells the system that a mapped file's bytes below `offset` need not stay in memory.
  static func releasePages(_ bytes: UnsafeRawBufferPointer, below offset: Int) {
    guard let base = bytes.baseAddress else { return }
    let page = Int(getpagesize())
    let length = min(offset, bytes.count) / page * page
    if length > 0 { madvise(UnsafeMutableRawPointer(mutating: base), length, MADV_DONTNEED) }
  }
}

extension AlignedMemory {
  /// Zeroed pages from the system; nil when there are none left.
  static func mapZeros(bytes: Int) -> UnsafeMutableRawPointer? {
    let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    return start == MAP_FAILED ? nil : start
  }

  static func unmap(_ start: UnsafeMutableRawPointer, bytes: Int) { munmap(start, bytes) }

  /// Memory that isn't zeroed, for ``release(_:)`` to return; nil when there is none left.
  static func reserve(bytes: Int, alignment: Int) -> UnsafeMutableRawPointer? {
    var start: UnsafeMutableRawPointer?
    return posix_memalign(&start, alignment, bytes) == 0 ? start : nil
  }

  static func release(_ start: UnsafeMutableRawPointer) { systemFree(start) }

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
}

/// The C library's allocator.
///
/// glibc gives each thread a heap of its own, and sessions that come and go leave those with holes: memory would grow from
/// day to day. With one for all it stays; no step allocates, so training does not wait for it. Large blocks have pages of
/// their own, which the system gets back: by itself glibc takes ever larger ones for small after each that was freed, and
/// keeps twice as much in reserve.
package enum Heap {
  package static func shareOne() {
    #if os(Linux)
      typealias SetOption = @convention(c) (CInt, CInt) -> CInt
      guard let found = dlsym(nil, "mallopt") else { return }
      let setOption = unsafeBitCast(found, to: SetOption.self)
      let (mostArenas, trimThreshold, mappingThreshold): (CInt, CInt, CInt) = (-8, -1, -3)
      _ = setOption(mostArenas, 1)
      _ = setOption(trimThreshold, 1 << 20)
      _ = setOption(mappingThreshold, 1 << 20)
    #endif
  }
}
