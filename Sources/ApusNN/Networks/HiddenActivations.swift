package import ApusCore

/// The layers that may stand between hidden layers under the name of an activation: the activations, and the layers that
/// learn theirs.
package enum HiddenActivations {
  package static let table = NameTable<any Layer>(
    "activation", Activations.table.prototypes + [PReLU(), Maxout()],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// A dense layer of so many units with what comes after it; of maxout both are one layer.
  package static func layers(_ units: Int, _ activation: any Layer) -> [any Layer] {
    if var maxout = activation as? Maxout {
      maxout.units = units
      return [maxout]
    }
    let isRectified = activation is ReLU || activation is PReLU
    return [isRectified ? Dense(units, initializer: .heNormal) : Dense(units), activation]
  }
}
