package import ApusCore

/// An optimizer's update of some parameters as a graph: what it reads, what comes of it.
package struct TracedUpdate {
  /// A slot: values that last from step to step.
  package struct Slot {
    package let name: String
    /// The value of before the step, an input.
    package let before: Tensor
    /// The value after the step; ``before`` itself while none was set.
    package internal(set) var after: Tensor

    init(_ name: String, _ type: TensorType) {
      self.name = name
      before = .input("slot \(name)", type)
      after = before
    }

    package var isSet: Bool { after.node !== before.node }
  }

  /// A number that the step decides.
  package struct Scalar {
    package let input: Tensor
    package let value: (_ step: Double, _ rate: Double) -> Double
  }

  /// The new parameters.
  package let parameters: Tensor
  /// In the order of their first use.
  package let slots: [Slot]
  /// The learning rate, an input.
  package let rate: Tensor
  package let scalars: [Scalar]
  /// A Boolean value that indicates whether parameters that decay have another update.
  package let distinguishesDecay: Bool

  /// An optimizer's.
  ///
  /// - Parameters:
  ///   - parameters, gradients: of one type.
  ///   - isDecayed: whether the parameters decay, for an optimizer that decays them itself.
  /// - Throws: a mistake in the formula: an error of one of its tensors, another shape than the parameters'.
  package init(_ optimizer: any Optimizer, parameters: Tensor, gradients: Tensor, isDecayed: Bool = true)
    throws(ApusError)
  {
    try self.init(
      of: type(of: optimizer).name, parameters: parameters, gradients: gradients, isDecayed: isDecayed,
      optimizer.update)
  }

  /// A formula's.
  ///
  /// - Parameter name: what the formula is called in errors.
  package init(
    of name: String, parameters: Tensor, gradients: Tensor, isDecayed: Bool = true,
    _ formula: (Tensor, Tensor, UpdateScope) -> Tensor
  ) throws(ApusError) {
    let place = "the optimizer \(name)"
    let scope = UpdateScope(parameters.type, isDecayed: isDecayed)
    let updated = formula(parameters, gradients, scope)
    if let error = updated.error ?? scope.error {
      throw ApusError(
        error.problem, at: [place, error.place].compactMap { $0 }.joined(separator: ", "),
        expected: error.expected, fix: error.fix)
    }
    guard updated.type == parameters.type else {
      throw ApusError(
        "an update of type \(updated.type)", at: place, expected: "\(parameters.type), as the parameters have"
      )
    }
    self.parameters = updated
    slots = scope.slots
    rate = scope.rate
    scalars = scope.scalars
    distinguishesDecay = scope.distinguishesDecay
  }

  /// The update of parameters of some shape, to learn what the optimizer keeps.
  package init(_ optimizer: any Optimizer) throws(ApusError) {
    let type = TensorType([1])
    try self.init(optimizer, parameters: .input("parameters", type), gradients: .input("gradients", type))
  }
}
