public import ApusCore

/// The values that an optimizer's formula reads and keeps besides parameters and gradients, while it is traced.
///
/// `step["m"]` is a slot: an array as long as the parameters that lasts from step to step. ``rate`` and what
/// `step.scalar { … }` returns are inputs of the traced update, computed in double precision before each step, so that they
/// change without a new plan.
public final class UpdateScope {
  /// The learning rate η, a scalar: the schedule's in this step, times the factor of the parameters' group.
  public let rate = Tensor.input("rate", TensorType([]))

  /// A Boolean value that indicates whether the parameters decay, for an optimizer that decays them itself.
  ///
  /// Weights do; biases, scales and what else a layer exempts do not, nor does a group with an L2 of 0.
  public var isDecayed: Bool {
    distinguishesDecay = true
    return decays
  }

  private let decays: Bool
  private let type: TensorType
  /// A Boolean value that indicates whether the formula used ``isDecayed``.
  private(set) var distinguishesDecay = false
  private(set) var slots: [TracedUpdate.Slot] = []
  private(set) var scalars: [TracedUpdate.Scalar] = []
  private(set) var error: ApusError?

  init(_ type: TensorType, isDecayed: Bool) { (self.type, decays) = (type, isDecayed) }

  /// A slot: zeros before the first step, then what the last step set.
  ///
  /// Within a step it is a variable: after it was set it reads as its new value. One that is never set stays zero. Slots are
  /// kept in checkpoints in the order of their first use.
  ///
  /// - Parameter name: tells the optimizer's slots apart: `"m"`.
  public subscript(name: String) -> Tensor {
    get { slots[position(name)].after }
    set {
      if error == nil {
        if let wrong = newValue.error {
          error = wrong.at("slot \"\(name)\"")
        } else if newValue.type != type {
          error = ApusError(
            "a value of type \(newValue.type)", at: "slot \"\(name)\"",
            expected: "\(type), as the parameters have")
        }
      }
      slots[position(name)].after = newValue
    }
  }

  private func position(_ name: String) -> Int {
    if let position = slots.firstIndex(where: { $0.name == name }) { return position }
    slots.append(TracedUpdate.Slot(name, type))
    return slots.count - 1
  }

  /// Returns a scalar that is computed before each step from the step's number t, counted from 1.
  ///
  /// ```swift
  /// let correction = step.scalar { t in 1 - Mathematics.pow(beta1, t) }
  /// ```
  public func scalar(_ value: @escaping (_ step: Double) -> Double) -> Tensor {
    scalar { step, _ in value(step) }
  }

  /// Returns a scalar that is computed before each step from the step's number, counted from 1, and the learning rate.
  public func scalar(_ value: @escaping (_ step: Double, _ rate: Double) -> Double) -> Tensor {
    let input = Tensor.input("scalar \(scalars.count)", TensorType([]))
    scalars.append(TracedUpdate.Scalar(input: input, value: value))
    return input
  }
}
