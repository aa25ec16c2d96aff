// The operations as methods and operators. Shapes are broadcast: axes are matched from the last, and
// an axis of length 1 is repeated.

// MARK: Arithmetic

public func + (left: Tensor, right: Tensor) -> Tensor { .apply(Add(), [left, right]) }
public func - (left: Tensor, right: Tensor) -> Tensor { .apply(Subtract(), [left, right]) }
public func * (left: Tensor, right: Tensor) -> Tensor { .apply(Multiply(), [left, right]) }
public func / (left: Tensor, right: Tensor) -> Tensor { .apply(Divide(), [left, right]) }
public prefix func - (operand: Tensor) -> Tensor { .apply(Negate(), [operand]) }

// Disfavored, so that `numbers.reduce(0, +)` stays a sum of numbers.
@_disfavoredOverload
public func + (left: Double, right: Tensor) -> Tensor { Tensor(left) + right }
@_disfavoredOverload
public func + (left: Tensor, right: Double) -> Tensor { left + Tensor(right) }
@_disfavoredOverload
public func - (left: Double, right: Tensor) -> Tensor { Tensor(left) - right }
@_disfavoredOverload
public func - (left: Tensor, right: Double) -> Tensor { left - Tensor(right) }
@_disfavoredOverload
public func * (left: Double, right: Tensor) -> Tensor { Tensor(left) * right }
@_disfavoredOverload
public func * (left: Tensor, right: Double) -> Tensor { left * Tensor(right) }
@_disfavoredOverload
public func / (left: Double, right: Tensor) -> Tensor { Tensor(left) / right }
@_disfavoredOverload
public func / (left: Tensor, right: Double) -> Tensor { left / Tensor(right) }

/// The larger of each pair of elements; NaN when either is.
public func maximum(_ left: Tensor, _ right: Tensor) -> Tensor { .apply(Maximum(), [left, right]) }
/// The smaller of each pair of elements; NaN when either is.
public func minimum(_ left: Tensor, _ right: Tensor) -> Tensor { .apply(Minimum(), [left, right]) }
/// `base` to the power `exponent`, element by element.
public func power(_ base: Tensor, _ exponent: Tensor) -> Tensor { .apply(Power(), [base, exponent]) }

// MARK: Comparisons

infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence

public func .== (left: Tensor, right: Tensor) -> Tensor { .apply(Equal(), [left, right]) }
public func .!= (left: Tensor, right: Tensor) -> Tensor { .apply(NotEqual(), [left, right]) }
public func .< (left: Tensor, right: Tensor) -> Tensor { .apply(Less(), [left, right]) }
public func .<= (left: Tensor, right: Tensor) -> Tensor { .apply(LessOrEqual(), [left, right]) }
public func .> (left: Tensor, right: Tensor) -> Tensor { .apply(Less(), [right, left]) }
public func .>= (left: Tensor, right: Tensor) -> Tensor { .apply(LessOrEqual(), [right, left]) }

/// `first` where `condition` is true, `second` elsewhere.
public func select(_ condition: Tensor, _ first: Tensor, _ second: Tensor) -> Tensor {
  .apply(Select(), [condition, first, second])
}

extension Tensor {
  // MARK: Functions

  public func abs() -> Tensor { .apply(Absolute(), [self]) }
  public func sign() -> Tensor { .apply(Sign(), [self]) }
  public func square() -> Tensor { .apply(Square(), [self]) }
  public func sqrt() -> Tensor { .apply(SquareRoot(), [self]) }
  public func reciprocal() -> Tensor { .apply(Reciprocal(), [self]) }
  public func exp() -> Tensor { .apply(Exp(), [self]) }
  public func expm1() -> Tensor { .apply(ExpMinusOne(), [self]) }
  public func log() -> Tensor { .apply(Log(), [self]) }
  public func log1p() -> Tensor { .apply(LogOnePlus(), [self]) }
  public func sin() -> Tensor { .apply(Sin(), [self]) }
  public func cos() -> Tensor { .apply(Cos(), [self]) }
  public func tanh() -> Tensor { .apply(TanhFunction(), [self]) }
  public func sigmoid() -> Tensor { .apply(SigmoidFunction(), [self]) }
  public func erf() -> Tensor { .apply(ErrorFunction(), [self]) }
  /// x · Φ(x), Φ the normal distribution.
  public func gelu() -> Tensor { .apply(GaussianErrorLinear(), [self]) }
  public func softplus() -> Tensor { .apply(SoftplusFunction(), [self]) }
  public func relu() -> Tensor { .apply(Rectifier(), [self]) }
  public func floor() -> Tensor { .apply(Floor(), [self]) }
  public func ceil() -> Tensor { .apply(Ceiling(), [self]) }
  public func round() -> Tensor { .apply(Round(), [self]) }
  public func isFinite() -> Tensor { .apply(IsFinite(), [self]) }
  /// 0 where |x| < 2⁻¹⁰⁰, x elsewhere.
  public func flushed() -> Tensor { .apply(Flush(), [self]) }

  public func and(_ other: Tensor) -> Tensor { .apply(And(), [self, other]) }
  public func or(_ other: Tensor) -> Tensor { .apply(Or(), [self, other]) }
  public func not() -> Tensor { .apply(Not(), [self]) }

