import ApusData
import ApusNN
import ApusTraining

extension LinearReading {
  /// - Returns: nil for a loss without a closed form. Of several numbers it is the least value of the mean of their losses.
  static func closedForm(
    _ scores: LinearScores, _ loss: any Loss, l2: Double, l1: Double
  ) -> ClosedForm? {
    guard let loss = loss as? any QuadraticLoss, scores.outputs == 1 || !scores.values.isEmpty, l1 == 0
    else { return nil }
    var indicators: (off: Float, on: Float) = (0, 1)
    if !scores.labels.isEmpty {
      guard case .indicators(let off, let on) = loss.classTargets else { return nil }
      indicators = (off, on)
    }
    // Of several outputs the loss is the mean, or their sum.
    let rows = scores.totalWeight
    let outputs = loss is HalfSquaredError ? 1 : Double(scores.outputs)
    // c · mean (s − t)² + λ/2 ‖w‖², times rows · outputs / c; the mean over the rows is weighted.
    let lambda = rows * l2 / (2 * loss.curvature) * outputs
    func value(_ targets: [Double], _ weights: [Double], _ bias: Double) -> Double {
      var sum = 0.0
      for row in 0..<scores.rows {
        var score = bias
        for column in 0..<scores.columns {
          score += Double(scores.features[row * scores.columns + column]) * weights[column]
        }
        sum += scores.weight(ofRow: row) * (score - targets[row]) * (score - targets[row])
      }
      return loss.curvature * sum / (rows * outputs) + l2 / 2 * weights.reduce(0) { $0 + $1 * $1 }
    }
    var form = ClosedForm(
      loss: 0, trained: 0, rank: 0, coefficients: scores.columns + 1, condition: 0)
    for output in 0..<scores.outputs {
      let targets = (0..<scores.rows).map { row in
        scores.labels.isEmpty
          ? Double(scores.values[row * scores.outputs + output])
          : Double(scores.labels[row] == 1 ? indicators.on : indicators.off)
      }
      guard
        let least = LeastSquares(
          features: scores.features, columns: scores.columns, targets: targets,
          rowWeights: scores.rowWeights, lambda: lambda)
      else { return nil }
      form.loss += value(targets, least.weights, least.bias)
      form.trained += value(targets, scores.weights(of: output), scores.bias[output])
      // The inputs alone decide them.
      (form.rank, form.condition) = (least.rank, least.condition)
    }
    return form
  }
}
