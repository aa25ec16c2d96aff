// Tensors from numbers.

extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A float32 scalar.
  public init(_ value: Float) {
    self.init([value], shape: [])
  }

  /// A float32 scalar. The reference interpreter computes with the number itself when it computes in double precision.
  public init(_ value: Double) {
    let rounded = Float(value)
    let type = TensorType([])
    let exact = Double(rounded) == value || value.isNaN ? nil : value
    let constant = Constant(type: type, storage: TensorStorage([rounded]), exact: exact)
    self.init(TensorNode(operation: constant, inputs: [], type: type))
  }

  /// An int32 scalar.
  public init(_ value: Int32) {
    self.init([value], shape: [])
  }

  public init(floatLiteral value: Double) {
    self.init(value)
  }

  public init(integerLiteral value: Int) {
    self.init(Float(value))
  }

  /// A vector of float32.
  public init(_ values: [Float]) {
    self.init(values, shape: TensorShape([values.count]))
  }

  /// A vector of int32. Literals without a type are floats.
  @_disfavoredOverload
  public init(_ values: [Int32]) {
    self.init(values, shape: TensorShape([values.count]))
  }

  /// A matrix of float32, from its rows. Carries an error when they are not equally long.
  ///
  /// ```swift
  /// let x = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
  /// ```
  public init(_ rows: [[Float]]) {
    let width = rows.first?.count ?? 0
    if let ragged = rows.firstIndex(where: { $0.count != width }) {
      self = .failed(
        ApusError(
          "row \(ragged + 1) of a matrix has \(rows[ragged].count) numbers",
          expected: "\(width), as row 1 has"))
      return
    }
    self.init(rows.flatMap { $0 }, shape: TensorShape([rows.count, width]))
  }

  /// Numbers in row-major order. Carries an error when there are not as many as the shape holds.
  public init(_ values: [Float], shape: TensorShape) {
    self.init(TensorStorage(values), TensorType(shape, .float32))
  }

  /// Integers in row-major order. Literals without a type are floats.
  @_disfavoredOverload
  public init(_ values: [Int32], shape: TensorShape) {
    self.init(TensorStorage(values), TensorType(shape, .int32))
  }

  package init(_ storage: TensorStorage, _ type: TensorType) {
    guard type.shape.isFixed, type.shape.count() == storage.count else {
      self = .failed(
        ApusError("\(storage.count) numbers for the shape \(type.shape)", expected: "as many as it holds"))
      return
    }
    self.init(TensorNode(operation: Constant(type: type, storage: storage), inputs: [], type: type))
  }
}

extension Tensor {
  /// Zeros of a shape of fixed lengths.
  public static func zeros(_ shape: TensorShape) -> Tensor { filled(0, shape) }

  /// Ones of a shape of fixed lengths.
  public static func ones(_ shape: TensorShape) -> Tensor { filled(1, shape) }

  private static func filled(_ value: Float, _ shape: TensorShape) -> Tensor {
    guard let error = problem(shape) else {
      return Tensor([Float](repeating: value, count: shape.count()), shape: shape)
    }
    return .failed(error)
  }

  /// Random numbers from the normal distribution with mean 0 and variance 1.
  ///
  /// - Parameters:
  ///   - shape: fixed lengths.
  ///   - seed: decides the numbers, together with `step`: the same two give the same bits anywhere.
  ///   - step: for new numbers in each step of a loop.
  public static func normal(_ shape: TensorShape, seed: UInt64, step: Int = 0) -> Tensor {
    random(shape, seed, step) { .normal(shape, key: $0, stream: $1) }
  }

  /// Random numbers from the uniform distribution on [0, 1).
  ///
  /// - Parameters: as of ``normal(_:seed:step:)``.
  public static func uniform(_ shape: TensorShape, seed: UInt64, step: Int = 0) -> Tensor {
    random(shape, seed, step) { .uniform(shape, key: $0, stream: $1) }
  }

  private static func random(
    _ shape: TensorShape, _ seed: UInt64, _ step: Int, _ draw: (_ key: Tensor, _ stream: UInt64) -> Tensor
  ) -> Tensor {
    if let error = problem(shape) { return .failed(error) }
    return draw(randomKey(seed: seed, step: step), stableHash("Tensor"))
  }

  /// int32[4]: seed and step, each low word first.
  package static func randomKey(seed: UInt64, step: Int) -> Tensor {
    let words = [seed, UInt64(bitPattern: Int64(step))].flatMap { [$0, $0 >> 32] }
    return Tensor(words.map { Int32(truncatingIfNeeded: $0) })
  }

  private static func problem(_ shape: TensorShape) -> ApusError? {
    shape.isFixed ? nil : ApusError("a tensor of shape \(shape)", expected: "fixed lengths")
  }
}

extension Tensor {
  // MARK: Random numbers

  /// Uniform in [0, 1). `key` is int32[4]: seed and step, each low word first; `stream` tells apart the
  /// places that draw with the same key.
  public static func uniform(_ shape: TensorShape, key: Tensor, stream: UInt64) -> Tensor {
    .apply(RandomUniform(shape: shape, stream: stream), [key])
  }

  /// Normal with mean 0 and variance 1.
  public static func normal(_ shape: TensorShape, key: Tensor, stream: UInt64) -> Tensor {
    .apply(RandomNormal(shape: shape, stream: stream), [key])
  }

  /// 1 with a probability (a float32 scalar), else 0.
  public static func bernoulli(_ shape: TensorShape, probability: Tensor, key: Tensor, stream: UInt64)
    -> Tensor
  {
    .apply(RandomBernoulli(shape: shape, stream: stream), [key, probability])
  }
}
