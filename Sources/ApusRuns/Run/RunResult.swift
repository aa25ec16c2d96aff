public import ApusCore
public import ApusData
public import ApusNN
public import ApusTraining

/// The result of a run: the kept weights, and everything that is known of them. `run.json`, the report and the terminal are
/// views of it.
public struct RunResult: Sendable {
  /// The data's name.
  public var name: String
  /// The folder of the run's files.
  public var folder: String
  /// The settings with nothing left open: they rerun to the same bits.
  public var configuration: RunConfiguration
  /// The choices that the given settings left open, with their reasons.
  public var reasons: RunPlan.Reasons
  public var notes: [String]
  public var task: LearningTask
  /// A Boolean value that indicates whether the model predicts the next character of a text.
  public var isText: Bool

  // MARK: The weights

  /// The model with the kept weights.
  public var model: Model
  public var modelFile: String { "\(folder)/model.safetensors" }
  /// The SHA-256 of the model file.
  public internal(set) var modelHash = ""
  /// The rule by which the weights were kept.
  public var kept: KeptWeights
  /// The epoch after which the model had its weights, counted from 1; for a mean of weights and for several models, the last
  /// one.
  public var keptEpoch: Int { kept.epoch ?? epochs }

  // MARK: How it went

  /// The trainings of the run: several for an ensemble of seeds, else one.
  public var members: [RunResult.Member]
  /// The epochs of the only training, or of the last one.
  public var history: History { members.last?.history ?? History() }
  /// The reason for which the only or the last training ended before its last epoch; nil where it did not.
  public var stopReason: String? { members.last?.stopReason }
  /// The number of epochs of the only or the last training.
  public var epochs: Int { history.epochs.last?.epoch ?? 0 }
  /// The seconds of training alone.
  public var seconds: Double
  public var samplesPerSecond: Double
  public var threads: Int
  public var instructionSet: String
  public var profiles: [Profile] = []

  // MARK: How well

  /// The metrics on the training samples, with their standard errors: of the kept weights, as are all figures below.
  public var training: MetricValues
  /// The metrics on the validation samples; empty where there are none.
  public var validation: MetricValues
  /// The metrics on the test samples; empty where there are none.
  public var test: MetricValues
  public var trainingCount: Int
  public var validationCount: Int
  public var testCount: Int
  /// The part that the result is judged by: test samples, where there are none those for validation, else for training.
  public var evaluated: Part
  public var evaluatedCount: Int
  /// The classes of a sample: its characters where it is a window of a text, else 1.
  package var positions: Int { isText ? model.inputShape.first ?? 1 : 1 }
  /// The loss over the steps, each the mean of equally many, for runs of few epochs.
  package var stepLosses: StepLosses
  /// The text that a model of texts generates from a new line; nil for any other.
  package var writtenText: String?
  /// The share of the most frequent class, by weight where samples have weights: what is right without looking.
  public var mostFrequentShare: Double?
  /// The confusion matrix of the judged samples, for classification.
  public var confusion: ConfusionMatrix?
  /// The counts of each label on the judged samples, for several labels.
  public var labels: [EvaluatedSamples.LabelCounts] = []
  /// The metrics of each of several numbers that are predicted, by part; empty for anything else.
  package var targetMetrics: [Part: [TargetMetrics]] = [:]
  /// True value and prediction of judged samples with numbers as their targets, at most 1,000 samples, evenly chosen: those
  /// of the first target, then those of the next.
  public var residuals: [Residual] = []
  /// The judged samples with the largest loss, the worst first.
  public var worst: [RunResult.WorstSample] = []
  /// The rule of a linear model; nil for any other.
  public var linear: LinearReading?
  /// The doctor's findings on the data and the first weights; empty where nobody asked: ``RunPlan/examine()``.
  public var firstFindings: [Finding]
  /// The doctor's findings on the outcome.
  public var outcomeFindings: [Finding] = []
  package var data: DataFindings
  /// The metrics of each part, whichever were asked for: what sentences and the doctor judge by.
  package var outcome: TrainingOutcome
  /// The rows that the result is judged by, with their predictions.
  let evaluation: RunEvaluation
  /// The assignment of rows to training, validation and test; nil for a text.
  let split: Split?

  /// The doctor's findings; what was examined once more on the outcome is told as it is then.
  public var findings: [Finding] {
    firstFindings.filter { first in !outcomeFindings.contains { $0.name == first.name } } + outcomeFindings
  }

  /// The metrics of the samples that the result is judged by.
  public var metrics: MetricValues {
    switch evaluated {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }

  /// The metrics of each of several numbers that are predicted, on the samples of a part; empty for anything else.
  public func targets(_ part: Part) -> [TargetMetrics] { targetMetrics[part] ?? [] }

  /// True value and prediction of one of the targets, counted from 0.
  package func residuals(ofTarget target: Int) -> [Residual] { residuals.filter { $0.target == target } }

  /// The metrics of a part, whichever were asked for; empty where the part has no samples.
  package func standardMetrics(_ part: Part) -> MetricValues {
    switch part {
    case .training: MetricValues(outcome.training)
    case .validation: MetricValues(outcome.validation)
    case .test: MetricValues(outcome.test)
    }
  }

  /// The threshold that each label, or the second of two classes, must exceed, where that was given or chosen.
  package var thresholds: [(name: String, value: Double)] {
    guard let objective = model.objective, !objective.thresholds.isEmpty else { return [] }
    let names = objective.targets.names
    return zip(
      objective.thresholds.count == 1 && task == .classification ? [names[1]] : names, objective.thresholds
    )
    .map { ($0, $1) }
  }

  /// The command that makes the same model file, byte for byte.
  public var reproduction: String { "apus train --config \(folder)/config.yaml" }

  public enum Part: String, Sendable { case training, validation, test }

  public struct Residual: Sendable, Equatable {
    public var truth: Double
    public var prediction: Double
    /// The target that it is of, counted from 0.
    public var target = 0
  }
}
