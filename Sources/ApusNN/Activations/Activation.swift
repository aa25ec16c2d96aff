public import ApusCore

/// A function applied to each element, or to each row (MISSION B).
///
/// Adding one costs a file with a conforming type, and a line of ``Activations/table``.
public protocol Activation: Layer {
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Activation {
  public func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor { self(input) }
}

public enum Activations {
  public static let table = NameTable(
    "activation",
    [
      Identity.self, Step.self, Sigmoid.self, Tanh.self, ReLU.self, LeakyReLU.self, ELU.self, SELU.self,
      Swish.self, GELU.self, Mish.self, Softplus.self, Softsign.self, HardSigmoid.self, HardTanh.self,
      Softmax.self, LogSoftmax.self,
    ])

  /// The activation of a name, or of a name with parameters.
  public static func activation(_ description: JSONValue) throws(ApusError) -> any Activation {
    try table.item(description) as! any Activation
  }
}
