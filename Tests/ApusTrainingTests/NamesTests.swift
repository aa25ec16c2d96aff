import Apus
import Testing

/// A type, its file and its name in configurations are the same word.
@Suite struct NamesTests {
  /// Tables of items, and the word that a family's types may add to the name: the table says it already.
  private static let tables = [
    Table(Activations.table), Table(Layers.table), Table(Losses.table, "Loss"), Table(Optimizers.table),
    Table(Schedules.table, "Rate", "Decay"), Table(Initializers.table, "Value"), Table(Metrics.table),
    Table(ModelFamilies.table, "Regression"), Table(Transforms.table), Table(Augmentations.table),
    Table(EnsembleMethods.table, "Ensemble", "Average"), Table(InitializationPasses.table),
  ]

  private struct Table: Sendable {
    let kind: String
    let items: [any Named]
    let additions: [String]
    let read: @Sendable (JSONValue) throws -> any Named

    init<Item>(_ table: NameTable<Item>, _ additions: String...) {
      (kind, items, self.additions) = (table.kind, table.items, additions)
      // The item as any family's, by the table's own way.
      read = { description in
        let read = try table.item(description)
        return try #require(read as? any Named)
      }
    }
  }

  /// Other words, each with its reason.
  private static let exceptions = [
    // Its table's items are metrics, and the protocol has the plain word.
    "MeanLoss": "loss",
    // The schedules of a list, which the type would otherwise share with Swift.
    "ScheduleSequence": "sequence",
    // Several of each.
    "SeedEnsemble": "seeds", "SnapshotEnsemble": "snapshots", "CheckpointAverage": "checkpoints",
  ]

  @Test func typesAreCalledAsTheirNames() {
    for table in Self.tables {
      for item in table.items {
        let (type, name) = ("\(Swift.type(of: item))", Swift.type(of: item).name)
        let words = [name] + table.additions.map { name + $0 }
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
    let table = try #require(Self.tables.first { $0.kind == kind })
    #expect(try table.read(.string(older)).configuration == .string(current))
    #expect(!table.items.contains { type(of: $0).name == older })
    #expect(try table.read(.object([JSONMember(older, .object([]))])).configuration == .string(current))
  }

  /// Parameters of earlier versions are read, and written as they are called now.
  @Test(arguments: [
    ("layer", "dense(units: 2, bias: false)", "dense(units: 2, hasBias: false)"),
    ("layer", "conv2D(channels: 4, bias: false)", "conv2D(channels: 4, hasBias: false)"),
    ("layer", "layerNorm(bias: false)", "layerNorm(hasBias: false)"),
    ("layer", "multiHeadAttention(heads: 2, bias: false)", "multiHeadAttention(heads: 2, hasBias: false)"),
    ("layer", "gpt(vocabulary: 5, tiesHead: false)", "gpt(vocabulary: 5, isHeadTied: false)"),
    ("optimizer", "momentum(rateInside: true)", "momentum(isRateInside: true)"),
  ])
  func olderParameters(_ kind: String, _ older: String, _ current: String) throws {
    let table = try #require(Self.tables.first { $0.kind == kind })
    let read = try table.read(CallSyntax.value(older))
    #expect(read.configuration == (try table.read(CallSyntax.value(current))).configuration)
    #expect(
      read.configuration
        != (try table.read(CallSyntax.value(String(older.prefix { $0 != "(" })))).configuration)
    #expect(throws: ApusError.self) { try table.read(CallSyntax.value("relu(bias: false)")) }
  }

  /// In a list of layers too.
  @Test func olderLayers() throws {
    let layer = try Layers.layer(.string("linear"))
    #expect(layer.configuration == .string("identity"))
  }
}
