public import ApusCore

/// Sequences that come in parts: their first positions at once, then one position at a time, as `[rows, 1, …]`. What a
/// layer needs of the positions before, it remembers, so that the next one costs no more than itself and a look back.
///
/// Layers that treat each position by itself need none of this. One that looks at others must ask here: else what it
/// gives in parts is not what it gives for the whole.
extension Scope {
  /// The position of a sequence that is fed one position at a time: int32[1], counted from 0; nil where several
  /// positions are there at once.
  public var position: Tensor? {
    if case .single = mode.positions { trace.position } else { nil }
  }

  /// Remembers a value of the positions at hand, which lie along `axis`, for those to come.
  ///
  /// - Returns: of a single position, the value beside those of the positions before, with the window's length along
  ///   `axis`; behind the position at hand are zeros, or what another sequence has left there. All of the memory is
  ///   written, in place: O(window) a position. The value as it is elsewhere.
  @discardableResult
  public func remembered(_ name: String, _ value: Tensor, axis: Int) -> Tensor {
    guard let window = mode.positions.window, value.error == nil else { return value }
    guard let axis = value.shape.normalized(axis: axis) else {
      return .failed(ApusError("remembering \(value.shape) along the axis \(axis)"))
    }
    guard let position else {
      trace.remember(SequenceMemory(path: join(name), axis: axis, memory: nil, value: value))
      return value
    }
    guard value.shape[axis] == 1 else {
      return .failed(
        ApusError("remembering \(value.shape)", expected: "a length of 1 along the axis \(axis)"))
    }
    var dimensions = value.shape.dimensions
    dimensions[axis] = Dimension(window)
    let memory = Tensor.input(join(name), TensorType(TensorShape(dimensions)))
    // [window, 1, …]: an axis for each from `axis` on.
    let places = Tensor(
      (0..<window).map { Int32($0) },
      shape: TensorShape([Dimension(window)] + dimensions[(axis + 1)...].map { _ in 1 }))
    let result = select(places .== position, value, memory)
    trace.remember(SequenceMemory(path: join(name), axis: axis, memory: memory, value: result))
    return result
  }
}

/// The memory of a layer for a sequence.
package struct SequenceMemory {
  package let path: String
  /// Along which the positions lie.
  package let axis: Int
  /// The memory that the positions before have left; nil for a sequence's first positions.
  package let memory: Tensor?
  package let value: Tensor
}
