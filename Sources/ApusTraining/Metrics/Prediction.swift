public import ApusCore
public import ApusData
public import ApusNN

/// A model's prediction for one row.
public struct Prediction: Sendable, Equatable, CustomStringConvertible {
  /// The predicted class; nil for labels and numbers.
  public var label: String?
  /// The labels that apply; empty for classes and numbers.
  public var labels: [String] = []
  /// The probability of each class or label, in the objective's order; empty for numbers and for scores.
  public var probabilities: [(name: String, probability: Double)] = []
  /// The numbers in their own unit, in the objective's order; empty for classes and labels.
  public var values: [Double] = []
  /// The unit of each of the numbers, empty where it isn't known; as many as ``values``, or none.
  public var units: [String] = []

  public init(
    label: String? = nil, labels: [String] = [], probabilities: [(name: String, probability: Double)] = [],
    values: [Double] = [], units: [String] = []
  ) {
    self.label = label
    self.labels = labels
    self.probabilities = probabilities
    self.values = values
    self.units = units
  }

  /// The first of the numbers; NaN where there are none.
  public var value: Double { values.first ?? .nan }

  /// The probability of a class or label; nil where it isn't known.
  public func probability(of name: String) -> Double? {
    probabilities.first { $0.name == name }?.probability
  }

  /// `cat (0.998)`, `red, round`, `21400`, `21400 EUR`.
  public var description: String {
    if let label {
      return label + (probability(of: label).map { " (\(shortFigure($0, digits: 3)))" } ?? "")
    }
    guard !values.isEmpty else { return labels.joined(separator: ", ") }
    return values.enumerated().map { index, value in
      let unit = units.indices.contains(index) && !units[index].isEmpty ? " \(units[index])" : ""
      return shortFigure(value, digits: 5) + unit
    }.joined(separator: ", ")
  }

  public static func == (left: Prediction, right: Prediction) -> Bool {
    left.label == right.label && left.labels == right.labels && left.values == right.values
      && left.units == right.units
      && left.probabilities.elementsEqual(right.probabilities) { $0 == $1 }
  }
}

extension Model {
  /// A prediction for each sample of an encoded data set, without dropout. What the samples' targets are is of no account.
  ///
  /// - Throws: when the model has no objective.
  public func predict(on dataset: any Dataset, engine: Engine? = nil) throws -> [Prediction] {
    let objective = try requireObjective()
    let results = try Evaluator(self, engine: engine ?? Engine.standard()).run(dataset, readsTargets: false)
    let width = results.width
    func row(_ index: Int) -> ArraySlice<Double> {
      results.predictions[(index * width)..<((index + 1) * width)]
    }
    switch objective.targets {
    case .classes(let names):
      guard dataset.positions == 1 else {
        throw ApusError(
          "the model predicts a class at each position of a sequence", expected: "a class for each row",
          fix: "use TextGenerator for texts")
      }
      let labels = results.predictedLabels
      return (0..<results.count).map { index in
        var probabilities: [Double] = []
        if results.kind == .probabilities {
          probabilities = width == 1 ? [1 - row(index).first!, row(index).first!] : Array(row(index))
        }
        return Prediction(
          label: names[Int(labels[index])], probabilities: zip(names, probabilities).map { ($0, $1) })
      }
    case .labels(let names):
      return (0..<results.count).map { index in
        Prediction(
          labels: zip(names, row(index)).enumerated().filter { $1.1 > results.limit(of: $0) }.map(
            \.element.0),
          probabilities: zip(names, row(index)).map { ($0, $1) })
      }
    case .values:
      let units = (0..<width).map { objective.scale(of: $0).unit ?? "" }
      let known = units.allSatisfy(\.isEmpty) ? [] : units
      return (0..<results.count).map { Prediction(values: Array(row($0)), units: known) }
    }
  }

  /// A prediction for each row of a table with the columns of training, in any order and in their own units; the target may
  /// be absent, or anything.
  ///
  /// - Throws: when the model was not trained on a table, or a column is missing, by its name.
  public func predict(_ table: Table, engine: Engine? = nil) throws -> [Prediction] {
    guard case .table(let fitted)? = preprocessing else {
      throw ApusError("the model was not trained on a table", at: table.name, fix: "use predict(on:)")
    }
    return try predict(
      on: fitted.apply(to: table, targets: requireObjective().encoding, readsTargets: false).dataset,
      engine: engine)
  }

  /// A prediction for each of raw images, with or without labels.
  ///
  /// - Throws: when the model was not trained on images, or on images of another shape.
  public func predict(_ images: ImageDataset, engine: Engine? = nil) throws -> [Prediction] {
    guard case .images(let fitted)? = preprocessing else {
      throw ApusError("the model was not trained on images", fix: "use predict(on:)")
    }
    return try predict(
      on: fitted.apply(to: images, name: "the images"), engine: engine)
  }

  /// The prediction for a raw image.
  ///
  /// - Throws: when the model was not trained on images, or on images of another shape.
  public func predict(_ image: Image, engine: Engine? = nil) throws -> Prediction {
    let images = try ImageDataset(
      bytes: image.bytes, inputShape: image.shape,
      labelProblem: ApusError("the image's class isn't known", expected: "images with labels"))
    return try predict(images, engine: engine)[0]
  }
}
