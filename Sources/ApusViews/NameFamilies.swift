package import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining

/// Every family of names that settings may use: what `apus list` prints and what the documentation's tables are made of.
package struct NameFamilies: Sendable {
  /// In the plural: `"activations"`.
  package let name: String
  /// The kind of item, as in `"activation"`.
  package let kind: String
  /// The items with their defaults.
  package let items: [any Named]

  private init<Item>(_ name: String, _ table: NameTable<Item>) {
    (self.name, kind, items) = (name, table.kind, table.items)
  }

  package static let all = [
    NameFamilies("models", ModelFamilies.table),
    NameFamilies("activations", Activations.table),
    NameFamilies("losses", Losses.table),
    NameFamilies("optimizers", Optimizers.table),
    NameFamilies("schedules", Schedules.table),
    NameFamilies("initializers", Initializers.table),
    NameFamilies("preparations", InitializationPasses.table),
    NameFamilies("ensembles", EnsembleMethods.table),
    NameFamilies("features", Transforms.table),
    NameFamilies("augmentations", Augmentations.table),
    NameFamilies("layers", Layers.table),
    NameFamilies("metrics", Metrics.table),
  ]

  /// The family as Markdown: `name(parameter: default)` and the formula.
  package var markdown: String {
    let rows = items.map { item in
      "| `\(NameListing.call(item))` | \(type(of: item).formula.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")) |"
    }
    return (["| name | formula |", "|---|---|"] + rows).joined(separator: "\n")
  }
}
