package import ApusCore

extension Model {
  /// The model on the line through this one's weights w and another's w′: (1 − t) w + t w′.
  ///
  /// Between trained networks the loss along that line has a barrier as a rule, between linear models never (lecture 2 on
  /// non-convex optimization); `SegmentReading` measures it.
  ///
  /// - Parameter share: t; 0 is this model, 1 the other, and other numbers are further along the line.
  /// - Throws: when the architectures differ.
  public func interpolated(to other: Model, at share: Double) throws -> Model {
    _ = try Self.alike([self, other])
    let arena = TensorStorage(count: storage.count)
    interpolate(to: other, at: share, into: arena)
    return replacingStorage(arena)
  }

  /// The same into an arena of the model's size.
  package func interpolate(to other: Model, at share: Double, into arena: TensorStorage) {
    for place in 0..<storage.count {
      let (own, its) = (Double(storage.floats[place]), Double(other.storage.floats[place]))
      arena.floats[place] = Float((1 - share) * own + share * its)
    }
  }
}
