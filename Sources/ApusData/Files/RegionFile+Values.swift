import ApusCore

extension RegionFile {
  /// Writes values, as they are in memory.
  func write<Value: BitwiseCopyable>(_ values: [Value], at offset: Int) throws(ApusError) {
    var failure: ApusError?
    values.withUnsafeBytes { bytes in
      do throws(ApusError) { try write(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes values into a region of their own; returns where it begins.
  func append<Value: BitwiseCopyable>(region values: [Value]) throws(ApusError) -> Int {
    let offset = reserve(values.count * MemoryLayout<Value>.stride)
    try write(values, at: offset)
    return offset
  }

  /// Where values begin in the file, which are written if they are in memory.
  ///
  /// - Precondition: values in a file are in this one.
  func offset<Value>(of values: StoredValues<Value>) throws(ApusError) -> Int {
    if let offset = values.fileOffset { return offset }
    return try append(region: Array(values))
  }
}
