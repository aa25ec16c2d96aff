public import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// A linear model's rule in the columns' own units, and how good a rule it is (A1–A5).
public struct LinearReading: Sendable {
  /// A part of a rule: weight · name.
  public struct Term: Sendable, Equatable {
    public var name: String
    public var weight: Double
    /// The weight times the standard deviation of what it multiplies: how much the term moves the score.
    public var effect: Double
    /// The weight times the mean of what it multiplies: how large the term is.
    public var size: Double
  }

  /// Σ weight · column + intercept.
  public struct Rule: Sendable, Equatable {
    /// The class, the label or the target that it is about.
    public var name: String
    /// The class where the rule is not above 0; nil where that is not what the rule decides.
    public var otherwise: String?
    /// Those of the largest effect first.
    public var terms: [Term]
    public var intercept: Double
  }

  /// The kind of decision that the rules make.
  public enum Decision: String, Sendable {
    /// The rule is the value.
    case value
    /// The class or label applies where its rule is above 0.
    case sign
    /// The class of the largest rule.
    case largest
  }

  public var decision: Decision
  /// Empty where the columns' units are not known: of images.
  public var rules: [Rule] = []
  /// ‖w‖ of the weights that training changes, those of standardized columns.
  public var weightNorm: Double
  public var weightCount: Int
  /// Weights that are exactly 0.
  public var zeroCount: Int
  /// λ of λ/2 ‖w‖² beside the mean loss.
  public var l2: Double
  /// λ of λ Σ |w| beside the mean loss.
  public var l1: Double
  /// The smallest distance of a training row from the boundary that it is on the right side of, in standard deviations
  /// of the columns; nil where a row is on the wrong side.
  public var margin: Double?
  /// √(Σ (y − t)² / (n − rank)) over the n training rows, in units of the target; where they have weights
  /// √(Σ w (y − t)² / Σ w · n / (n − rank)), n those of weight above 0.
  public var residualDeviation: Double?
  /// The distance of training from the closed form, both with the rows' weights.
  public var closedForm: ClosedForm?
  /// The perceptron's conclusion about the data, or what to mind.
  public var conclusion: String?

  /// The least value of the training loss with its penalty, beside what training came to.
  public struct ClosedForm: Sendable, Equatable {
    public var loss: Double
    public var trained: Double
    /// The number of coefficients that the rows decide.
    public var rank: Int
    /// The coefficients of an output, with the constant.
    public var coefficients: Int
    public var condition: Double
    /// A Boolean value that indicates whether it is what the model has, so that nothing was trained.
    public var isSolution = false
    /// (trained − loss) / loss.
    public var gap: Double { loss > 0 ? (trained - loss) / loss : trained - loss }
  }
}

extension LinearReading {
  /// - Returns: nil where the network is not a single dense layer.
  init?(
    _ model: Model, _ training: any Dataset, _ settings: TrainingSettings, _ history: History,
    isSolved: Bool = false
  ) {
    guard let scores = LinearScores(model, on: training) else { return nil }
    let scales = (0..<scores.outputs).map { model.objective?.scale(of: $0) ?? TargetScale() }
    weightNorm = Self.norm(scores.weights)
    weightCount = scores.weights.count
    zeroCount = scores.weights.count { $0 == 0 }
    l2 = settings.regularization.l2
    l1 = settings.regularization.l1 + ((settings.optimizer as? ProximalDescent)?.l1 ?? 0)
    let names: [String]
    switch training.targets {
    case .classes(let classes): (names, decision) = (classes, scores.outputs <= 2 ? .sign : .largest)
    case .labels(let labels): (names, decision) = (labels, .sign)
    case .values(let values): (names, decision) = (values, .value)
    }
    guard let loss = model.objective?.loss else { return nil }
    let threshold = Self.threshold(loss)
    if case .classes = training.targets {
      margin = Self.margin(scores, threshold)
      conclusion = Self.conclusion(loss, history, self, classes: names.count, rows: scores.rows)
    }
    closedForm = Self.closedForm(scores, loss, l2: l2, l1: l1)
    closedForm?.isSolution = isSolved
    if decision == .value, scores.outputs == 1 {
      let squares = (0..<scores.rows).reduce(0.0) { sum, row in
        let residual = scores.scores(row)[0] - Double(scores.values[row])
        return sum + scores.weight(ofRow: row) * residual * residual
      }
      let rows = scores.rowWeights?.count { $0 > 0 } ?? scores.rows
      let free = rows - (closedForm?.rank ?? scores.columns + 1)
      // With weights, what the sum would be if each row counted once.
      let sum = scores.rowWeights == nil ? squares : squares / scores.totalWeight * Double(rows)
      residualDeviation = free > 0 ? (sum / Double(free)).squareRoot() * scales[0].deviation : nil
    }
    if case .table(let table)? = model.preprocessing {
      if table.steps.isEmpty {
        rules = Self.rules(scores, table.featureUnits, names, decision, scales, threshold, training.targets)
      } else if let products = ProductUnits(table, scores) {
        rules = Self.rules(scores, products, names, decision, scales, threshold, training.targets)
      }
      if conclusion == nil, l2 == 0, l1 == 0 { conclusion = dependence(table) }
    }
  }

