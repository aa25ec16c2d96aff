public import ApusCore

/// A pure description of a computation from named inputs to named outputs: the wider sister of ``Layer``, for
/// auxiliary heads, masks, several inputs and several losses.
///
/// ```swift
/// struct TwoHeads: Network {
///   static let name = "twoHeads"
///   static let formula = "one trunk, two heads"
///   func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
///     let trunk = scope.call(Dense(64), inputs["input"], named: "trunk").relu()
///     return [
///       "classes": scope.call(Dense(3), trunk, named: "classes"),
///       "size": scope.call(Dense(1), trunk, named: "size"),
///     ]
///   }
/// }
/// ```
///
/// It holds hyper-parameters, never weights. The first output is the main one: what predictions, metrics and the loss
/// of a ``Model``'s training look at. Inputs and outputs are the same in training and in inference; what nobody asks
/// for is not computed. A layer is the network from one input to the output `"output"`.
public protocol Network: Named {
  func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors
}

extension Layer {
  /// The layer as a network of one input, whatever its name, and the output `"output"`.
  public func callAsFunction(_ inputs: NamedTensors, in scope: Scope) -> NamedTensors {
    ["output": self(inputs.single, in: scope)]
  }
}
