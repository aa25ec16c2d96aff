import Apus
import Testing

/// A network, data or settings with one thing wrong, of three sizes, and the check that must find it.
struct Illness: Sendable, CustomTestStringConvertible {
  var name: String
  /// The checks of which one at least must not be ok.
  var checks: [String]
  var make: @Sendable (_ seed: UInt64, _ size: Int) throws -> ExaminedModel
  var testDescription: String { name }

  /// Whether it is found.
  func isFound(seed: UInt64, size: Int) throws -> Bool {
    let examinations = Examinations.table.filter { checks.contains($0.name) }
    return try Doctor.examine(make(seed, size), examinations).contains { $0.level != .ok }
  }

  /// Rows and widths of the sizes.
  static let rows = [80, 240, 600]
  static let widths = [8, 24, 64]

  static let all: [Illness] = [
    Illness(name: "zero weights", checks: ["equal units"]) { seed, size in
      try examined(seed, size) { width in
        Dense(width, initializer: .zeros)
        ReLU()
        Dense(2, initializer: .zeros)
      }
    },
    Illness(name: "zero weights, by their gradients", checks: ["gradient flow"]) { seed, size in
      try examined(seed, size) { width in
        Dense(width, initializer: .zeros)
        Tanh()
        Dense(2, initializer: .zeros)
      }
    },
    Illness(name: "ReLUs killed by a huge rate", checks: ["dead, saturated"]) { seed, size in
      // Inputs that are not centered move all weights of a unit the same way.
      try examined(seed, size, data: data(seed, rows[size], offset: 5), rate: 30, epochs: 10)
    },
    Illness(name: "30 sigmoid layers", checks: ["gradient flow"]) { seed, size in
      try examined(seed, size) { width in
        for _ in 0..<30 {
          Dense(width)
          Sigmoid()
        }
        Dense(2)
      }
    },
    Illness(name: "30 sigmoid layers, by heart", checks: ["overfits 20 samples"]) { seed, size in
      try examined(seed, size) { width in
        for _ in 0..<30 {
          Dense(min(width, 16))
          Sigmoid()
        }
        Dense(2)
      }
    },
    Illness(name: "30 linear layers of large weights", checks: ["gradient flow", "initial loss"]) {
      seed, size in
      try examined(seed, size) { width in
        for _ in 0..<30 { Dense(width, initializer: .normal(4 / Double(width).squareRoot())) }
        Dense(2)
      }
    },
    Illness(name: "a last layer of large weights", checks: ["initial loss"]) { seed, size in
      try examined(seed, size) { width in
        Dense(width)
        ReLU()
        Dense(2, initializer: .normal(20))
      }
    },
    Illness(name: "inputs of hundreds into tanh", checks: ["dead, saturated"]) { seed, size in
      try examined(seed, size, data: data(seed, rows[size], scale: 300)) { width in
        Dense(width)
        Tanh()
        Dense(2)
      }
    },
    Illness(name: "a wrong gradient", checks: ["gradient check"]) { seed, size in
      try examined(seed, size) { width in
        Dense(width)
        HalfSquare()
        Dense(2)
      }
    },
    Illness(name: "L2 of 10", checks: ["regularization"]) { seed, size in try examined(seed, size, l2: 10) },
    Illness(name: "too small a rate", checks: ["learning rate"]) { seed, size in
      try examined(seed, size, rate: 1e-7)
    },
    Illness(name: "too small a rate, by its updates", checks: ["update / weight"]) { seed, size in
      try examined(seed, size, rate: 1e-7)
    },
    Illness(name: "a rate that diverges", checks: ["finite values"]) { seed, size in
      try examined(
        seed, size, optimizer: OptimizerSetting(SGD(), rate: 1e4), epochs: 20
      ) { width in
        Dense(width)
        Identity()
        Dense(width)
        Identity()
        Dense(2)
      }
    },
    Illness(name: "labels by chance, learned by heart", checks: ["gap to validation"]) { seed, size in
      let noise = try data(seed, rows[size], flipped: 0.5)
      // The epoch with the lowest validation loss would have learned next to nothing.
      return try examined(seed, size, data: noise, rate: 1e-2, epochs: [150, 150, 200][size], keep: .last) {
        _ in
        Dense(256)
        ReLU()
        Dense(2)
      }
    },
    Illness(name: "one class of 99 %", checks: ["class balance"]) { seed, size in
      try examined(seed, size, data: rare(seed, [200, 400, 1_000][size]))
    },
    Illness(name: "one class of 99 %, by accuracy", checks: ["result ± error"]) { seed, size in
      try examined(seed, size, data: rare(seed, [200, 400, 1_000][size]))
    },
    Illness(name: "rows in both parts", checks: ["shared rows"]) { seed, size in
      let all = try data(seed, rows[size])
      let split = try all.split(seed: seed)
      let leaked = Array(0..<(rows[size] / 10))
      let model = try Model(input: [5], seed: seed) {
        Dense(8)
        ReLU()
        Dense(2)
      }
      return ExaminedModel(
        model, training: all.subset(leaked + Array(rows[size] / 2..<rows[size])),
        validation: split.validation,
        test: all.subset(leaked), settings: settings(seed))
    },
    Illness(name: "a leaking column", checks: ["leaking columns"]) { seed, size in
      try examined(
        seed, size,
        table: table(seed, rows[size]) { random, row, price in
          1.19 * price + 0.01 * random.normal(UInt64(row))
        })
    },
    Illness(name: "a leaking category", checks: ["leaking columns"]) { seed, size in
      let random = Philox(seed: seed, path: "leak")
      let kinds = (0..<rows[size]).map { ["oak", "ash", "elm"][random.integer(UInt64($0), below: 3)] }
      let table = try Table(
        name: "trees",
        columns: [
          Table.Column("height", numbers: kinds.indices.map { random.normal(UInt64(1_000_000 + $0)) }),
          Table.Column("wood", texts: kinds.map { ["oak": "hard", "ash": "tough", "elm": "soft"][$0] }),
          Table.Column("kind", texts: kinds),
        ])
      return try examined(seed, size, table: ExaminedTable(table, target: "kind"))
    },
    Illness(name: "a copied column", checks: ["copied columns"]) { seed, size in
      try examined(
        seed, size,
        table: table(seed, rows[size]) { random, row, _ in 2.54 * random.normal(UInt64(3 * row)) - 7 })
    },
    Illness(name: "a constant column", checks: ["constant columns"]) { seed, size in
      try examined(seed, size, table: table(seed, rows[size]) { _, _, _ in 3 })
    },
  ]

