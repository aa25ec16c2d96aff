public import ApusCore
public import ApusData
public import ApusNN
import ApusTraining

/// The outputs of a model of two columns of numbers all over the plane, and those of each of its hidden units.
public struct PlaneReading: Sendable {
  /// A hidden layer after its activation: for each unit `[size, size]`, the highest row first.
  public struct Layer: Sendable {
    public var name: String
    public var units: [[Float]]
  }

  /// The rows of a class, or all rows of a regression, as they stand in the table.
  public struct Group: Sendable {
    public var name: String
    public var points: [(x: Double, y: Double)]
  }

  public let columns: [String]
  public let x: ClosedRange<Double>
  public let y: ClosedRange<Double>
  public let size: Int
  /// `[size, size, width]`, the highest row first: probabilities of the classes or labels, or numbers in original units.
  public let outputs: [Float]
  public let width: Int
  /// The class at each place; empty for regression.
  public let labels: [Int]
  public let classNames: [String]
  /// The names of the numbers or labels, one for each of ``width``; empty for classes.
  public let outputNames: [String]
  public let layers: [Layer]
  public let groups: [Group]

  /// Units of a layer beyond these are left out, and layers beyond these.
  static let mostUnits = 32
  static let mostLayers = 8
  static let mostPoints = 500

  /// - Parameter size: places along each axis.
  /// - Throws: when the model does not take two columns of numbers, or the data lacks one of them.
  public init(_ model: Model, _ source: DataSource, size: Int = 100, engine: Engine? = nil) throws {
    guard case .table(let preprocessing)? = model.preprocessing, preprocessing.columns.count == 2,
      preprocessing.columns.allSatisfy({ $0.kind == .number })
    else {
      throw ApusError(
        "the model does not take two columns of numbers", expected: "a plane to draw in",
        fix: "train on two columns, as in apus train moons, or leave the others out with --leave-out")
    }
    guard case .table(let table) = source.content else {
      throw ApusError("the model was trained on a table, and this is a set of images", at: source.place)
    }
    let places = preprocessing.columns.map { column in
      preprocessing.hasHeader ? table.columns.firstIndex { $0.name == column.name } : column.number - 1
    }
    guard let first = places[0], let second = places[1], max(first, second) < table.columns.count,
      case .numbers(let xs) = table.columns[first].cells, case .numbers(let ys) = table.columns[second].cells
    else {
      throw ApusError(
        "the data lacks a column of numbers", at: source.place,
        expected: preprocessing.columns.map { "“\($0.name)”" }.joined(separator: " and "))
    }
    columns = preprocessing.columns.map(\.name)
    (x, y) = (Self.range(xs), Self.range(ys))
    self.size = max(size, 2)
    let grid = try Self.grid(preprocessing, places: [first, second], x, y, size: self.size, table)
    let targets = try model.requireObjective().encoding
    let dataset = try preprocessing.apply(to: grid, targets: targets, readsTargets: false).dataset
    let engine = try engine ?? Engine.standard()
    let (predictions, hidden) = try Self.run(model, dataset, engine)
    outputs = predictions
    width = predictions.count / dataset.count
    layers = hidden
    var groups: [Group] = []
    // At random: the classes may come in turn.
    let rows = Philox(seed: 0, path: "plane rows").permutation(table.rowCount).prefix(Self.mostPoints)
      .sorted()
      .filter { !xs[$0].isNaN && !ys[$0].isNaN }
    switch dataset.targets {
    case .classes(let names):
      (classNames, outputNames) = (names, [])
      // The decision itself, whatever the loss calls it.
      var decided = EvaluatedSamples(
        width: width, predictions: predictions.map { Double($0) },
        labels: Array(repeating: 0, count: dataset.count), values: [],
        losses: [], kind: try model.requireObjective().loss.predictions)
      decided.thresholds = try model.requireObjective().thresholds
      labels = decided.predictedLabels.map { Int($0) }
      let truth = try? preprocessing.apply(to: table, targets: targets)
      let known = Set(truth?.hasTarget == true ? truth!.rowsWithTarget : [])
      groups = names.enumerated().map { label, name in
        Group(
          name: name,
          points: rows.filter { known.contains($0) && Int(truth!.dataset.labels[$0]) == label }.map {
            (xs[$0], ys[$0])
          })
      }
    case .values(let names), .labels(let names):
      (labels, classNames, outputNames) = ([], [], names)
      groups = [Group(name: "rows", points: rows.map { (xs[$0], ys[$0]) })]
    }
    self.groups = groups
  }

  /// A little wider than the points.
  private static func range(_ values: some Sequence<Double>) -> ClosedRange<Double> {
    let known = values.filter { !$0.isNaN }
    let (least, most) = (known.min() ?? -1, known.max() ?? 1)
    let pad = most > least ? (most - least) * 0.1 : 1
    return (least - pad)...(most + pad)
  }

  /// A row for each place of the plane.
  private static func grid(
    _ preprocessing: TablePreprocessing, places: [Int], _ x: ClosedRange<Double>, _ y: ClosedRange<Double>,
    size: Int,
    _ table: Table
  ) throws -> Table {
    func value(_ range: ClosedRange<Double>, _ place: Int) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(place) / Double(size - 1)
    }
    let xs = (0..<(size * size)).map { value(x, $0 % size) }
    let ys = (0..<(size * size)).map { value(y, size - 1 - $0 / size) }
    return try Table(
      name: "the plane",
      columns: table.columns.enumerated().map { index, column in
        Table.Column(
          column.name,
          numbers: index == places[0]
            ? xs : index == places[1] ? ys : Array(repeating: .nan, count: size * size))
      }.enumerated().filter { !preprocessing.hasHeader || places.contains($0.offset) }.map(\.element),
      hasHeader: table.hasHeader)
  }

  /// Predictions, and what follows each activation.
  private static func run(
    _ model: Model, _ dataset: TableDataset, _ engine: Engine
  ) throws -> (predictions: [Float], layers: [Layer]) {
    let hidden = TracedModel(traced: model, mode: .inference).ownLayers.filter {
      ($0.layer is any Activation || $0.layer is PReLU || $0.layer is Maxout) && $0.outputShape.rank == 2
    }.prefix(mostLayers)
    let compiled = try CompiledModel(
      model, arena: model.storage, for: .inference, outputs: [.prediction] + hidden.map { .layer($0.path) },
      capacity: 512, engine: engine)
    let results = try compiled.arrays(dataset.features)
    let width = dataset.targets.outputCount
    let scales = (0..<width).map { model.objective?.scale(of: $0) ?? TargetScale() }
    let isRegression = if case .values = dataset.targets { true } else { false }
    let predictions =
      isRegression
      ? results[0].enumerated().map { scales[$0 % width].original($1) } : results[0]
    return (
      predictions,
      zip(hidden, results.dropFirst()).map { record, values in
        let units = record.outputShape[-1].size
        return Layer(
          name: "\(record.path) \(record.name)",
          units: (0..<min(units, mostUnits)).map { unit in
            stride(from: unit, to: values.count, by: units).map { values[$0] }
          })
      }
    )
  }
}
