import ApusCore

/// A random expression of the batch's rows: elementwise operations, reductions, movement and matrix products in
/// any order. The same seed gives the same graph.
struct RandomGraph {
  private(set) var inputs: [Tensor] = []
  /// What may be an operand; all float32, with values of moderate size.
  private var pool: [Tensor] = []
  private let philox: Philox
  private var drawn: UInt64 = 0
  private let key = Tensor.input("key", TensorType([4], .int32))
  private let classes = Tensor.input("classes", TensorType([.rows], .int32))

  init(seed: UInt64, operations: Int = 20) {
    philox = Philox(seed: seed, path: "random graph")
    // Some beyond the longest row that is widened (128), and that a program reduces (1,024).
    let narrow = [1, 3, 5, 8, 17, 40]
    let wide = seed % 5 == 0 ? [16, 130, 1030] : narrow
    let (a, b) = (narrow[draw(narrow.count)], wide[draw(wide.count)])
    for shape: TensorShape in [
      [.rows, Dimension(a)], [.rows, Dimension(b)], [Dimension(a), Dimension(b)], [Dimension(b)], [],
      [.rows, 1], [.rows, 3, Dimension(a)], [.rows],
    ] {
      let input = Tensor.input("input \(inputs.count)", TensorType(shape))
      inputs.append(input)
      pool.append(input)
    }
    inputs += [key, classes]
    for _ in 0..<operations { grow() }
  }

  private mutating func draw(_ bound: Int) -> Int {
    drawn += 1
    return philox.integer(drawn, below: bound)
  }

  /// Any earlier tensor, the latest more often.
  private mutating func operand() -> Tensor {
    draw(3) == 0 ? pool[draw(pool.count)] : pool[pool.count - 1 - draw(min(4, pool.count))]
  }

  private mutating func grow() {
    for _ in 0..<20 {
      let tensor = candidate()
      // An operation that does not fit is drawn again; so is what would be large.
      guard let tensor, tensor.error == nil, tensor.scalar == .float32, tensor.shape.rank <= 4,
        tensor.shape.count.power <= 1, tensor.shape.count.coefficient <= 3500
      else { continue }
      pool.append(tensor)
      return
    }
  }

  private mutating func candidate() -> Tensor? {
    let x = operand()
    switch draw(9) {
    case 0, 1: return elementwise(x)
    case 2, 3: return combined(x, operand())
    case 4: return reduced(x)
    case 5: return moved(x)
    case 6: return product(x)
    case 7: return normalized(x)
    default: return indexed(x)
    }
  }

  private mutating func elementwise(_ x: Tensor) -> Tensor {
    switch draw(14) {
    case 0: x.tanh()
    case 1: x.sigmoid()
    case 2: x.relu()
    case 3: (-x.abs()).exp()
    case 4: (x.square() + 1).reciprocal()
    case 5: x.softplus()
    case 6: x.sin()
    case 7: (x.abs() + 0.5).log()
    case 8: (x.square() + 0.1).sqrt()
    case 9: -x
    case 10: x.erf() * 0.5 + x
    case 11: x.abs()
    case 12: x.tanh().expm1()
    default: x.cos().square()
    }
  }

  private mutating func combined(_ x: Tensor, _ y: Tensor) -> Tensor {
    switch draw(8) {
    case 0: x + y
    case 1: x - y
    case 2: x.tanh() * y
    case 3: x / (y.abs() + 1)
    case 4: maximum(x, y)
    case 5: minimum(x, y)
    case 6: select(x .< y, x, y * 0.5)
    default: power(x.sigmoid() + 0.5, y.tanh())
    }
  }

  private mutating func reduced(_ x: Tensor) -> Tensor? {
    guard x.shape.rank > 0 else { return nil }
    var axes = (0..<x.shape.rank).filter { _ in draw(2) == 0 }
    if axes.isEmpty { axes = [x.shape.rank - 1] }
    let keepDimensions = draw(2) == 0
    switch draw(4) {
    case 0: return x.tanh().sum(axes: axes, keepDimensions: keepDimensions) * 0.1
    case 1: return x.mean(axes: axes, keepDimensions: keepDimensions)
    case 2: return x.max(axes: axes, keepDimensions: keepDimensions)
    default: return x.min(axes: axes, keepDimensions: keepDimensions)
    }
  }

