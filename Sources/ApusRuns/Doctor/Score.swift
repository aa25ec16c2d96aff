import ApusData
import ApusTraining

/// The score of a model on some rows by its main metric, 1 at best: accuracy, or the fraction of the variance
/// explained.
struct Score {
  let name: String
  let value: Double
  /// The metric's standard error; 0 where it has none.
  let error: Double
  /// The variance of the value as an estimate for unseen rows. Of no mistakes in n rows it is not 0 (Agresti and
  /// Coull 1998).
  let variance: Double

  /// - Parameter rows: how many independent rows the metrics are of: ``Dataset/effectiveCount``.
  init?(_ metrics: [MetricValue], rows: Double) {
    if let accuracy = metrics.first(where: { $0.name == Accuracy.name }) {
      (name, value) = (accuracy.name, accuracy.value)
      error = accuracy.standardError ?? 0
      let n = rows + 4
      let p = (accuracy.value * rows + 2) / n
      variance = p * (1 - p) / n
    } else if let explained = metrics.first(where: { $0.name == R2.name }) {
      (name, value) = (explained.name, explained.value)
      error = explained.standardError ?? 0
      variance = error * error
    } else {
      return nil
    }
  }

  /// Returns the score of guessing: the largest class' share of the training rows by weight, of a text that of the most
  /// frequent character; the mean over labels of being there or not, whichever is more frequent; or 0 of the variance.
  static func ofGuessing(_ examined: ExaminedModel) -> Double {
    let training = examined.training
    switch training.targets {
    case .values: return 0
    case .classes(let names) where training.positions > 1:
      var counts = [Double](repeating: 0, count: names.count)
      for label in examined.sample(mostGuessed).arrays(hasInputs: false).labels { counts[Int(label)] += 1 }
      return largestShare(counts)
    case .classes: return largestShare(training.classWeights() ?? [])
    case .labels(let names):
      let batch = examined.sample(mostGuessed)
      let values = batch.arrays(hasInputs: false).values
      let weights = training.weights.map { weights in
        examined.sampleOrder.prefix(batch.count).map { Double(weights[$0]) }
      }
      let shares = names.indices.map { label -> Double in
        var counts = [0.0, 0.0]
        for row in 0..<batch.count {
          counts[values[row * names.count + label] == 1 ? 1 : 0] += weights?[row] ?? 1
        }
        return largestShare(counts)
      }
      return shares.reduce(0, +) / Double(max(shares.count, 1))
    }
  }

  /// Rows that say well enough how frequent labels and characters are.
  private static let mostGuessed = 20_000

  private static func largestShare(_ counts: [Double]) -> Double {
    let total = counts.reduce(0, +)
    return total > 0 ? (counts.max() ?? 0) / total : 0
  }
}

/// A check of whether scores separate the classes, where accuracy says next to nothing because one class is frequent:
/// an area under the ROC curve of more than one half.
struct Ranking {
  let figure: String
  /// Above one half by three times its standard error: of few rows of the class, chance goes far.
  let isBetterThanGuessing: Bool

  /// - Parameter rows: how many independent rows the metrics are of.
  init?(_ metrics: [MetricValue], rows: Double) {
    guard let area = metrics.first(where: { $0.name == ROCAUC.name }) else { return nil }
    // Of few rows the error is estimated as badly as the area, and comes out as 0 where no two rows contradict.
    let p = (area.value * rows + 2) / (rows + 4)
    let error = max(area.standardError ?? 0, (p * (1 - p) / (rows + 4)).squareRoot())
    figure = "ROC AUC \(shortFigure(area.value, digits: 3)) ± \(shortFigure(error, digits: 1))"
    isBetterThanGuessing = area.value - 3 * error > 0.5
  }
}

extension Dataset {
  /// The number of samples that as many figures of equal weight would be as certain as: (Σ w)² / Σ w² (Kish 1965).
  var effectiveCount: Double {
    guard let weights else { return Double(count) }
    let (sum, squares) = weights.reduce((0.0, 0.0)) { ($0.0 + Double($1), $0.1 + Double($1) * Double($1)) }
    return squares > 0 ? sum * sum / squares : 0
  }
}
