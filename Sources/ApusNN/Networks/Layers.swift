public import ApusCore

/// The layers that configurations can name, activations included.
public enum Layers {
  public static let table = NameTable<any Layer>(
    "layer",
    [
      Dense(), Dropout(), Flatten(), Sequential(), Residual(), PReLU(), Maxout(), BatchNorm(), LayerNorm(),
      LocalResponseNorm(), Embedding(), PositionEmbedding(), SinusoidalPositions(), MultiHeadAttention(),
      GPT(),
      Ensemble(), Conv2D(), MaxPool2D(), AveragePool2D(), GlobalAveragePool2D(), Reshape(), Branches(), Sum(),
      Repeat(), ChannelPadding(),
    ] + Activations.table.prototypes,
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the layer of a name, a name with parameters, or a list of layers that follow each other.
  ///
  /// - Parameter vocabulary: layers of your own, besides those of the table.
  /// - Throws: an error that names an unknown layer or parameter, with the nearest name, or a wrong value.
  public static func layer(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Layer {
    guard case .array = description else { return try table.item(description, in: vocabulary) }
    return try Sequential(description, in: vocabulary)
  }
}

extension Layer {
  public static var prototypes: [any Named] { Layers.table.items }
  public static var table: NameTable<any Layer> { Layers.table }
}
