import ApusCore
import ApusData

extension Model {
  /// Takes the weights from a `.safetensors` file, as PyTorch's `state_dict` or Apus wrote it: names and layouts are
  /// those of the same `torch.nn.Sequential`.
  ///
  /// - Throws: when the file cannot be read, or lacks a parameter, or holds one of another shape, or one that the
  ///   model does not have; the model is then as before.
  public mutating func loadWeights(from path: String) throws {
    do {
      try loadWeights(SafeTensors(contentsOf: path))
    } catch {
      throw error.at(path)
    }
  }

  /// - Throws: when the arrays are not exactly the model's parameters.
  mutating func loadWeights(_ file: SafeTensors) throws(ApusError) {
    let arena = TensorStorage(count: storage.count)
    for parameter in parameters {
      let layout = parameter.specification.layout
      let expected = layout.storedShape(parameter.shape)
      guard let entry = file.entries[parameter.path] else {
        throw ApusError(
          "the parameter “\(parameter.path)” is missing", expected: "float32 of shape \(expected)")
      }
      guard let values = entry.floats else {
        throw ApusError(
          "the parameter “\(parameter.path)” is of the type \(entry.type.rawValue)", expected: "float32")
      }
      guard entry.shape == expected else {
        throw ApusError(
          "the parameter “\(parameter.path)” has the shape \(entry.shape)", expected: "\(expected)")
      }
      let restored = layout.restored(values, shape: parameter.shape)
      for (place, value) in zip(parameter.range, restored) { arena.floats[place] = value }
    }
    let known = Set(parameters.map(\.path))
    if let unknown = file.entries.keys.sorted().first(where: { !known.contains($0) }) {
      throw ApusError(
        "the model has no parameter “\(unknown)”", expected: known.sorted().joined(separator: ", "))
    }
    self = replacingStorage(arena)
  }
}
