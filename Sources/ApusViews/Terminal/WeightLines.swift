package import ApusRuns
import ApusTraining

/// The description of the weights that a trained model has, and of what that means for its figures, in sentences.
package struct WeightLines: Sendable {
  package let lines: [String]

  package init(_ result: RunResult) {
    let kept = result.kept
    var lines = ["weights kept: \(kept.clause(of: result.epochs))"]
    if kept.isValidationOptimistic, !result.validation.isEmpty {
      lines.append("the validation rows chose them: their figures are optimistic")
    }
    self.lines = lines
  }
}
