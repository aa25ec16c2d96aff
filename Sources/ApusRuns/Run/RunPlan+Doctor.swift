import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension RunPlan {
  /// Lets the doctor examine the data and the first weights, in the short form. The run stays as it is; its result has the
  /// findings beside those on the outcome.
  ///
  /// - Returns: the findings; none for a run that goes on.
  @discardableResult
  public mutating func examine() -> [Finding] {
    guard !isUnderway else { return [] }
    findings = Doctor.examine(
      ExaminedModel(model, data, choices.settings, engine: engine), at: .beforeTraining)
    return findings
  }

  /// The short form after training: what it came to.
  func findings(on result: RunResult, _ settings: TrainingSettings) -> [Finding] {
    Doctor.examine(
      ExaminedModel(result.model, data, settings, outcome: result.outcome, engine: engine), at: .afterTraining
    )
  }
}
