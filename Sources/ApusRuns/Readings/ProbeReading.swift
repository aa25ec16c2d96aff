public import ApusCore
public import ApusData
public import ApusNN
public import ApusTraining

/// The accuracy of a linear model on what each layer of a network outputs (Alain and Bengio 2016): how far the layer's units
/// are features that separate the classes (lectures 1 and 4 on feature learning).
///
/// A probe is a fresh softmax regression on the layer's outputs, each standardized on the training rows; the network stays as
/// it is.
///
/// ```swift
/// let probes = try ProbeReading(model, training: split.training, test: split.test)
/// for layer in probes.layers { print(layer.path, layer.accuracy) }
/// ```
public struct ProbeReading: Sendable {
  /// A probed layer.
  public struct Layer: Sendable {
    /// The layer's path; empty for the input itself.
    public let path: String
    /// The layer's kind: `relu`; `input`.
    public let name: String
    /// The numbers that it outputs for a row.
    public let width: Int
    /// On the test rows, with its standard error.
    public let accuracy: MetricValue
  }

  /// The input, and the layers in order.
  public let layers: [Layer]

  /// - Parameters:
  ///   - training: the rows that the probes learn from; not necessarily those of the network.
  ///   - test: the rows that they are judged on.
  ///   - layers: paths; every layer that computes something when nil.
  ///   - epochs: of each probe, Adam at 0.003.
  /// - Throws: when the data doesn't fit the model or has no classes; for a layer that isn't there, with the nearest.
  public init(
    _ model: Model, training: any Dataset, test: any Dataset, layers: [String]? = nil, epochs: Int = 10,
    seed: UInt64 = 0, engine: Engine? = nil
  ) throws {
    guard case .classes(let names) = training.targets, training.positions == 1, names.count > 1 else {
      throw ApusError("probes for \(training.targets.words)", expected: "a class for each row")
    }
    let known = TracedModel(traced: model, mode: .inference).ownLayers
    let paths = layers ?? known.map(\.path)
    let input = Layer(
      path: "", name: "input", width: training.inputSize,
      accuracy: try LinearProbe.accuracy(
        Self.rows(of: nil, model, training, engine), Self.rows(of: nil, model, test, engine), epochs: epochs,
        seed: seed, engine: engine))
    self.layers =
      [input]
      + (try paths.map { path in
        let (own, other) = (
          try Self.rows(of: path, model, training, engine), try Self.rows(of: path, model, test, engine)
        )
        return Layer(
          path: path, name: known.last { $0.path == path }?.name ?? "", width: own.inputSize,
          accuracy: try LinearProbe.accuracy(own, other, epochs: epochs, seed: seed, engine: engine))
      })
  }

  /// A data set of what a layer outputs, or of the inputs; each number standardized by the probe.
  private static func rows(
    of path: String?, _ model: Model, _ dataset: any Dataset, _ engine: Engine?
  ) throws -> TableDataset {
    var features: [Float] = []
    var width = dataset.inputSize
    let compiled = try path.map { try model.compiled(outputs: [.layer($0)], batch: 256, engine: engine) }
    for batch in dataset.batches(of: 256) {
      guard let path, let compiled else {
        features += batch.arrays().inputs.prefix(batch.count * width)
        continue
      }
      let values = try compiled(batch)[.layer(path)].values()
      width = values.count / max(batch.count, 1)
      features += values
    }
    return try TableDataset(
      features: features, inputShape: [width], labels: dataset.classLabels() ?? [],
      names: dataset.targets.names)
  }
}

/// A fresh softmax regression on given features.
package enum LinearProbe {
  /// Returns the accuracy on other rows.
  ///
  /// - Parameter isStandardized: whether each number is standardized on the training rows first; constant ones are then 0.
  package static func accuracy(
    _ training: TableDataset, _ test: TableDataset, isStandardized: Bool = true, epochs: Int = 10,
    seed: UInt64, engine: Engine? = nil
  ) throws -> MetricValue {
    var (training, test) = (training, test)
    if isStandardized {
      let scales = Scales(training.features, columns: training.inputSize)
      training = try scales.applied(to: training)
      test = try scales.applied(to: test)
    }
    var model = try Model(input: [training.inputSize]) {
      Dense(training.targets.outputCount, initializer: .zeros)
    }
    try model.fit(training, epochs: epochs, optimizer: .adam(3e-3), seed: seed, engine: engine)
    guard let accuracy = try model.evaluate(on: test, .accuracy, engine: engine) else {
      throw ApusError("the probe has no accuracy", expected: "a class for each row")
    }
    return accuracy
  }

  /// Means and deviations of columns.
  private struct Scales {
    var means: [Double]
    var deviations: [Double]

    init(_ features: [Float], columns: Int) {
      let rows = Double(max(features.count / max(columns, 1), 1))
      means = [Double](repeating: 0, count: columns)
      deviations = means
      for (place, value) in features.enumerated() { means[place % columns] += Double(value) / rows }
      for (place, value) in features.enumerated() {
        let distance = Double(value) - means[place % columns]
        deviations[place % columns] += distance * distance / rows
      }
    }

    func applied(to dataset: TableDataset) throws -> TableDataset {
      let columns = means.count
      let features = dataset.features.enumerated().map { place, value -> Float in
        let column = place % columns
        guard deviations[column] > 0 else { return 0 }
        return Float((Double(value) - means[column]) / deviations[column].squareRoot())
      }
      return try TableDataset(
        features: features, inputShape: [columns], labels: dataset.labels, names: dataset.targets.names)
    }
  }
}
