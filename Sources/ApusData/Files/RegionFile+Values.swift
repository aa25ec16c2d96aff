import ApusCore

extension RegionFile {
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
