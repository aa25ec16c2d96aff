public import ApusCore

/// The networks that model files and configurations can name; a list is a ``Sequential``, and any layer is one too.
public enum Networks {
  public static let table = NameTable<any Network>(
    "network", [LayerGraph()], named: { $0 },
    remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the network of a description.
  ///
  /// - Parameter vocabulary: networks and layers of your own, besides those of the tables.
  /// - Throws: an error that names an unknown network, layer or parameter, with the nearest name, or a wrong value.
  public static func network(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Network {
    let isLayer = name(description).map { (try? Layers.table.prototype(named: $0, in: vocabulary)) != nil }
    let isNetwork = name(description).map { (try? table.prototype(named: $0, in: vocabulary)) != nil }
    guard isLayer != true, isNetwork == true else { return try Sequential(description, in: vocabulary) }
    return try table.item(description, in: vocabulary)
  }

  private static func name(_ description: JSONValue) -> String? {
    switch description {
    case .string(let name): name
    case .object(let members) where members.count == 1: members[0].key
    default: nil
    }
  }
}

extension Network {
  public static var prototypes: [any Named] { Networks.table.items }
}
