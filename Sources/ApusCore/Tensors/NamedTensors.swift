/// Tensors by name, in an order: what goes into a network and what comes out of it, a model's parameters, gradients.
///
/// ```swift
/// let outputs: NamedTensors = ["classes": logits, "box": corners]
/// for (name, tensor) in outputs { print(name, tensor.shape) }
/// ```
///
/// Asking for a name that isn't there gives a tensor that carries the error, with the nearest name.
public struct NamedTensors: Sendable, ExpressibleByDictionaryLiteral, Sequence {
  public private(set) var names: [String]
  public private(set) var tensors: [Tensor]

  /// - Parameter tensors: where a name stands twice, the later tensor holds.
  public init(_ tensors: some Sequence<(String, Tensor)>) {
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
          "there is no tensor \"\(name)\"", expected: names.joined(separator: ", "),
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

  /// The number of tensors.
  public var count: Int { names.count }

  public func makeIterator() -> some IteratorProtocol<(name: String, tensor: Tensor)> {
    zip(names, tensors).lazy.map { (name: $0, tensor: $1) }.makeIterator()
  }

  /// Σ x², over every element of every tensor: what weight decay is a multiple of.
  public func squaredNorm() -> Tensor {
    guard let first = tensors.first else { return Tensor(0) }
    return tensors.dropFirst().reduce(first.square().sum()) { $0 + $1.square().sum() }
  }

  /// √Σ x², over every element of every tensor.
  public func norm() -> Tensor { squaredNorm().sqrt() }

  /// The only tensor, for a layer, which takes one.
  package var single: Tensor {
    if tensors.count == 1 { return tensors[0] }
    return .failed(
      ApusError(
        "a layer is given \(tensors.count) tensors", expected: "one",
        fix: "wire them by name in a LayerGraph, or write a Network"))
  }

  /// The first error that a tensor carries.
  public var error: ApusError? { tensors.lazy.compactMap(\.error).first }
}
