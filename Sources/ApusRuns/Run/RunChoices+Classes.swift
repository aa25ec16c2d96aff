import ApusCore
import ApusData
import ApusNN
import ApusTraining

extension RunChoices {
  /// Checks what is asked of decisions and of metrics.
  ///
  /// - Throws: for a metric that the targets don't have; for a threshold that decides nothing, or that nobody can choose.
  static func checkDecisions(
    _ recipe: Recipe, _ loss: any Loss, _ data: RunData, _ given: RunConfiguration
  ) throws(ApusError) {
    let targets = data.training.targets
    if let metrics = recipe.metrics {
      do throws(ApusError) {
        try Metrics.check(metrics, for: targets, isSequence: data.isText, loss.predictions)
      } catch {
        throw error.at(given.origin(of: "training.metrics") ?? "training.metrics")
      }
    }
    guard let threshold = recipe.threshold else { return }
    let place = given.origin(of: "training.threshold") ?? "training.threshold"
    let decides: Bool =
      switch targets {
      case .classes(let names): names.count == 2 && !data.isText
      case .labels: true
      case .values: false
      }
    guard decides else {
      throw ApusError(
        "a threshold is given, and the target is \(data.isText ? "the next character" : targets.words)",
        at: place, expected: "two classes, or labels", fix: "leave it out")
    }
    switch threshold {
    case .auto:
      guard data.validation != nil else {
        throw ApusError(
          "auto takes what is best on the validation rows, and there are none", at: place,
          fix: "give a number, or set rows aside with --validation 0.1")
      }
    case .fixed(let value):
      guard loss.predictions != .probabilities || (0...1).contains(value) else {
        throw ApusError(
          "\(shortText(value)) is no probability", at: place, expected: "a number from 0 to 1, or auto")
      }
    }
  }

  /// Returns the weight of a row of each class; nil where nothing is asked for.
  ///
  /// - Throws: when the targets are not classes, or a class isn't known.
  static func classWeights(
    _ recipe: Recipe, _ data: RunData, _ given: RunConfiguration
  ) throws(ApusError) -> [Double]? {
    guard let asked = recipe.classWeights else { return nil }
    let place = given.origin(of: "training.classWeights") ?? "training.classWeights"
    guard case .classes(let names) = data.training.targets, let counts = data.training.classWeights() else {
      throw ApusError(
        "weights of classes, and the target is \(data.isText ? "the next character" : data.training.targets.words)",
        at: place, expected: "a target of classes",
        fix: "leave them out; --weights names a column that says how much each row counts")
    }
    do throws(ApusError) {
      return try asked.values(names, counts: counts)
    } catch {
      throw error.at(place)
    }
  }
}
