public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// Hidden layers and a linear output, for any task: the family when none is named.
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

  public func recipe(for data: DataFacts) throws(ApusError) -> Recipe {
    let size = Size(rows: data.rows)
    let loss: any Loss =
      switch data.task {
      case .classification: SoftmaxCrossEntropy()
      case .multiLabel: BinaryCrossEntropy()
      case .regression: SquaredError()
      }
    return Recipe(
      epochs: data.epochs(steps: size.steps, batch: size.batch), batch: size.batch, optimizer: Adam(),
      learningRate: size.rate, schedule: CosineDecay(), loss: loss, l2: size.l2)
  }

  /// Flatten where the input is an image, hidden layers, a linear output.
  public func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network {
    if hidden == [], let unused = dropout ?? 0 > 0 ? "dropout" : activation != nil ? "activation" : nil {
      throw ApusError(
        "there are no hidden layers, and the \(unused) is theirs", at: "model.\(unused)",
        fix: "leave it out, or give hidden layers")
    }
    let (hidden, dropout) = layers(for: data)
    let activation = try HiddenActivations.table.item(activation ?? .string(ReLU.name))
    if let units = hidden.first(where: { $0 < 1 }) {
      throw ApusError("a hidden layer of \(units) units", at: "model.hidden", expected: "at least 1")
    }
    guard (0..<1).contains(dropout) else {
      throw ApusError("dropout of \(dropout)", at: "model.dropout", expected: "0 or more, below 1")
    }
    var layers: [any Layer] = data.inputShape.count > 1 ? [Flatten()] : []
    for units in hidden {
      layers += HiddenActivations.layers(units, activation)
      if dropout > 0 { layers.append(Dropout(dropout)) }
    }
    layers.append(Dense(outputs))
    return Sequential(layers)
  }

  public func notes(on data: DataFacts) -> [String] {
    guard self.hidden == nil else { return [] }
    let (hidden, dropout) = layers(for: data)
    return [
      "hidden layers \(hidden.map(String.init).joined(separator: ", "))"
        + (dropout > 0 ? " with dropout \(dropout)" : "") + ": the default for \(data.rows) rows"
    ]
  }

  private func layers(for data: DataFacts) -> (hidden: [Int], dropout: Double) {
    let size = Size(rows: data.rows)
    return (hidden ?? size.hidden, dropout ?? (hidden == nil ? size.dropout : 0))
  }

  /// The settings that suit a number of rows.
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
