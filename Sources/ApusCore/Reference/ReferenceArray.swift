/// The numbers that the reference interpreter computes with: Float and Double.
package protocol ReferenceScalar: BinaryFloatingPoint, Sendable {
  /// A function of the C library, in Double, rounded to this type.
  static func function(_ body: (Double) -> Double, _ x: Self) -> Self
}

extension Float: ReferenceScalar {
  package static func function(_ body: (Double) -> Double, _ x: Float) -> Float { Float(body(Double(x))) }
}

extension Double: ReferenceScalar {
  package static func function(_ body: (Double) -> Double, _ x: Double) -> Double { body(x) }
}

/// A tensor of the reference interpreter. Integers and truth values (1 and 0) are numbers too.
package struct ReferenceArray<Scalar: ReferenceScalar>: Sendable {
  package var shape: [Int]
  package var values: [Scalar]

  package init(shape: [Int], values: [Scalar]) {
    self.shape = shape
    self.values = values
  }

  package init(shape: [Int], repeating value: Scalar = 0) {
    self.init(shape: shape, values: Array(repeating: value, count: shape.reduce(1, *)))
  }

  package init(shape: [Int], element: ([Int]) -> Scalar) {
    self.init(shape: shape, values: indices(of: shape).map(element))
  }

  /// The element at an index; axes of length 1 and missing leading axes are broadcast.
  package subscript(index: [Int]) -> Scalar { values[position(index)] }

  /// Returns the position among the values of the element at an index.
  package func position(_ index: [Int]) -> Int {
    var position = 0
    let skipped = index.count - shape.count
    for axis in shape.indices {
      position = position * shape[axis] + (shape[axis] == 1 ? 0 : index[axis + skipped])
    }
    return position
  }

  package func map(_ body: (Scalar) -> Scalar) -> ReferenceArray {
    ReferenceArray(shape: shape, values: values.map(body))
  }
}

/// Every index of a shape, the last axis fastest.
package func indices(of shape: [Int]) -> [[Int]] {
  var result: [[Int]] = [[]]
  for size in shape {
    result = result.flatMap { prefix in (0..<size).map { prefix + [$0] } }
  }
  return result
}
