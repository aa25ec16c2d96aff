import ApusCore
import ApusNN

extension Recipe {
  /// The threshold that the probability of a label, or of the second of two classes, must exceed to be predicted.
  public enum DecisionThreshold: Sendable, Equatable {
    /// The threshold with the highest F1 on the validation rows, for each label its own.
    case auto
    case fixed(Double)
  }
}

extension SettingKind where Value == Recipe.DecisionThreshold {
  static var threshold: SettingKind {
    let number = SettingKind<Double>.number()
    return SettingKind(
      SettingForm(.number, "p", expected: "a number, or auto") { (texts) throws(ApusError) in
        texts.last == "auto" ? .string("auto") : try number.form.parse(texts)
      },
      read: { (json) throws(ApusError) in
        if json == .string("auto") { return .auto }
        do throws(ApusError) {
          return .fixed(try number.read(json, .standard))
        } catch {
          throw ApusError(error.problem, expected: "a number, or auto")
        }
      },
      write: { value in
        switch value {
        case .auto: .string("auto")
        case .fixed(let number): .double(number)
        }
      })
  }
}

extension EvaluatedSamples {
  /// For each label, or for the second of two classes, the threshold with the highest F1, midway between two scores; the
  /// lower one of several. Empty for other targets.
  ///
  /// - Returns: nil at a label that no sample has.
  public func bestThresholds() -> [Double?] {
    let decisions = decisions()
    guard isMultiLabel || (decisions.count == 1 && !isSequence) else { return [] }
    return decisions.map { Self.best($0) }
  }

  /// Returns the thresholds with the highest F1; where there is none, because no sample has the label, what holds without one.
  package func chosenThresholds() -> [Double] {
    bestThresholds().enumerated().map { output, best in
      // Of two outputs that are scores, the second's lead over the first counts.
      best ?? (width == 2 && !isMultiLabel && kind != .probabilities ? 0 : limit(of: output))
    }
  }

  private static func best(_ decisions: Decisions) -> Double? {
    let scores = decisions.scores
    let weights = decisions.weights ?? Array(repeating: 1, count: scores.count)
    let positives = zip(decisions.truth, weights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
    guard positives > 0, scores.allSatisfy({ !$0.isNaN }) else { return nil }
    // From the highest score down, each one more is predicted.
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var (found, predicted) = (0.0, 0.0)
    var best = (f1: -1.0, threshold: 0.5)
    for (place, index) in order.enumerated() {
      predicted += weights[index]
      if decisions.truth[index] { found += weights[index] }
      let next = place + 1 < order.count ? scores[order[place + 1]] : nil
      guard next != scores[index] else { continue }
      let f1 = 2 * found / (predicted + positives)
      guard f1 >= best.f1 else { continue }
      // Where all are predicted, as far below the lowest score as its distance from 0.
      best = (f1, next.map { ($0 + scores[index]) / 2 } ?? scores[index] - abs(scores[index]) / 2)
    }
    return best.threshold
  }
}