  // MARK: Data

  /// Five normal features, class 1 where the first two have the same sign.
  static func data(
    _ seed: UInt64, _ rows: Int, flipped: Double = 0, scale: Float = 1, offset: Float = 0
  ) throws -> TableDataset {
    let made = try Samples.classes(rows, flipped: flipped, seed: seed)
    return try TableDataset(
      features: made.features.map { $0 * scale + offset }, inputShape: [5], labels: made.labels,
      names: ["no", "yes"])
  }

  /// One row in a hundred is “yes”, and nothing says which.
  static func rare(_ seed: UInt64, _ rows: Int) throws -> TableDataset {
    let made = try data(seed, rows)
    return try TableDataset(
      features: made.features, inputShape: [5], labels: (0..<rows).map { $0 % 100 == 7 ? 1 : 0 },
      names: ["no", "yes"])
  }

  /// Prices by two columns and noise, with a fourth column.
  static func table(
    _ seed: UInt64, _ rows: Int, _ extra: (Philox, Int, Double) -> Double
  ) throws -> ExaminedTable {
    let random = Philox(seed: seed, path: "table")
    let a = (0..<rows).map { random.normal(UInt64(3 * $0)) }
    let b = (0..<rows).map { random.normal(UInt64(3 * $0 + 1)) }
    let price = (0..<rows).map { 10 + 2 * a[$0] - b[$0] + random.normal(UInt64(3 * $0 + 2)) }
    return ExaminedTable(
      try Table(
        name: "prices",
        columns: [
          Table.Column("a", numbers: a), Table.Column("b", numbers: b),
          Table.Column("extra", numbers: (0..<rows).map { extra(random, $0, price[$0]) }),
          Table.Column("price", numbers: price),
        ]), target: "price")
  }

  // MARK: Examined models

  static func settings(
    _ seed: UInt64, optimizer: OptimizerSetting? = nil, rate: Double = 5e-3, epochs: Int = 5, l2: Double = 0,
    keep: Recipe.KeptEpoch = .best
  ) -> TrainingSettings {
    TrainingSettings(
      optimizer: optimizer ?? .adam(rate), epochs: epochs, batch: 16,
      regularization: Regularization(l2: l2), keep: keep, seed: seed)
  }

  static func examined(
    _ seed: UInt64, _ size: Int, data given: TableDataset? = nil, table: ExaminedTable? = nil,
    optimizer: OptimizerSetting? = nil, rate: Double = 5e-3, epochs: Int = 5, l2: Double = 0,
    keep: Recipe.KeptEpoch = .best,
    @Sequential.Builder _ layers: (Int) -> Sequential = { width in
      Sequential([Dense(width, initializer: .he), ReLU(), Dense(2)])
    }
  ) throws -> ExaminedModel {
    let data = try given ?? data(seed, rows[size])
    let split = try data.split(validation: 0.2, test: 0.2, seed: seed)
    let model = try Model(input: [5], seed: seed, layers: layers(widths[size]))
    return ExaminedModel(
      model, training: split.training, validation: split.validation, test: split.test,
      settings: settings(seed, optimizer: optimizer, rate: rate, epochs: epochs, l2: l2, keep: keep),
      table: table)
  }
}

/// x · x, of which only one half passes a gradient on.
struct HalfSquare: Layer {
  static let name = "halfSquare"
  static let formula = "y = x · x"
  func callAsFunction(_ input: Tensor, in scope: Scope) -> Tensor { input * input.stopGradient() }
}
