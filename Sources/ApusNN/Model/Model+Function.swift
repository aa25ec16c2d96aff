public import ApusCore

// A model as a function on tensors.

extension Model {
  /// The main output for rows of the only input, `[rows, …]`, as the last layer gives it: logits, not probabilities.
  ///
  /// ```swift
  /// let logits = model(Tensor([[0, 0], [0, 1]]))
  /// ```
  ///
  /// For inference: without dropout, with the moving statistics of batch normalizations. A mistake in the shapes gives a
  /// tensor that carries the error. ``compiled(for:outputs:batch:engine:)`` plans once for many calls.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    TracedModel(concrete: self, mode: .inference, step: 0)(input)
  }

  /// Every output for the rows of named inputs, as the last layers give them.
  public func callAsFunction(_ inputs: NamedTensors) -> NamedTensors {
    TracedModel(concrete: self, mode: .inference, step: 0)(inputs)
  }
}

/// The value of a scalar function of a model, and its gradient with respect to each parameter that is trained.
///
/// ```swift
/// let (value, gradient) = try valueAndGradient(of: model) { model in
///   softmaxCrossEntropy(model(x), classes: labels).mean() + 1e-4 * model.parameters.squaredNorm()
/// }
/// ```
///
/// - Parameters:
///   - mode: with dropout and batch statistics unless told otherwise.
///   - step: what dropout's masks depend on, besides the model's seed.
///   - function: called once with the model to trace, a scalar for its calls.
/// - Returns: the value, a scalar; and the gradients by the parameters' paths, each of its parameter's shape.
/// - Throws: the error that the result carries; for a result that isn't a scalar.
public func valueAndGradient(
  of model: Model, mode: Scope.Mode = .training, step: Int = 1, _ function: (TracedModel) throws -> Tensor
) throws -> (value: Tensor, gradient: NamedTensors) {
  let traced = TracedModel(model, mode: mode)
  let value = try scalar(function(traced))
  let parameters = traced.parameters
  let gradients = gradients(of: value, withRespectTo: parameters.tensors)
  let given =
    zip(traced.allParameters, model.parameters).map { ($0, TensorStorage(model.storage, $1.range)) }
    + traced.settingValues.map { ($0, TensorStorage([$1])) }
    + [(traced.key, try Tensor.randomKey(seed: model.seed, step: step).computed().storage)]
  let results = try EagerExecution.run([value] + gradients, given: given).map { Tensor($0.storage, $0.type) }
  return (results[0], NamedTensors(zip(parameters.names, results.dropFirst())))
}

/// The value of a scalar function of a tensor, and its gradient: what the result depends on in its input.
///
/// ```swift
/// let (_, saliency) = try valueAndGradient(at: x) { x in softmaxCrossEntropy(model(x), classes: labels).mean() }
/// ```
///
/// - Parameters:
///   - input: a tensor of floats.
///   - function: called once with the input to trace; the values of what it computes aren't known yet.
/// - Returns: the value, a scalar; and the gradient, of the input's shape.
/// - Throws: the error that the input or the result carries; for a result that isn't a scalar.
public func valueAndGradient(
  at input: Tensor, _ function: (Tensor) throws -> Tensor
) throws -> (value: Tensor, gradient: Tensor) {
  let known = try input.computed()
  guard input.scalar == .float32 else {
    throw ApusError("the gradient at a tensor of \(input.scalar.rawValue)", expected: "a tensor of float32")
  }
  let traced = Tensor.input("input", input.type)
  let value = try scalar(function(traced))
  let gradient = gradients(of: value, withRespectTo: [traced])[0]
  let results = try EagerExecution.run([value, gradient], given: [(traced, known.storage)])
    .map { Tensor($0.storage, $0.type) }
  return (results[0], results[1])
}

private func scalar(_ value: Tensor) throws -> Tensor {
  if let error = value.error { throw error }
  guard value.shape.rank == 0 else {
    throw ApusError(
      "the gradient of a tensor of shape \(value.shape)", expected: "one number", fix: "take its mean()")
  }
  return value
}

/// −ln softmax(z)ᵧ of each row, from logits z `[rows, classes]` and the number of each row's class.
///
/// - Returns: `[rows]`; a tensor that carries the error when there isn't a class for each row, or one isn't below the
///   number of logits.
public func softmaxCrossEntropy<Classes: Collection>(_ logits: Tensor, classes: Classes) -> Tensor
where Classes.Element: BinaryInteger {
  if logits.error != nil { return logits }
  guard logits.shape.rank == 2, logits.shape.isFixed else {
    return .failed(ApusError("softmaxCrossEntropy of \(logits.shape)", expected: "[rows, classes]"))
  }
  let (rows, count) = (logits.shape[0].size, logits.shape[1].size)
  guard classes.count == rows else {
    return .failed(
      ApusError(
        "\(classes.count) classes for \(rows) rows", at: "softmaxCrossEntropy", expected: "one for each row"))
  }
  if let wrong = classes.first(where: { $0 < 0 || $0 >= count }) {
    return .failed(
      ApusError(
        "class \(wrong) of \(count) logits", at: "softmaxCrossEntropy", expected: "from 0 to \(count - 1)"))
  }
  return SoftmaxCrossEntropy()(logits, Tensor(classes.map { Int32($0) }))
}
