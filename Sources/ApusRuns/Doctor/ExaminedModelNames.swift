/// The doctor's names for layers, parameters and features: their positions in the network, unless better ones are
/// given.
package struct ExaminedModelNames: Sendable {
  /// The name for a layer's path: `layer 2` for `2`.
  package var layer: @Sendable (String) -> String = { "layer \($0)" }
  /// The name for a parameter's path, such as `2.weight`.
  package var parameter: @Sendable (String) -> String = { $0 }
  /// The names of the inputs of a network of numbers; `feature 1` and so on where there are others, or none.
  package var features: [String] = []

  package init() {}
}
