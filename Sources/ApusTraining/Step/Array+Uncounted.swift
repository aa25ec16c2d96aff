extension Array where Element: AnyObject {
  /// Calls `body` with each object, which the array keeps alive meanwhile: no reference is counted, of which a step of a
  /// small net would notice each.
  @inline(__always)
  func forEachUncounted(_ body: (Element) throws -> Void) rethrows {
    try withUnsafeBufferPointer { objects in
      for index in objects.indices {
        try Unmanaged.passUnretained(objects[index])._withUnsafeGuaranteedRef(body)
      }
    }
  }
}
