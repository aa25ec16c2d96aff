public import ApusData
public import ApusNN
public import ApusTraining

/// All that is to be told of a run that is done: what a report is made of.
public struct RunFindings: Sendable {
  /// The data's name.
  public var name: String
  public var folder: String
  public var configuration: RunConfiguration
  public var report: RunReport
  /// Of the data, of the first weights, of the result.
  public var checks: [Finding]
  public var choices: [String]
  public var notes: [String]
  public var model: Model
  public var data: DataFindings
  public var trainingCount: Int
  public var validationCount: Int
  public var testCount: Int
  /// Which samples the findings below are of: the test samples, where there are none those of validation, else of training.
  public var evaluated: Part
  public var evaluatedCount: Int
  public var metrics: [MetricValue]
  /// The share of the most frequent class, by weight where samples have weights: what is right without looking.
  public var mostFrequentShare: Double?
  public var confusion: ConfusionMatrix?
  public var labels: [LabelCounts]
  /// Truth and prediction of samples with a single number as their target, at most 1,000, evenly chosen.
  public var pairs: [Pair]
  /// Those with the largest loss, the worst first.
  public var worst: [WorstSample]
  /// SHA-256 of the model file.
  public var modelHash: String

  public enum Part: String, Sendable { case training, validation, test }

  public struct Pair: Sendable, Equatable {
    public var truth: Double
    public var prediction: Double
  }

  static let mostPairs = 1000
  static let mostWorst = 12
}

/// What the data is.
public enum DataFindings: Sendable {
  /// A table; of a large one only so many rows, evenly chosen, were looked at.
  case table(DataSummary, rows: Int)
  case images(shape: [Int], classCounts: [DataSummary.Count], examples: [ImageSample])
  /// A text, in windows of so many characters, of which so many are different.
  case text(context: Int, vocabulary: Int)
  /// Of no kind that has more to tell.
  case other
}

/// An image among samples; a large one is shrunk.
public struct ImageSample: Sendable, Equatable {
  /// `[height, width, channels]`
  public var shape: [Int]
  /// Row-major, from 0 (its darkest) to 1.
  public var values: [Float]
  /// The class.
  public var name: String

  public init(shape: [Int], values: [Float], name: String) {
    (self.shape, self.values, self.name) = (shape, values, name)
  }
}

/// A sample that the model does badly on.
public struct WorstSample: Sendable, Equatable {
  /// Among the evaluated samples, or the row of the table, counted from 1.
  public var number: Int
  public var truth: String
  public var prediction: String
  /// Of the predicted class, where predictions are probabilities.
  public var probability: Double?
  public var loss: Double
  /// The row's cells by column, without the target; empty where they are not known.
  public var cells: [Cell]
  public var image: ImageSample?

  public struct Cell: Sendable, Equatable {
    public var column: String
    public var text: String
  }
}
