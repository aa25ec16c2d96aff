import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// The metric by which a search's trials are judged.
struct SearchMetric: Sendable {
  /// The name of its values.
  let name: String
  /// nil is the mean loss.
  let metric: (any Metric)?

  var isBetterWhenLarger: Bool { metric?.isBetterWhenLarger ?? false }

  /// - Throws: when there is no such metric, with the nearest.
  init(_ search: SearchConfiguration) throws(ApusError) {
    let text = search.metric ?? MeanLoss.name
    guard text != MeanLoss.name else {
      (name, metric) = (text, nil)
      return
    }
    do throws(ApusError) {
      let items = try CallSyntax.parse(text, in: Metrics.table)
      guard items.count == 1 else { throw ApusError("\(items.count) metrics", expected: "one") }
      let metric = try Metrics.metric(items[0])
      (name, self.metric) = (metric.valueName, metric)
    } catch {
      let known = [MeanLoss.name] + Metrics.table.names
      let fix = error.fix ?? Spelling.suggestion(for: text, in: known)
      throw ApusError(
        error.problem, at: "search.metric", expected: known.joined(separator: ", "), fix: fix)
    }
  }

  /// A metric that the trials don't have is refused before the first of them, and not after the last.
  ///
  /// - Throws: for a metric that such targets or such a loss don't have.
  func check(on plan: RunPlan) throws(ApusError) {
    guard let metric else { return }
    do throws(ApusError) {
      try Metrics.check(
        [metric], for: plan.data.training.targets, isSequence: plan.isText, plan.choices.loss.predictions)
    } catch {
      throw error.at("search.metric")
    }
    guard plan.data.validation != nil else {
      throw ApusError(
        "trials are judged by validation rows, and there are none", at: "search.metric",
        fix: "set rows aside with --validation 0.1")
    }
  }

  func isBetter(_ a: Double, _ b: Double) -> Bool {
    if a.isNaN || b.isNaN { return !a.isNaN }
    return isBetterWhenLarger ? a > b : a < b
  }

  /// The best first.
  func ranked(_ trials: [Search.Trial]) -> [Search.Trial] {
    trials.sorted { a, b in
      // More epochs first: a score after a part of them is no match.
      if a.scores.count != b.scores.count { return a.scores.count > b.scores.count }
      let (x, y) = (a.score ?? .nan, b.score ?? .nan)
      return x == y || (x.isNaN && y.isNaN) ? a.number < b.number : isBetter(x, y)
    }
  }
}
