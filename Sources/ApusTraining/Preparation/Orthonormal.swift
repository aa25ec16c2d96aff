import ApusCore

/// Random matrices whose columns, or rows where there are fewer of them, are orthonormal (Saxe et al. 2013).
enum Orthonormal {
  /// `[rows, columns]`, from normal numbers.
  static func normal(rows: Int, columns: Int, random: Philox) -> [Double] {
    let isTall = rows >= columns
    let count = min(rows, columns)
    let length = max(rows, columns)
    // Vectors one after the other: columns of a tall matrix, rows of a wide one.
    let vectors = orthonormalised(
      (0..<(count * length)).map { random.normal(UInt64($0)) }, count: count, length: length)
    return (0..<(rows * columns)).map { place in
      let (row, column) = (place / columns, place % columns)
      return isTall ? vectors[column * length + row] : vectors[row * length + column]
    }
  }

  /// `count` vectors of `length` numbers made orthonormal in their order, by Gram and Schmidt, twice for precision.
  static func orthonormalised(_ vectors: [Double], count: Int, length: Int) -> [Double] {
    var vectors = vectors
    vectors.withUnsafeMutableBufferPointer { vectors in
      for i in 0..<count {
        let own = i &* length
        for _ in 0..<2 {
          for j in 0..<i {
            let other = j &* length
            var product = 0.0
            for k in 0..<length { product += vectors[own &+ k] * vectors[other &+ k] }
            for k in 0..<length { vectors[own &+ k] -= product * vectors[other &+ k] }
          }
        }
        var square = 0.0
        for k in 0..<length { square += vectors[own &+ k] * vectors[own &+ k] }
        let norm = square.squareRoot()
        for k in 0..<length { vectors[own &+ k] /= norm }
      }
    }
    return vectors
  }
}
