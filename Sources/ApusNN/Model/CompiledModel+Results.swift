public import ApusCore

extension CompiledModel {
  /// The outputs of a run, by what was asked for.
  public struct Results: Sendable {
    let outputs: [CompiledModel.Output]
    let tensors: [Tensor]

    /// An output: `[rows, …]`, or the shape of a parameter for its gradient. One that wasn't asked for gives a tensor that
    /// carries the error.
    public subscript(output: CompiledModel.Output) -> Tensor {
      if let position = outputs.firstIndex(of: output) { return tensors[position] }
      return .failed(
        ApusError(
          "\"\(output)\" was not asked for", expected: outputs.map(\.description).joined(separator: ", "),
          fix: "name it in compiled(outputs:)"))
    }
  }
}