  /// Returns the threshold that a score must exceed.
  private static func threshold(_ loss: any Loss) -> Double {
    if case .scores(let threshold) = loss.predictions { Double(threshold) } else { 0 }
  }

  // MARK: Rules

  private static func rules(
    _ scores: LinearScores, _ units: [FeatureUnits], _ names: [String], _ decision: Decision,
    _ scales: [TargetScale], _ threshold: Double, _ targets: TargetKind
  ) -> [Rule] {
    guard units.count == scores.columns else { return [] }
    let deviations = scores.deviations
    return rules(scores, names, decision, scales, threshold, targets) { weights, bias in
      var intercept = bias
      var terms: [Term] = []
      for ((unit, weight), deviation) in zip(zip(units, weights), deviations) {
        intercept -= weight * unit.mean / unit.deviation
        terms.append(
          Term(
            name: unit.term, weight: weight / unit.deviation, effect: weight * deviation,
            size: weight * unit.mean / unit.deviation))
      }
      return (terms, intercept)
    }
  }

  private static func rules(
    _ scores: LinearScores, _ products: ProductUnits, _ names: [String], _ decision: Decision,
    _ scales: [TargetScale], _ threshold: Double, _ targets: TargetKind
  ) -> [Rule] {
    rules(scores, names, decision, scales, threshold, targets) { products.terms(of: $0, bias: $1) }
  }

  /// - Parameter terms: of an output's weights and bias, in the columns' own units.
  private static func rules(
    _ scores: LinearScores, _ names: [String], _ decision: Decision, _ scales: [TargetScale],
    _ threshold: Double,
    _ targets: TargetKind, terms: ([Double], Double) -> (terms: [Term], intercept: Double)
  ) -> [Rule] {
    func rule(_ name: String, _ otherwise: String?, _ weights: [Double], _ bias: Double) -> Rule {
      let (terms, intercept) = terms(weights, bias)
      let ranked = terms.enumerated().sorted {
        (-abs($0.element.effect), $0.offset) < (-abs($1.element.effect), $1.offset)
      }
      return Rule(name: name, otherwise: otherwise, terms: ranked.map(\.element), intercept: intercept)
    }
    switch (targets, scores.outputs) {
    case (.classes, 1):
      return [rule(names[1], names[0], scores.weights(of: 0), scores.bias[0] - threshold)]
    case (.classes, 2):
      // Two scores decide by their difference.
      let weights = zip(scores.weights(of: 1), scores.weights(of: 0)).map { $0 - $1 }
      return [rule(names[1], names[0], weights, scores.bias[1] - scores.bias[0])]
    case (.classes, _):
      return names.indices.map { rule(names[$0], nil, scores.weights(of: $0), scores.bias[$0]) }
    case (.labels, _):
      return names.indices.map { rule(names[$0], nil, scores.weights(of: $0), scores.bias[$0] - threshold) }
    case (.values, _):
      return names.indices.map { output in
        let scale = scales[output]
        var rule = rule(names[output], nil, scores.weights(of: output), scores.bias[output])
        for index in rule.terms.indices {
          rule.terms[index].weight *= scale.deviation
          rule.terms[index].effect *= scale.deviation
          rule.terms[index].size *= scale.deviation
        }
        rule.intercept = scale.mean + scale.deviation * rule.intercept
        return rule
      }
    }
  }

  // MARK: Figures

