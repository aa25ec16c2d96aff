/// What the doctor calls layers, parameters and features: where they stand in the network, unless told better.
package struct ExaminedModelNames: Sendable {
  /// Of a layer's path: of `2` `layer 2`.
  package var layer: @Sendable (String) -> String = { "layer \($0)" }
  /// Of a parameter's path, such as `2.weight`.
  package var parameter: @Sendable (String) -> String = { $0 }
  /// Of the inputs of a network of numbers; `feature 1` and so on where there are others, or none.
  package var features: [String] = []

  package init() {}
}