  private mutating func moved(_ x: Tensor) -> Tensor? {
    let rank = x.shape.rank
    guard rank > 0 else { return x.broadcast(to: [.rows, 2]) }
    let axis = draw(rank)
    switch draw(5) {
    case 0: return x.transposed(philox.permutation(rank, first: drawn << 20))
    case 1:
      let rows = x.shape.count.power > 0
      return x.reshape(rows ? [.rows, Dimension(x.shape.count.coefficient)] : [Dimension(x.shape.count())])
    case 2:
      guard !x.shape[axis].isPerRow, x.shape[axis].size > 1 else { return nil }
      let start = draw(x.shape[axis].size - 1)
      return x.slice(axis: axis, start..<(start + 1 + draw(x.shape[axis].size - start)))
    case 3:
      guard !x.shape[axis].isPerRow else { return nil }
      return Tensor.concatenate([x, x.tanh(), x], axis: axis)
    default: return x.broadcast(to: TensorShape([2] + x.shape.dimensions))
    }
  }

  private mutating func product(_ x: Tensor) -> Tensor? {
    guard x.shape.rank >= 2 else { return nil }
    let (left, right) = (draw(3) == 0, draw(2) == 0)
    func product(_ y: Tensor) -> Tensor {
      x.tanh().matmul(y.tanh(), transposeLeft: left, transposeRight: right) * 0.2
    }
    let fitting = pool.filter { $0.shape.rank >= 2 && product($0).error == nil }
    guard fitting.isEmpty || draw(3) == 0 else { return after(product(fitting[draw(fitting.count)])) }
    guard !left, !x.shape[-1].isPerRow else { return nil }
    let (inner, units) = (x.shape[-1].size, [1, 4, 10, 33][draw(4)])
    let weights = (0..<(inner * units)).map { Float(philox.uniform(UInt64($0))) - 0.5 }
    let shape = right ? [units, inner] : [inner, units]
    return after(product(Tensor(weights, shape: TensorShape(shape))))
  }

  /// What comes after a product, and is computed with it.
  private mutating func after(_ result: Tensor) -> Tensor? {
    guard result.error == nil else { return nil }
    switch draw(3) {
    case 0: return result
    case 1: return result.relu()
    default: return (result + Tensor(Float(draw(5)))).sigmoid() * result
    }
  }

  private mutating func normalized(_ x: Tensor) -> Tensor? {
    guard x.shape.rank > 0, !x.shape[-1].isPerRow else { return nil }
    return draw(2) == 0 ? x.softmax() : x.logSoftmax() * 0.2
  }

  private mutating func indexed(_ x: Tensor) -> Tensor? {
    switch draw(4) {
    case 0:
      guard x.shape.rank > 0, !x.shape[-1].isPerRow else { return nil }
      return x * x.argmax().oneHot(x.shape[-1].size)
    case 1:
      let axis = draw(max(x.shape.rank, 1))
      guard x.shape.rank > 0, !x.shape[axis].isPerRow, x.shape[axis].size >= 3 else { return nil }
      return x.gather(x.shape.isFixed ? classes : Tensor([2, 0, 2, 1] as [Int32]), axis: axis)
    case 2:
      let shape = x.shape
      guard !shape.dimensions.dropFirst().contains(where: \.isPerRow) else { return nil }
      return select(Tensor.uniform(shape, key: key, stream: UInt64(draw(9))) .< 0.7, x, 0)
    default: return (x .> 0).cast(to: .float32) * 0.5 + x * 0.1
    }
  }

  /// The graph of the last tensors, with gradients of one of them when `differentiates`.
  func graph(differentiates: Bool) throws -> Graph {
    var outputs = Array(pool.suffix(2)) + [pool[pool.count / 2 + 2]]
    if differentiates {
      outputs += gradients(of: pool[pool.count - 1].sum(), withRespectTo: Array(inputs[0..<6]))
    }
    return try Graph(inputs: inputs, outputs: outputs)
  }

  /// Values for the inputs, of which fewer rows are the beginning of more; with `special` some are zeros of either
  /// sign, infinite or NaN.
  func values(rows: Int, special: Bool = false) -> [[Float]] {
    let specials: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude]
    return inputs.enumerated().map { position, input in
      let random = Philox(seed: UInt64(position), path: "values")
      let count = input.shape.count(rows: rows)
      guard input.scalar == .float32 else {
        return (0..<count).map { Float(random.integer(UInt64($0), below: 3)) }
      }
      return (0..<count).map { index in
        let choice = random.integer(UInt64(index + 1 << 32), below: 60)
        return special && choice < 6 ? specials[choice] : Float(random.uniform(UInt64(index)) * 3 - 1.5)
      }
    }
  }
}
