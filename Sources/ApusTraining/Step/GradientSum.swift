import ApusCore

/// Adds the gradients of several batches up, weighted by their rows, before an update.
final class GradientSum {
  private let sum: TensorStorage
  private let gradients: TensorStorage
  private let graph: CompiledGraph
  private let share: UnsafeMutablePointer<Float>

  init(_ gradients: TensorStorage, engine: Engine) throws {
    self.gradients = gradients
    sum = TensorStorage(count: gradients.count)
    let type = TensorType(TensorShape([gradients.count]))
    let (known, new) = (Tensor.input("sum", type), Tensor.input("gradients", type))
    let factor = Tensor.input("share", TensorType([]))
    graph = try CompiledGraph(
      inputs: ["sum": known, "gradients": new, "share": factor], outputs: ["sum": known + factor * new],
      inPlace: ["sum"], engine: engine)
    graph.bind(input: "sum", to: sum.pointer)
    graph.bind(input: "gradients", to: gradients.pointer)
    share = graph.scalar("share")!
  }

  func reset() { sum.floats.update(repeating: 0) }

  /// - Parameter share: the batch's part of the rows of the step.
  func add(share: Double) {
    self.share.pointee = Float(share)
    graph.run()
  }

  /// Puts the sum in the gradients' place.
  func finish() { _ = gradients.floats.update(fromContentsOf: sum.floats) }
}
