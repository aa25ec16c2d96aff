public import ApusCore
import ApusData
import ApusNN

/// Hidden layers and a linear output, for any task (A6, A7): the family when none is named.
public struct MLP: ModelFamily {
  public static let name = "mlp"
  public static let formula = "hidden layers h = f(x · W + b), then a linear output"
  /// Units of the hidden layers; chosen from the number of rows when nil.
  public var hidden: [Int]?
  /// Between the layers; relu when nil.
  public var activation: JSONValue?
  /// The part of the hidden units that is left out in each step; chosen with the hidden layers when nil.
  public var dropout: Double?

  public init() {}

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    if hidden == [], let unused = dropout ?? 0 > 0 ? "dropout" : activation != nil ? "activation" : nil {
      throw ApusError(
        "there are no hidden layers, and the \(unused) is theirs", at: "model.\(unused)",
        fix: "leave it out, or give hidden layers")
    }
    let size = Size(rows: data.rows)
    let hidden = hidden ?? size.hidden
    let dropout = dropout ?? (self.hidden == nil ? size.dropout : 0)
    let activation = try HiddenActivations.table.item(activation ?? .string(ReLU.name))
    let loss: any Loss =
      switch data.task {
      case .classification: SoftmaxCrossEntropy()
      case .multiLabel: BinaryCrossEntropy()
      case .regression: SquaredError()
      }
    var recipe = ModelRecipe(
      loss: loss, optimizer: Adam(), rate: size.rate, schedule: CosineDecay(),
      batch: min(size.batch, data.rows),
      epochs: { data.epochs(steps: size.steps, batch: $0) }
    ) { outputs throws(ApusError) in
      try Self.network(
        inputs: data.inputShape, hidden: hidden, activation: activation, dropout: dropout, outputs: outputs)
    }
    recipe.l2 = size.l2
    if self.hidden == nil {
      recipe.lines.append(
        "hidden layers \(hidden.map(String.init).joined(separator: ", "))"
          + (dropout > 0 ? " with dropout \(dropout)" : "") + ": the default for \(data.rows) rows")
    }
    return recipe
  }

  /// Flatten where the input is an image, hidden layers, a linear output.
  private static func network(
    inputs: [Int], hidden: [Int], activation: any Layer, dropout: Double, outputs: Int
  ) throws(ApusError) -> Sequential {
    if let units = hidden.first(where: { $0 < 1 }) {
      throw ApusError("a hidden layer of \(units) units", at: "model.hidden", expected: "at least 1")
    }
    guard (0..<1).contains(dropout) else {
      throw ApusError("dropout of \(dropout)", at: "model.dropout", expected: "0 or more, below 1")
    }
    var layers: [any Layer] = inputs.count > 1 ? [Flatten()] : []
    for units in hidden {
      layers += HiddenActivations.layers(units, activation)
      if dropout > 0 { layers.append(Dropout(dropout)) }
    }
    layers.append(Dense(outputs))
    return Sequential(layers)
  }

  /// What goes with so many rows.
  private struct Size {
    var hidden: [Int]
    var dropout: Double
    var batch: Int
    var rate: Double
    var l2: Double
    var steps: Int

    init(rows: Int) {
      switch rows {
      case ..<100: (hidden, dropout, batch, rate, l2, steps) = ([16], 0, 16, 1e-2, 0, 2_000)
      case ..<1_000: (hidden, dropout, batch, rate, l2, steps) = ([64], 0.2, 16, 5e-3, 1e-3, 3_000)
      case ..<10_000: (hidden, dropout, batch, rate, l2, steps) = ([256, 256], 0.3, 32, 2e-3, 1e-4, 4_000)
      default: (hidden, dropout, batch, rate, l2, steps) = ([256, 128], 0.1, 128, 1e-3, 0, 5_000)
      }
    }
  }
}
