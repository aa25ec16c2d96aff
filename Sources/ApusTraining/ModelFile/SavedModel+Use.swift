public import ApusCore
public import ApusData
import ApusNN

/// Metrics of a model on data, with what was noticed.
public struct Evaluation: Sendable {
  public var metrics: [MetricValue]
  /// For classification.
  public var confusion: ConfusionMatrix?
  public var samples: Int
  public var notes: [String]
}

/// Predictions, one row for each row of the data, in order.
public struct PredictionTable: Sendable {
  /// Class names, or numbers in original units.
  public var predictions: [String]
  /// The probability of the predicted class; empty for regression.
  public var probabilities: [Float]
  /// For classification the classes' names and `[rows, classes]` probabilities.
  public var classNames: [String]
  public var classProbabilities: [Float]
  public var notes: [String]

  /// Columns `prediction` and, for classification, `probability`; with `allClasses` a column for each class too.
  public func csv(allClasses: Bool = false) -> String {
    var text = "prediction"
    if !probabilities.isEmpty { text += ",probability" }
    if allClasses { for name in classNames { text += "," + quoted("probability_\(name)") } }
    text += "\n"
    for (row, prediction) in predictions.enumerated() {
      text += quoted(prediction)
      if !probabilities.isEmpty { text += ",\(probabilities[row])" }
      if allClasses {
        for index in classNames.indices { text += ",\(classProbabilities[row * classNames.count + index])" }
      }
      text += "\n"
    }
    return text
  }

  private func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

extension SavedModel {
  /// Metrics on data that has the target.
  ///
  /// - Throws: when the data lacks a column that the model needs, or the target.
  public func evaluate(_ source: DataSource, engine: Engine? = nil) throws -> Evaluation {
    let (dataset, rows, notes) = try encode(source)
    guard let rows, !rows.isEmpty else {
      throw ApusError(
        "there is no target to compare with", at: source.place, expected: "the column “\(targetName)”",
        fix: "use apus predict for data without it")
    }
    let results = try model.results(
      on: rows.count == dataset.count ? dataset : dataset.subset(rows), loss: loss, scale: scale,
      engine: engine)
    var confusion: ConfusionMatrix?
    if case .classes(let names) = dataset.targets { confusion = ConfusionMatrix(results, classNames: names) }
    return Evaluation(
      metrics: Metrics.all(results), confusion: confusion, samples: results.count, notes: notes)
  }

  /// A prediction for each row.
  ///
  /// - Throws: when the data lacks a column that the model needs.
  public func predict(_ source: DataSource, engine: Engine? = nil) throws -> PredictionTable {
    let (dataset, _, notes) = try encode(source)
    let results = try model.results(on: dataset, loss: loss, scale: scale, engine: engine)
    guard case .classes(let names) = dataset.targets else {
      return PredictionTable(
        predictions: results.predictions.map { shortText(Double($0)) }, probabilities: [], classNames: [],
        classProbabilities: [], notes: notes)
    }
    let labels = results.predictedLabels
    guard results.kind == .probabilities else {
      return PredictionTable(
        predictions: labels.map { names[Int($0)] }, probabilities: [], classNames: [], classProbabilities: [],
        notes: notes + ["the loss \(type(of: loss).name) gives scores and no probabilities"])
    }
    var probabilities = results.predictions
    if results.width == 1, names.count == 2 { probabilities = results.predictions.flatMap { [1 - $0, $0] } }
    return PredictionTable(
      predictions: labels.map { names[Int($0)] },
      probabilities: labels.enumerated().map { probabilities[$0 * names.count + Int($1)] },
      classNames: names, classProbabilities: probabilities, notes: notes)
  }

  /// What regression outputs are scaled by.
  public var scale: TargetScale {
    guard case .table(let table)? = schema, table.target.task == .regression else { return TargetScale() }
    return TargetScale(mean: table.target.mean, deviation: table.target.deviation)
  }

  private var targetName: String {
    guard case .table(let table)? = schema else { return "label" }
    return table.target.name
  }

  /// The data as the model takes it, and the rows whose target is known.
  private func encode(_ source: DataSource) throws -> (any Dataset, rows: [Int]?, notes: [String]) {
    switch (schema, source.content) {
    case (.table(let preprocessing)?, .table(let table)):
      let encoded = try preprocessing.apply(to: table)
      return (encoded.dataset, encoded.hasTarget ? encoded.rowsWithTarget : nil, table.notes + encoded.notes)
    case (.images(let preprocessing)?, .images(let images)):
      let chosen = images.test ?? images.training
      let dataset = try preprocessing.apply(to: chosen, name: source.place)
      return (
        dataset, Array(0..<dataset.count), images.test == nil ? [] : ["the official test images are used"]
      )
    case (.table?, .images):
      throw ApusError("the model was trained on a table, and this is a set of images", at: source.place)
    case (.images?, .table):
      throw ApusError("the model was trained on images, and this is a table", at: source.place)
    case (nil, _):
      throw ApusError(
        "the model file does not say how its inputs are made", expected: "a model that apus train wrote")
    }
  }

  /// The table's format as the model saw it in training, for reading new data alike.
  public var tableFormat: TableFormat {
    guard case .table(let table)? = schema else { return TableFormat() }
    return table.format
  }
}
