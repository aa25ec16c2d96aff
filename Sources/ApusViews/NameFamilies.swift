package import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining

/// Every family of names that settings may use: what `apus list` prints and what the documentation's tables are made of.
package struct NameFamilies: Sendable {
  /// In the plural: `"activations"`.
  package let name: String
  package let table: NameTable

  package static let all = [
    NameFamilies(name: "models", table: ModelFamilies.table),
    NameFamilies(name: "activations", table: Activations.table),
    NameFamilies(name: "losses", table: Losses.table),
    NameFamilies(name: "optimizers", table: Optimizers.table),
    NameFamilies(name: "schedules", table: Schedules.table),
    NameFamilies(name: "initializers", table: Initializers.table),
    NameFamilies(name: "preparations", table: InitializationPasses.table),
    NameFamilies(name: "ensembles", table: EnsembleMethods.table),
    NameFamilies(name: "features", table: Transforms.table),
    NameFamilies(name: "augmentations", table: Augmentations.table),
    NameFamilies(name: "layers", table: Layers.table),
    NameFamilies(name: "metrics", table: Metrics.table),
  ]
}

extension NameTable {
  /// The table as Markdown: `name(parameter: default)` and the formula.
  package var markdown: String {
    let rows = items.map { item in
      "| `\(NameListing.call(item))` | \(item.formula.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")) |"
    }
    return (["| name | formula |", "|---|---|"] + rows).joined(separator: "\n")
  }
}
