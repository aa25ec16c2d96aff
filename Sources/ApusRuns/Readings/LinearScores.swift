import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A network that is a single dense layer, on the rows of a data set, in `Double`.
struct LinearScores {
  /// `[features, outputs]` and `[outputs]`.
  let weights: [Double]
  let bias: [Double]
  let outputs: Int
  let columns: Int
  let rows: Int
  /// `[rows, features]`
  let features: [Float]
  /// The class of each row; empty where the targets are numbers.
  let labels: [Int32]
  /// `[rows, outputs]`; empty where the targets are classes.
  let values: [Float]
  /// `[rows]`, how much each row counts; nil where each counts once.
  let rowWeights: [Double]?

  /// - Returns: nil where the network is anything else.
  init?(_ model: Model, on dataset: any Dataset) {
    guard dataset.positions == 1, let layers = model.network as? Sequential else { return nil }
    let dense = layers.items.enumerated().filter {
      !($0.element.layer is Flatten || $0.element.layer is Identity)
    }
    guard dense.count == 1, let layer = dense[0].element.layer as? Dense,
      let weight = model["\(dense[0].offset).weight"]
    else { return nil }
    outputs = layer.units
    columns = weight.count / outputs
    weights = weight.map { Double($0) }
    bias = model["\(dense[0].offset).bias"]?.map { Double($0) } ?? Array(repeating: 0, count: layer.units)
    rows = dataset.count
    let batch = Batch(dataset, Array(0..<rows)).arrays()
    features = batch.inputs
    labels = batch.labels
    values = batch.values
    rowWeights = dataset.weights?.map { Double($0) }
  }

  /// The outputs of a row.
  func scores(_ row: Int) -> [Double] {
    (0..<outputs).map { output in
      var sum = bias[output]
      for column in 0..<columns {
        sum += Double(features[row * columns + column]) * weights[column * outputs + output]
      }
      return sum
    }
  }

  /// The weights of an output.
  func weights(of output: Int) -> [Double] { (0..<columns).map { weights[$0 * outputs + output] } }

  /// Returns the weight of a row.
  func weight(ofRow row: Int) -> Double { rowWeights?[row] ?? 1 }

  /// Σ of the rows' weights: their number where they have none.
  var totalWeight: Double { rowWeights?.reduce(0, +) ?? Double(rows) }

  /// The deviation of each feature over the rows, by their weights.
  var deviations: [Double] {
    if let rowWeights {
      return (0..<columns).map { column in
        let values = (0..<rows).map { Double(features[$0 * columns + column]) }
        let mean = weightedMean(values, rowWeights)
        return weightedMean(values.map { ($0 - mean) * ($0 - mean) }, rowWeights).squareRoot()
      }
    }
    return (0..<columns).map { column in
      let mean =
        (0..<rows).reduce(0.0) { $0 + Double(features[$1 * columns + column]) } / Double(max(rows, 1))
      let squares = (0..<rows).reduce(0.0) { sum, row in
        let difference = Double(features[row * columns + column]) - mean
        return sum + difference * difference
      }
      return (squares / Double(max(rows, 1))).squareRoot()
    }
  }
}
