import Apus
import Testing

/// A type, its file and its name in configurations are the same word.
@Suite struct NamesTests {
  /// Tables of items, and the word that a family's types may add to the name: the table says it already.
  private static let tables: [(table: NameTable, additions: [String])] = [
    (Activations.table, []), (Layers.table, []), (Losses.table, ["Loss"]), (Optimizers.table, []),
    (Schedules.table, ["Rate", "Decay"]), (Initializers.table, ["Value"]), (Metrics.table, []),
    (ModelFamilies.table, ["Regression"]), (Transforms.table, []), (Augmentations.table, []),
    (EnsembleMethods.table, ["Ensemble", "Average"]), (InitializationPasses.table, []),
  ]

  /// Other words, each with its reason.
  private static let exceptions = [
    // Its table's items are metrics, and the protocol has the plain word.
    "MeanLoss": "loss",
    // The schedules of a list, which the type would otherwise share with Swift.
    "ScheduleSequence": "sequence",
    // Several of each.
    "SeedEnsemble": "seeds", "SnapshotEnsemble": "snapshots", "CheckpointAverage": "checkpoints",
    // Families whose network has the plain word.
    "ResidualNetwork": "resnet", "DeepConvolutionalNetwork": "alexnet", "InceptionNetwork": "googlenet",
    "LanguageModel": "gpt",
  ]

  @Test func typesAreCalledAsTheirNames() {
    for (table, additions) in Self.tables {
      for item in table.items {
        let (type, name) = ("\(item)", item.name)
        let words = [name] + additions.map { name + $0 }
        #expect(
          words.contains { $0.lowercased() == type.lowercased() } || Self.exceptions[type] == name,
          "the \(table.kind) \(name) is the type \(type)")
      }
    }
  }

  /// What configurations and files of earlier versions say is read, and written as it is called now.
  @Test(arguments: [
    ("activation", "linear", "identity"), ("loss", "squared", "squaredError"),
    ("loss", "half-squared", "halfSquaredError"),
    ("loss", "absolute", "absoluteError"), ("optimizer", "proximal", "proximalDescent"),
  ])
  func olderSpellings(_ kind: String, _ older: String, _ current: String) throws {
    let table = try #require(Self.tables.first { $0.table.kind == kind }).table
    #expect(try table.type(named: older).name == current)
    #expect(!table.names.contains(older))
    #expect(try table.item(.object([JSONMember(older, .object([]))])).configuration == .string(current))
  }

  /// In a list of layers too.
  @Test func olderLayers() throws {
    let layer = try Layers.layer(.string("linear"))
    #expect(layer.configuration == .string("identity"))
  }
}
