import CApus

/// An optimizer's update that C computes in one loop over the arrays (`Kernels/UpdateLoops.h`): what is computed most over
/// the longest arrays keeps its intermediate values in processor registers.
///
/// A loop is found by what a group of the plan computes: by its ``form``, an expression, whatever the group's constants and
/// inputs are and in whichever order they come. Gradients may be clipped and penalized and parameters decay before that, in
/// any combination. The group's own steps remain the definition: a test compares the bits.
///
/// Clipping and penalties are parts that an update has or has not, instead of inputs that are 1 and 0. A loop waits for memory
/// and would not notice (10 million parameters on two threads: Adam 2.1 ms, clipped 2.2; RMSprop 1.5 and 1.5), but the program
/// of an optimizer without a loop does (SGD 0.93 ms, 1.27 with one more factor), and so does a step of a tiny network (2-4-1
/// units 0.35 µs, 0.39 with three more operations). And g + 0 · w turns a gradient of −0 into 0.
struct UpdateLoop: Sendable {
  let name: String
  let kernel: @Sendable (apus_kernels) -> apus_kernel?
  let form: UpdateForm

  private init(
    _ name: String, _ kernel: @escaping @Sendable (apus_kernels) -> apus_kernel?, _ form: UpdateForm
  ) {
    (self.name, self.kernel, self.form) = (name, kernel, form)
  }

  static let all = [
    UpdateLoop(
      "adam", { $0.adam },
      UpdateForm { a in
        let mean = (a.beta1 * a.mean + a.rest1 * a.gradient).flushed()
        let square = (a.beta2 * a.square + a.rest2 * a.gradient.square()).flushed()
        let step = a.rate * mean / (square.sqrt() * a.root + a.epsilon)
        return [\.parameter: a.parameter - step, \.mean: mean, \.square: square]
      }),
    UpdateLoop(
      "rmsprop", { $0.rmsprop },
      UpdateForm { a in
        let square = (a.beta2 * a.square + a.rest2 * a.gradient.square()).flushed()
        let step = a.rate * a.gradient / (square.sqrt() + a.epsilon)
        return [\.parameter: a.parameter - step, \.square: square]
      }),
    UpdateLoop(
      "rmsprop", { $0.rmsprop_momentum },
      UpdateForm { a in
        let square = (a.beta2 * a.square + a.rest2 * a.gradient.square()).flushed()
        let added = a.gradient / (square.sqrt() + a.epsilon)
        let velocity = (a.beta1 * a.velocity + added).flushed()
        return [\.parameter: a.parameter - a.rate * velocity, \.square: square, \.velocity: velocity]
      }),
    UpdateLoop(
      "momentum", { $0.momentum },
      UpdateForm { a in
        let velocity = (a.beta1 * a.velocity + a.gradient).flushed()
        return [\.parameter: a.parameter - a.rate * velocity, \.velocity: velocity]
      }),
    UpdateLoop(
      "momentum", { $0.momentum_inside },
      UpdateForm { a in
        let velocity = (a.beta1 * a.velocity - a.rate * a.gradient).flushed()
        return [\.parameter: a.parameter + velocity, \.velocity: velocity]
      }),
  ]

  /// The forms of what may be done to a gradient before the update, the last first.
  static let gradientParts = [
    UpdateForm(part: { a in a.gradient + a.l1 * a.parameter.sign() }),
    UpdateForm(part: { a in a.gradient + a.l2 * a.parameter }),
    UpdateForm(part: { a in maximum(minimum(a.gradient, a.most), a.least) }),
    UpdateForm(part: { a in a.gradient * a.scale }),
  ]

  /// Weight decay beside the gradient.
  static let decay = UpdateForm(part: { a in a.parameter * a.decay })
}
