/// The layout of a tensor's elements within a buffer: an offset, and a stride for each axis.
///
/// Reshapes, transposes, broadcasts and slices are views: nothing is copied as long as whoever reads can
/// follow the strides.
struct View: Hashable {
  /// The node whose buffer it is.
  var root: Int
  var offset: Monomial
  var shape: [Dimension]
  /// In elements; 0 where the axis is broadcast or has the length 1.
  var strides: [Monomial]

  /// The whole buffer of `root`, row-major.
  init(root: Int, shape: TensorShape) {
    self.root = root
    self.offset = Monomial(0)
    self.shape = shape.dimensions
    self.strides = View.contiguousStrides(shape.dimensions)
  }

  static func contiguousStrides(_ shape: [Dimension]) -> [Monomial] {
    var strides = Array(repeating: Monomial(0), count: shape.count)
    var stride = Monomial(1)
    for axis in shape.indices.reversed() {
      if shape[axis] != 1 { strides[axis] = stride }
      stride = stride * Monomial(shape[axis])
    }
    return strides
  }

  /// A Boolean value that indicates whether the elements lie one after the other in row-major order.
  var isContiguous: Bool { strides == View.contiguousStrides(shape) }

  func permuted(_ permutation: [Int]) -> View {
    var view = self
    view.shape = permutation.map { shape[$0] }
    view.strides = permutation.map { strides[$0] }
    return view
  }

  func broadcast(to target: [Dimension]) -> View {
    var view = self
    let added = target.count - shape.count
    view.shape = target
    view.strides = target.indices.map { axis in
      axis < added || shape[axis - added] == 1 ? Monomial(0) : strides[axis - added]
    }
    return view
  }

  /// nil where an offset would depend on more than one power of the rows.
  func sliced(starts: [Int], to target: [Dimension]) -> View? {
    var view = self
    view.shape = target
    for (axis, start) in starts.enumerated() where start > 0 {
      let step = strides[axis] * Monomial(start)
      if step.coefficient == 0 { continue }
      guard view.offset.coefficient == 0 || view.offset.power == step.power else { return nil }
      view.offset = Monomial(view.offset.coefficient + step.coefficient, power: step.power)
    }
    for axis in target.indices where target[axis] == 1 { view.strides[axis] = Monomial(0) }
    return view
  }

  /// The same elements in the same order under another shape; nil where that needs a copy.
  func reshaped(to target: [Dimension]) -> View? {
    var view = self
    view.shape = target
    if isContiguous {
      view.strides = View.contiguousStrides(target)
      return view
    }
    if strides.allSatisfy({ $0.coefficient == 0 }) {
      view.strides = Array(repeating: Monomial(0), count: target.count)
      return view
    }
    // Only axes of length 1 come or go.
    let kept = zip(shape, strides).filter { $0.0 != 1 }
    guard kept.map(\.0) == target.filter({ $0 != 1 }) else { return nil }
    var remaining = kept.map(\.1)[...]
    view.strides = target.map { $0 == 1 ? Monomial(0) : remaining.removeFirst() }
    return view
  }

  /// The strides of the axes longer than 1.
  var significantStrides: [Monomial] {
    zip(shape, strides).filter { $0.0 != 1 }.map(\.1)
  }
}
