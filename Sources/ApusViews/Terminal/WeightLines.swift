package import ApusRuns
package import ApusTraining

/// Which weights a trained model has, and what that means for its figures, in sentences.
package struct WeightLines: Sendable {
  package let lines: [String]

  package init(_ kept: KeptWeights, _ report: RunReport) {
    var lines = ["weights kept: \(kept.clause(of: report.epochs))"]
    if kept.isValidationOptimistic, !report.validation.isEmpty {
      lines.append("the validation rows chose them: their figures are optimistic")
    }
    self.lines = lines
  }
}
