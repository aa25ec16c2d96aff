/// The memory from which a plan reads an input: room for `[capacity, …]` of float32 or int32. Empty where nothing reads
/// it.
package struct InputMemory {
  package let floats: UnsafeMutableBufferPointer<Float>
  /// The same memory, for an input of int32; nil for float32.
  package let integers: UnsafeMutableBufferPointer<Int32>?

  package init(floats: UnsafeMutableBufferPointer<Float>, scalar: ScalarType) {
    self.floats = floats
    integers =
      scalar == .int32 ? UnsafeMutableRawBufferPointer(floats).bindMemory(to: Int32.self) : nil
  }

  /// Copies the first numbers to other memory of the same type, where both are there.
  package func copy(to other: InputMemory, count: Int) {
    guard let from = floats.baseAddress, let to = other.floats.baseAddress else { return }
    precondition(count <= floats.count && count <= other.floats.count, "more numbers than there is room for")
    to.update(from: from, count: count)
  }

  /// Copies elements of the same type from a tensor, where somebody reads them.
  package func copy(from storage: TensorStorage, start: Int, count: Int) {
    guard let to = floats.baseAddress else { return }
    precondition(
      count <= floats.count && start + count <= storage.count, "more numbers than there is room for")
    to.update(from: storage.floats.baseAddress! + start, count: count)
  }

  /// Rows from the first on, without the generic way's cost, which a small batch would notice.
  package func fill(_ values: UnsafeBufferPointer<Float>) {
    guard integers == nil, let from = values.baseAddress else { return fill(Array(values)) }
    guard !floats.isEmpty else { return }
    precondition(values.count <= floats.count, "more numbers than the input has room for")
    floats.baseAddress!.update(from: from, count: values.count)
  }

  /// Rows from the first on; floats for an int32 input are whole numbers (others become 0).
  package func fill(_ values: some Collection<Float>) {
    guard !floats.isEmpty else { return }
    if let integers {
      for (place, value) in zip(integers.indices, values) { integers[place] = Int32(exactly: value) ?? 0 }
    } else {
      _ = floats.update(fromContentsOf: values)
    }
  }
}

extension Executable {
  package func memory(input position: Int) -> InputMemory {
    InputMemory(floats: floats(input: position, rows: capacity), scalar: inputTypes[position].scalar)
  }
}
