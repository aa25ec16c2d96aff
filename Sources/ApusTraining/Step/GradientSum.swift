import ApusCore

/// Adds the gradients of several batches up, weighted by their rows, before an update (MISSION D).
final class GradientSum {
  private let sum: TensorStorage
  private let gradients: TensorStorage
  private let executable: Executable
  private let weight: UnsafeMutablePointer<Float>

  init(_ gradients: TensorStorage, engine: Engine) throws {
    self.gradients = gradients
    sum = TensorStorage(count: gradients.count)
    let type = TensorType(TensorShape([gradients.count]))
    let (known, new) = (Tensor.input("sum", type), Tensor.input("gradients", type))
    let share = Tensor.input("share", TensorType([]))
    executable = try engine.compile(
      Graph(inputs: [known, new, share], outputs: [known + share * new]), inPlace: [(output: 0, input: 0)])
    executable.bind(input: 0, to: sum.pointer)
    executable.bind(input: 1, to: gradients.pointer)
    weight = executable.input(2)!.assumingMemoryBound(to: Float.self)
  }

  func reset() { sum.floats.update(repeating: 0) }

  /// - Parameter share: the batch's part of the rows of the step.
  func add(share: Double) {
    weight.pointee = Float(share)
    executable.run()
  }

  /// Puts the sum in the gradients' place.
  func finish() { _ = gradients.floats.update(fromContentsOf: sum.floats) }
}
