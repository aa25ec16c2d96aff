public import ApusCore

/// An initializer, which draws the first values of a parameter.
///
/// Adding one costs a file with a conforming type, and a line of ``Initializers/table``.
public protocol Initializer: Named {
  /// The values of a parameter, row-major.
  ///
  /// - Parameters:
  ///   - shape: the parameter's, its outputs last.
  ///   - fanIn: how many inputs one output adds up.
  ///   - fanOut: how many outputs one input goes to.
  ///   - random: numbers that belong to the parameter's path: they do not change when layers are added elsewhere.
  func values(shape: [Int], fanIn: Int, fanOut: Int, random: Philox) -> [Float]
}

/// An initializer that draws each value by itself.
package protocol ElementwiseInitializer: Initializer {
  /// Value number `index` of a parameter.
  func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double
}

extension ElementwiseInitializer {
  public func values(shape: [Int], fanIn: Int, fanOut: Int, random: Philox) -> [Float] {
    let count = shape.reduce(1, *)
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Each value by itself: however many threads there are, the same values.
      let floats = SharedFloats(buffer: buffer)
      let parts = (count + Self.piece - 1) / Self.piece
      Engine.shareOut(parts) { part in
        for index in (part * Self.piece)..<min((part + 1) * Self.piece, count) {
          floats.buffer.initializeElement(
            at: index, to: Float(value(index, fanIn: fanIn, fanOut: fanOut, random: random)))
        }
      }
      initialized = count
    }
  }
}

extension ElementwiseInitializer {
  /// Values that are drawn by one thread: about a tenth of a millisecond of work.
  private static var piece: Int { 2048 }
}

/// Places that threads fill, each its own.
private struct SharedFloats: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Float>
}
