public import ApusCore

/// A random orthogonal matrix times a gain: signals keep their length through linear layers of any depth, in both
/// directions (Saxe et al. 2013).
///
/// Of a parameter `[…, outputs]` seen as a matrix `[inputs, outputs]`, the columns are orthonormal, or the rows where
/// there are fewer of them: the Q of a normal matrix, the diagonal of R positive, which makes every orthogonal matrix
/// equally likely.
public struct Orthogonal: Initializer {
  public static let name = "orthogonal"
  public static let formula = "W = gain · Q, QᵀQ = 1"
  public var gain: Double

  public init() { self.init(gain: 1) }
  public init(gain: Double) { self.gain = gain }

  public func values(shape: [Int], fanIn: Int, fanOut: Int, random: Philox) -> [Float] {
    let columns = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    // As many vectors as the shorter side has.
    let isTall = rows >= columns
    let (length, count) = isTall ? (rows, columns) : (columns, rows)
    let vectors = Self.orthonormal(length: length, count: count, random)
    return (0..<(rows * columns)).map { index in
      let (row, column) = (index / columns, index % columns)
      return Float(gain * (isTall ? vectors[index] : vectors[column * count + row]))
    }
  }

  /// `count` orthonormal columns of `length`, row-major, by Gram and Schmidt's process in its stable order: each vector
  /// is taken out of all that follow. Sums run down the columns, so that neighboring columns go side by side.
  private static func orthonormal(length: Int, count: Int, _ random: Philox) -> [Double] {
    var matrix = (0..<(length * count)).map { random.normal(UInt64($0)) }
    var products = [Double](repeating: 0, count: count)
    matrix.withUnsafeMutableBufferPointer { matrix in
      products.withUnsafeMutableBufferPointer { products in
        for vector in 0..<count {
          var square = 0.0
          for row in 0..<length {
            let value = matrix[row &* count &+ vector]
            square += value * value
          }
          let scale = 1 / square.squareRoot()
          for column in vector..<count { products[column] = 0 }
          for row in 0..<length {
            let start = row &* count
            matrix[start &+ vector] *= scale
            let value = matrix[start &+ vector]
            for column in (vector + 1)..<count {
              products[column] += value * matrix[start &+ column]
            }
          }
          for row in 0..<length {
            let start = row &* count
            let value = matrix[start &+ vector]
            for column in (vector + 1)..<count {
              matrix[start &+ column] -= value * products[column]
            }
          }
        }
      }
    }
    return matrix
  }
}

extension Initializer where Self == Orthogonal {
  public static var orthogonal: Orthogonal { Orthogonal() }
  public static func orthogonal(gain: Double) -> Orthogonal { Orthogonal(gain: gain) }
}
