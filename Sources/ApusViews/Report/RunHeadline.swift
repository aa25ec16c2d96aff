import ApusCore
import ApusData
package import ApusRuns
import ApusTraining

/// The result of a run in words: what was learned, how well, and against what.
package struct RunHeadline: Sendable {
  /// One sentence.
  package let sentence: String
  /// Remarks for judging it: the yardstick, the gap to the training rows, what the doctor says.
  package let remarks: [String]

  package init(_ result: RunResult) {
    sentence = Self.sentence(result)
    remarks = Self.remarks(result)
  }

  private static func sentence(_ result: RunResult) -> String {
    let target = Self.target(result)
    let samples = Self.samples(result)
    func value(_ name: String) -> MetricValue? { result.standardMetrics(result.evaluated)[name] }
    switch result.task {
    case .classification:
      guard let accuracy = value("accuracy") else { break }
      return "The model predicts \(target) correctly for \(percent(accuracy)) of \(samples)"
        + (accuracy.value == 1 && result.evaluated != .training
          ? " (95 % confident: at least \(ConfusionChart.percent(leastShare(ofAll: result.evaluatedCount))) of new ones)."
          : ".")
    case .multiLabel:
      guard let f1 = value("microF1") else { break }
      let all =
        value("subsetAccuracy").map { ", and all of a sample’s labels right for \(percent($0)) of them" }
        ?? ""
      return "The model finds \(target) with an F1 of \(MetricLines.figure(f1)) on \(samples)\(all)."
    case .regression:
      let each = result.targets(result.evaluated)
      if !each.isEmpty { return Self.sentence(ofTargets: each, samples) }
      guard let error = value("rmse") else { break }
      let share = value("r2").map {
        $0.value > 2 * ($0.standardError ?? 0)
          ? "; it explains \(ConfusionChart.percent($0.value)) of the variance"
          : $0.value > 0
            ? "; whether that is better than the mean of all rows, so few rows do not tell"
            : "; the mean of all rows would be no worse"
      }
      return "The model predicts \(target) with a typical error of \(shortFigure(error.value, digits: 3)) "
        + "(root mean square) on \(samples)\(share ?? "")."
    }
    return "The model was trained on \(grouped(result.trainingCount)) samples of \(result.name)."
  }

  private static let mostNamed = 4

  /// The sentences on several numbers: an error of all of them would be in no unit.
  private static func sentence(ofTargets targets: [TargetMetrics], _ samples: String) -> String {
    let parts = targets.prefix(mostNamed).map { target -> String in
      let error = target.metrics["rmse"].map {
        "a typical error (root mean square) of \(shortFigure($0.value, digits: 3))"
      }
      let share = target.metrics["r2"].map {
        $0.value > 2 * ($0.standardError ?? 0)
          ? "\(ConfusionChart.percent($0.value)) of its variance explained"
          : "no better than its mean, as far as these rows tell"
      }
      let said = [error, share].compactMap { $0 }
      return "“\(target.name)”" + (said.isEmpty ? "" : " with \(said.joined(separator: ", "))")
    }
    let rest = targets.count - parts.count
    return "The model predicts \(targets.count) numbers on \(samples): "
      + (parts + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "; ") + "."
  }

  /// The least share that is right of new samples where all of so many were, 95 % confident (Clopper and Pearson 1934).
  private static func leastShare(ofAll count: Int) -> Double {
    Mathematics.exp(Mathematics.log(0.05) / Double(max(count, 1)))
  }

  /// `97.6 % (± 0.4)`
  private static func percent(_ metric: MetricValue) -> String {
    let decimals = findDecimals(metric.standardError)
    let share = metric.value == 1 ? "all" : fixed(metric.value * 100, decimals) + " %"
    guard let error = metric.standardError, error > 0, metric.value != 1 else { return share }
    return "\(share) (± \(fixed(error * 100, decimals)))"
  }

  /// As many as the standard error, in percent, is known to.
  private static func findDecimals(_ error: Double?) -> Int {
    guard let error, error > 0 else { return 1 }
    return error * 100 >= 2.95 ? 0 : error * 100 >= 0.095 ? 1 : 2
  }

  /// Returns the name of what is predicted.
  private static func target(_ result: RunResult) -> String {
    switch result.data {
    case .images(_, let targets, _, _):
      if case .values(let names) = targets { return "“\(names[0])” of an image" }
      return "the class of an image"
    case .text: return "the next character"
    case .table(let summary, _):
      if result.task == .multiLabel { return "the labels" }
      let named = summary.target.map { summary.columns[$0.index].name }
      return named.map { "“\($0)”" } ?? "the target"
    case .other: return "the target"
    }
  }

  private static func samples(_ result: RunResult) -> String {
    let noun =
      switch result.data {
      case .images: "image"
      case .text: "character"
      case .table, .other: "row"
      }
    let number = result.evaluatedCount * result.positions
    let count = "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    switch result.evaluated {
    case .test: return "\(count) that it has never seen"
    case .validation: return "\(count) set aside for validation"
    case .training:
      return "\(result.evaluatedCount < result.trainingCount ? "" : "the ")\(count) that it was trained on"
    }
  }

  private static func remarks(_ result: RunResult) -> [String] {
    var remarks: [String] = []
    if result.task == .classification, let share = result.mostFrequentShare {
      let accuracy = result.standardMetrics(result.evaluated)["accuracy"]
      let lead = (accuracy?.value ?? 1) - share
      remarks.append(
        "Always predicting the most frequent class would be right for \(ConfusionChart.percent(share)) of them"
          + (lead <= 0
            ? ": the model is no better than that."
            : lead < 2 * (accuracy?.standardError ?? 0)
              ? ": the difference to the model is within chance." : "."))
    }
    switch result.evaluated {
    case .test: break
    case .validation:
      if result.kept.isValidationOptimistic {
        remarks.append("The epoch was chosen by these very rows: on new ones expect somewhat less.")
      }
    case .training:
      remarks.append("Nothing was set aside: this does not say how the model does on new data.")
    }
    if result.evaluated == .test, let gap = gap(result) { remarks.append(gap) }
    if result.epochs > 1 {
      remarks.append(
        "Trained for \(counted(result.epochs, "epoch")). Weights kept: \(result.kept.clause(of: result.epochs))."
          + (result.kept.isValidationOptimistic && result.evaluated != .validation
            ? " The validation rows chose them, so their own figures are optimistic." : ""))
    }
    if let reason = result.stopReason { remarks.append("Training ended early: \(reason).") }
    let ill = result.findings.filter { $0.level != .ok }
    remarks.append(
      ill.isEmpty
        ? (result.findings.isEmpty
          ? "No doctor has looked at this training: apus check --config \(result.folder)/config.yaml does."
          : result.findings.count == 1
            ? "The doctor’s only check is OK."
            : "The doctor’s \(result.findings.count) checks are all OK.")
        : "The doctor points out: " + ill.map { "\($0.name) (\($0.result.figure))" }.joined(separator: "; ")
          + ".")
    return remarks
  }

  /// Training beside test, in the metric that matters: a difference of less than two standard errors is none.
  private static func gap(_ result: RunResult) -> String? {
    let name: String
    switch result.task {
    case .classification: name = "accuracy"
    case .multiLabel: name = "microF1"
    // An error of several numbers is in no unit.
    case .regression: name = result.targets(.test).isEmpty ? "rmse" : "r2"
    }
    guard let training = result.standardMetrics(.training)[name],
      let test = result.standardMetrics(.test)[name]
    else { return nil }
    let figure =
      name == "accuracy"
      ? ConfusionChart.percent(training.value) : shortFigure(training.value, digits: 3)
    // An error is worse where it is larger.
    let lead = name == "rmse" ? test.value - training.value : training.value - test.value
    let own = Self.error(training, result.trainingCount * result.positions)
    let other = Self.error(test, result.evaluatedCount * result.positions)
    let error = (own * own + other * other).squareRoot()
    let isClear = lead > 2 * error
    let isLarge = name == "rmse" ? lead > 0.2 * training.value : lead > 0.05
    let subject =
      name == "r2"
      ? "the mean R² of the targets is \(shortFigure(test.value, digits: 3)) here, and on the training rows"
      : "on the training rows it is"
    return subject.prefix(1).uppercased() + subject.dropFirst() + " \(figure)"
      + (isClear && isLarge
        ? ": much better than on new ones, so part of it was learned by heart."
        : isClear ? ", somewhat better than on new ones." : ", no more different than chance allows.")
  }

  /// The standard error; of no mistakes in n samples it is not 0 (Agresti and Coull 1998).
  private static func error(_ metric: MetricValue, _ count: Int) -> Double {
    guard metric.name == "accuracy", count > 0 else { return metric.standardError ?? 0 }
    let n = Double(count) + 4
    let p = (metric.value * Double(count) + 2) / n
    return max(metric.standardError ?? 0, (p * (1 - p) / n).squareRoot())
  }
}
