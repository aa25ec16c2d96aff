/// The origin of a feature, for stating a linear rule in the columns' own units: feature = (term − mean) / deviation.
package struct FeatureUnits: Sendable, Equatable {
  /// The term: `petal length`, `Sex = male`, `ln(1 + Fare / 14.45)`.
  package var term: String
  package var mean: Double
  package var deviation: Double
}

extension TablePreprocessing {
  /// The units of each feature, in the order of the network's inputs; empty where steps have mixed the columns.
  package var featureUnits: [FeatureUnits] {
    steps.isEmpty ? columnUnits : []
  }

  /// The units of each feature before the steps.
  package var columnUnits: [FeatureUnits] {
    columns.flatMap { column in
      column.featureNames.enumerated().map { index, name in
        guard column.kind == .number || column.kind == .date, column.scalings.indices.contains(index) else {
          return FeatureUnits(term: name, mean: 0, deviation: 1)
        }
        let scaling = column.scalings[index]
        let term = scaling.logarithmUnit.map { "ln(1 + \(name) / \(significant($0)))" } ?? name
        return FeatureUnits(term: term, mean: scaling.mean, deviation: scaling.deviation)
      }
    }
  }
}