  /// The smallest distance of a row from its boundary, where every row is on its side.
  private static func margin(_ scores: LinearScores, _ threshold: Double) -> Double? {
    let norms = (0..<scores.outputs).map { output in
      (0..<scores.outputs).map { other in
        scores.outputs == 1
          ? norm(scores.weights)
          : norm(zip(scores.weights(of: output), scores.weights(of: other)).map { $0 - $1 })
      }
    }
    var least = Double.infinity
    for row in 0..<scores.rows where scores.weight(ofRow: row) > 0 {
      let values = scores.scores(row)
      let label = Int(scores.labels[row])
      if scores.outputs == 1 {
        least = min(least, (label == 1 ? 1 : -1) * (values[0] - threshold) / norms[0][0])
      } else {
        for other in values.indices where other != label {
          least = min(least, (values[label] - values[other]) / norms[label][other])
        }
      }
      guard least > 0 else { return nil }
    }
    return least.isFinite ? least : nil
  }

  private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  // MARK: Conclusions

  private static func conclusion(
    _ loss: any Loss, _ history: History, _ reading: LinearReading, classes: Int, rows: Int
  ) -> String? {
    if loss is any MistakeDriven, let best = history.bestEpoch, best <= history.epochs.count,
      let mistakes = history.epochs[best - 1].mistakes
    {
      let subject = classes > 2 ? "each class from the rest: " : ""
      return mistakes == 0
        ? "\(subject)linearly separable: no mistake since epoch \(best)"
        : "\(subject)not linearly separable in \(history.epochs.count) epochs: best so far \(mistakes) "
          + "mistake\(mistakes == 1 ? "" : "s") in \(rows) rows, epoch \(best)"
          + (history.kept?.rule == .pocket ? ", whose weights are kept" : "")
    }
    guard isLikelihood(loss), reading.margin != nil, reading.l2 == 0, reading.l1 == 0 else {
      return nil
    }
    let family = classes > 2 ? SoftmaxRegression.name : LogisticRegression.name
    return
      "the training rows are linearly separable: without λ the likelihood has no maximum, and ‖w‖ grows for as "
      + "long as training goes on; give λ as in --model '\(family)(lambda: 1)'"
  }

  /// A sentence on coefficients that the data leaves open; nil where there are none.
  private func dependence(_ table: TablePreprocessing) -> String? {
    // Beside the constant, one category of a column is told by the others.
    let groups =
      table.steps.isEmpty ? table.columns.filter { $0.kind == .category && $0.featureCount > 1 } : []
    let isDependent = closedForm.map { $0.rank < $0.coefficients } ?? !groups.isEmpty
    guard isDependent else { return nil }
    let missing = closedForm.map { "\($0.coefficients - $0.rank) of \($0.coefficients)" }
    let names =
      groups.prefix(3).map { "\"\($0.name)\"" }.joined(separator: ", ") + (groups.count > 3 ? ", …" : "")
    return "the coefficients are not unique"
      + (missing.map { ": \($0), with the constant, follow from the others" } ?? "")
      + (groups.isEmpty
        ? "" : "; the categories of \(names) add up to 1, so that only their differences mean something")
      + (closedForm?.isSolution == true ? "; of all that predict the same these are the shortest" : "")
  }

  private static func isLikelihood(_ loss: any Loss) -> Bool {
    loss is SoftmaxCrossEntropy || loss is BinaryCrossEntropy || loss is LogisticLoss
  }

  // MARK: Out

  /// The member `linear` of a run's object.
  public var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return .object([
      JSONMember("decision", .string(decision.rawValue)),
      JSONMember(
        "rules",
        .array(
          rules.map { rule in
            .object([
              JSONMember("name", .string(rule.name)),
              JSONMember("otherwise", rule.otherwise.map { .string($0) } ?? .null),
              JSONMember(
                "terms",
                .array(
                  rule.terms.map {
                    .object([JSONMember("name", .string($0.name)), JSONMember("weight", .double($0.weight))])
                  })),
              JSONMember("intercept", .double(rule.intercept)),
            ])
          })),
      JSONMember("weightNorm", .double(weightNorm)), JSONMember("zeroWeights", .integer(zeroCount)),
      JSONMember("weights", .integer(weightCount)), JSONMember("l2", .double(l2)),
      JSONMember("l1", .double(l1)),
      JSONMember("margin", number(margin)), JSONMember("residualDeviation", number(residualDeviation)),
      JSONMember(
        "closedForm",
        closedForm.map {
          .object([
            JSONMember("loss", .double($0.loss)), JSONMember("trained", .double($0.trained)),
            JSONMember("gap", .double($0.gap)), JSONMember("isSolution", .bool($0.isSolution)),
            JSONMember("rank", .integer($0.rank)),
            JSONMember("condition", .double($0.condition)),
          ])
        } ?? .null),
      JSONMember("verdict", conclusion.map { .string($0) } ?? .null),
    ])
  }
}
