public import ApusCore

/// Tensors by name, in an order: what goes into a ``Network`` and what comes out of it.
///
/// ```swift
/// let outputs: NamedTensors = ["classes": logits, "box": corners]
/// ```
///
/// Asking for a name that is not there gives a tensor that carries the error, with the nearest name.
public struct NamedTensors: Sendable, ExpressibleByDictionaryLiteral {
  public private(set) var names: [String]
  public private(set) var tensors: [Tensor]

  /// - Parameter tensors: where a name stands twice, the later tensor holds.
  public init(_ tensors: [(String, Tensor)]) {
    (names, self.tensors) = ([], [])
    for (name, tensor) in tensors { self[name] = tensor }
  }

  public init(dictionaryLiteral elements: (String, Tensor)...) {
    self.init(elements)
  }

  public subscript(name: String) -> Tensor {
    get {
      if let position = names.firstIndex(of: name) { return tensors[position] }
      return .failed(
        ApusError(
          "there is no tensor “\(name)”", expected: names.joined(separator: ", "),
          fix: Spelling.suggestion(for: name, in: names)))
    }
    set {
      if let position = names.firstIndex(of: name) {
        tensors[position] = newValue
      } else {
        names.append(name)
        tensors.append(newValue)
      }
    }
  }

  /// The only tensor, for a layer, which takes one.
  var single: Tensor {
    if tensors.count == 1 { return tensors[0] }
    return .failed(
      ApusError(
        "a layer is given \(tensors.count) tensors", expected: "one",
        fix: "wire them by name in a LayerGraph, or write a Network"))
  }

  /// The first error that a tensor carries.
  var error: ApusError? { tensors.lazy.compactMap(\.error).first }
}