  public func cast(to scalar: ScalarType) -> Tensor {
    scalar == self.scalar ? self : .apply(Cast(target: scalar, source: self.scalar), [self])
  }

  // MARK: Reductions

  /// The sum along axes (all of them when nil); negative axes count from the end.
  public func sum(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.sum, axes, keepDimensions)
  }

  /// The mean along axes; over the rows of a batch it divides by the rows that are there.
  public func mean(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    .apply(Mean(axes: normalized(axes), keepDimensions: keepDimensions), [self])
  }

  public func max(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.max, axes, keepDimensions)
  }

  public func min(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.min, axes, keepDimensions)
  }

  /// The index (int32) of the largest element along an axis, the first of equals.
  public func argmax(axis: Int = -1, keepDimensions: Bool = false) -> Tensor {
    reduce(.argmax, [axis], keepDimensions)
  }

  /// √Σ x², over every element: a scalar.
  public func norm() -> Tensor { square().sum().sqrt() }

  private func reduce(_ kind: ReductionKind, _ axes: [Int]?, _ keepDimensions: Bool) -> Tensor {
    .apply(Reduce(kind: kind, axes: normalized(axes), keepDimensions: keepDimensions), [self])
  }

  /// Ascending axes from the front; what is no axis stays as it is, for the operation to refuse.
  private func normalized(_ axes: [Int]?) -> [Int] {
    guard let axes else { return Array(0..<shape.rank) }
    return Set(axes.map { shape.normalized(axis: $0) ?? $0 }).sorted()
  }

  /// Summed over the axes along which `shape` would be broadcast to this tensor's.
  package func summed(to shape: TensorShape) -> Tensor {
    guard shape != self.shape, error == nil else { return self }
    let leading = self.shape.rank - shape.rank
    let axes = (0..<self.shape.rank).filter { axis in
      axis < leading || (shape[axis - leading] == 1 && self.shape[axis] != 1)
    }
    return (axes.isEmpty ? self : sum(axes: axes, keepDimensions: true)).reshape(shape)
  }

  /// eˣⁱ / Σⱼ eˣʲ along the last axis.
  public func softmax() -> Tensor { .apply(SoftmaxOperation(), [self]) }
  /// xᵢ − ln Σⱼ eˣʲ along the last axis.
  public func logSoftmax() -> Tensor { .apply(LogSoftmaxOperation(), [self]) }

  // MARK: Products

  /// The matrix product over the last two axes, `[…, m, k] · […, k, n] → […, m, n]`. A plain matrix on the
  /// right multiplies every matrix of a batch on the left.
  public func matmul(_ right: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false) -> Tensor {
    guard shape.rank > 2, right.shape.rank == 2, !transposeLeft else {
      return .apply(
        MatrixProduct(transposeLeft: transposeLeft, transposeRight: transposeRight), [self, right])
    }
    let leading = shape.dimensions.dropLast()
    let rows = leading.reduce(Monomial(1)) { $0 * Monomial($1) }
    let flat = reshape([Dimension(rows.coefficient, perRow: rows.power > 0), shape[-1]])
    let product = flat.matmul(right, transposeRight: transposeRight)
    return product.reshape(TensorShape(leading + [product.shape[-1]]))
  }

  // MARK: Movement

  public func reshape(_ shape: TensorShape) -> Tensor {
    shape == self.shape ? self : .apply(ReshapeOperation(shape: shape), [self])
  }

  /// The axes in the order given; reversed when nil.
  public func transposed(_ permutation: [Int]? = nil) -> Tensor {
    .apply(Transpose(permutation: permutation ?? Array((0..<shape.rank).reversed())), [self])
  }

  public func broadcast(to shape: TensorShape) -> Tensor {
    shape == self.shape ? self : .apply(Broadcast(shape: shape), [self])
  }

  /// The elements of a range along an axis.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    let axis = shape.normalized(axis: axis) ?? shape.rank
    var starts = Array(repeating: 0, count: shape.rank)
    var ends: [Int?] = Array(repeating: nil, count: shape.rank)
    guard starts.indices.contains(axis) else {
      return .failed(ApusError("slice along an axis that \(shape) does not have"))
    }
    starts[axis] = range.lowerBound
    ends[axis] = range.upperBound
    return .apply(Slice(starts: starts, ends: ends), [self])
  }

  public static func concatenate(_ tensors: [Tensor], axis: Int) -> Tensor {
    let axis = tensors.first?.shape.normalized(axis: axis) ?? axis
    return .apply(Concatenate(axis: axis), tensors)
  }

  /// Slices along an axis chosen by int32 indices, whose shape takes the axis' place.
  public func gather(_ indices: Tensor, axis: Int = 0) -> Tensor {
    .apply(Gather(axis: shape.normalized(axis: axis) ?? axis), [self, indices])
  }

  /// 1 at the index, 0 elsewhere, in a new last axis of `count`.
  public func oneHot(_ count: Int) -> Tensor { .apply(OneHot(count: count), [self]) }

  /// The tensor itself, through which no gradient flows.
  public func stopGradient() -> Tensor { .apply(StopGradient(), [self]) }
}
