package import ApusCore

/// Values one after the other, in memory or mapped from a file, whose pages come and go as they are read: the cells of a
/// column, the pixels of images.
public struct StoredValues<Element: BitwiseCopyable & Equatable & Sendable>: RandomAccessCollection,
  @unchecked Sendable
{
  /// Keeps the memory: a file's bytes, or a block of its own. Nobody writes to it.
  private let owner: AnyObject
  private let start: UnsafePointer<Element>
  public let count: Int

  public init(_ elements: some Sequence<Element>) {
    let memory =
      elements.withContiguousStorageIfAvailable { ValueMemory($0) }
      ?? Array(elements).withUnsafeBufferPointer { ValueMemory($0) }
    (owner, start, count) = (memory, UnsafePointer(memory.start), memory.count)
  }

  /// Values within a file's bytes.
  ///
  /// - Precondition: they lie within the file, and the offset is a multiple of a value's size.
  package init(_ file: FileBytes, offset: Int, count: Int) {
    let stride = MemoryLayout<Element>.stride
    owner = file
    self.count = count
    start = file.withBytes { bytes in
      precondition(offset >= 0 && offset % stride == 0 && count <= (bytes.count - offset) / stride)
      // No values at all may begin at the file's end.
      return ((bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!) + offset).assumingMemoryBound(
        to: Element.self)
    }
  }

  /// A Boolean value that indicates whether the values are in a file, and need not fit in memory.
  package var isMapped: Bool { owner is FileBytes }

  /// Where the values begin in their file; nil in memory.
  package var fileOffset: Int? {
    (owner as? FileBytes)?.withBytes { UnsafeRawPointer(start) - $0.baseAddress! }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  @inline(__always)
  public subscript(position: Int) -> Element {
    precondition(position >= 0 && position < count, "no such value")
    return start[position]
  }

  public func makeIterator() -> Iterator { Iterator(owner, start, count) }

  public func withContiguousStorageIfAvailable<R>(
    _ body: (UnsafeBufferPointer<Element>) throws -> R
  ) rethrows -> R? {
    defer { withExtendedLifetime(owner) {} }
    return try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// Goes through the values in order.
  public struct Iterator: IteratorProtocol {
    private let owner: AnyObject
    private var next_: UnsafePointer<Element>
    /// The end of what has been asked for.
    private var asked: UnsafePointer<Element>
    private let end: UnsafePointer<Element>

    fileprivate init(_ owner: AnyObject, _ start: UnsafePointer<Element>, _ count: Int) {
      (self.owner, next_, end) = (owner, start, start + count)
      // In memory there is nothing to ask for.
      asked = owner is FileBytes ? start : end
    }

    @inline(__always)
    public mutating func next() -> Element? {
      guard next_ < asked || asks() else { return nil }
      defer { next_ += 1 }
      return next_.pointee
    }

    /// Asks for the values that come next, so that they are read together and not page by page.
    @inline(never)
    private mutating func asks() -> Bool {
      guard asked < end, let file = owner as? FileBytes else { return false }
      let piece = Swift.min(end - asked, (1 << 20) / MemoryLayout<Element>.stride)
      file.expectSoon(UnsafeRawBufferPointer(UnsafeBufferPointer(start: asked, count: piece)))
      asked += piece
      return true
    }
  }
}

extension StoredValues: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.count == b.count && a.elementsEqual(b) }
}

extension StoredValues: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension StoredValues: CustomStringConvertible {
  public var description: String { "\(Array(self))" }
}

/// A block of memory for values.
private final class ValueMemory<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: UnsafeBufferPointer<Element>) {
    count = elements.count
    start = .allocate(capacity: Swift.max(count, 1))
    if let base = elements.baseAddress { start.initialize(from: base, count: count) }
  }

  deinit { start.deallocate() }
}
