package import ApusCore
package import ApusData
package import ApusNN
package import ApusTraining

/// A plane through the weights of a model: θ(a, b) = θ₀ + a d₁ + b d₂.
package struct WeightPlane: Sendable {
  /// θ₀, the whole arena.
  package let origin: [Float]
  /// d₁ and d₂, 0 where a parameter stays as it is.
  package let directions: [[Float]]
  /// The fraction of a path's variance along each direction of its plane; empty for another plane.
  package let explained: [Double]
  /// ⟨d₁, d₁⟩, ⟨d₁, d₂⟩, ⟨d₂, d₂⟩
  private let products: (Double, Double, Double)

  private init(origin: [Float], directions: [[Float]], explained: [Double]) {
    (self.origin, self.directions, self.explained) = (origin, directions, explained)
    func product(_ i: Int, _ j: Int) -> Double { Self.product(directions[i], directions[j]) }
    products = (product(0, 0), product(0, 1), product(1, 1))
  }

  /// Two random directions of which each filter is as long as the model's (Li et al. 2018).
  package init(random model: Model, seed: UInt64) {
    self.init(
      origin: model.storage.floats.map { $0 },
      directions: (1...2).map {
        LossLandscape.direction(model, Philox(seed: seed, path: "landscape direction \($0)"))
      }, explained: [])
  }

  /// The plane through the last of some weights in which most of the way to them lies: the first two principal components
  /// of the path (Li et al. 2018, section 7), each of length 1. Running statistics and the like stay as they are.
  ///
  /// - Parameter path: arenas of the model, the oldest first.
  /// - Returns: nil for a path that does not go anywhere, or not in two directions.
  package init?(path: [[Float]], of model: Model) {
    guard let last = path.last, path.count > 2, path.allSatisfy({ $0.count == last.count }) else {
      return nil
    }
    let places = model.parameters.filter { !$0.specification.isState }.flatMap { Array($0.range) }
    let count = Double(path.count)
    let mean = places.map { place in path.reduce(0.0) { $0 + Double($1[place]) } / count }
    let centered = path.map { weights in zip(places, mean).map { Double(weights[$0]) - $1 } }
    guard centered.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    // Fewer moments than weights: the eigenvectors of X Xᵀ give those of Xᵀ X.
    var gram = [Double](repeating: 0, count: path.count * path.count)
    for i in path.indices {
      for j in i..<path.count {
        let product = zip(centered[i], centered[j]).reduce(0.0) { $0 + $1.0 * $1.1 }
        gram[i * path.count + j] = product
        gram[j * path.count + i] = product
      }
    }
    let eigen = SymmetricEigen(gram, size: path.count)
    let total = eigen.values.reduce(0) { $0 + max($1, 0) }
    guard total > 0, eigen.values[1] > 1e-12 * total else { return nil }
    let directions = (0..<2).map { component -> [Float] in
      var direction = [Double](repeating: 0, count: places.count)
      for (moment, weights) in centered.enumerated() {
        let share = eigen.vectors[component * path.count + moment]
        for place in direction.indices { direction[place] += share * weights[place] }
      }
      let norm = direction.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
      var whole = [Float](repeating: 0, count: last.count)
      for (place, value) in zip(places, direction) { whole[place] = Float(value / norm) }
      return whole
    }
    self.init(origin: last, directions: directions, explained: eigen.values.prefix(2).map { $0 / total })
  }

  /// θ(a, b) into an arena.
  package func put(_ a: Double, _ b: Double, into arena: TensorStorage) {
    for place in origin.indices {
      let moved = a * Double(directions[0][place]) + b * Double(directions[1][place])
      arena.floats[place] = Float(Double(origin[place]) + moved)
    }
  }

  /// Returns the coordinates in the plane of the point nearest to some weights.
  package func coordinates(of weights: [Float]) -> (a: Double, b: Double) {
    guard weights.count == origin.count else { return (.nan, .nan) }
    var (first, second) = (0.0, 0.0)
    for place in origin.indices {
      let moved = Double(weights[place]) - Double(origin[place])
      first += moved * Double(directions[0][place])
      second += moved * Double(directions[1][place])
    }
    let (p, q, r) = products
    let determinant = p * r - q * q
    guard determinant > 1e-12 * p * r else { return (p > 0 ? first / p : 0, 0) }
    return ((first * r - second * q) / determinant, (second * p - first * q) / determinant)
  }

  /// The mean loss on a grid of places: `[size, size]`, the largest b first.
  package func losses(
    a: [Double], b: [Double], evaluator: Evaluator, arena: TensorStorage, _ dataset: any Dataset
  ) throws -> [Double] {
    try b.reversed().flatMap { b in
      try a.map { a in
        put(a, b, into: arena)
        let losses = try evaluator.run(dataset).losses
        return losses.reduce(0.0) { $0 + Double($1) } / Double(max(losses.count, 1))
      }
    }
  }

  private static func product(_ left: [Float], _ right: [Float]) -> Double {
    zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
}
