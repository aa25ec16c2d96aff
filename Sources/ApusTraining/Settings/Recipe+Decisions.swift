package import ApusCore
package import ApusData
package import ApusNN

extension Recipe {
  /// Checks what is asked of decisions and of metrics.
  ///
  /// - Parameter origin: who said a setting, by its key in full.
  /// - Throws: for a metric that the targets don't have; for a threshold that decides nothing, or that nobody can choose.
  package func checkDecisions(
    on training: any Dataset, hasValidation: Bool, loss: any Loss, isText: Bool,
    origin: (String) -> String?
  ) throws(ApusError) {
    let targets = training.targets
    if let metrics {
      do throws(ApusError) {
        try Metrics.check(metrics, for: targets, isSequence: isText, loss.predictions)
      } catch {
        throw error.at(origin("training.metrics") ?? "training.metrics")
      }
    }
    guard let threshold else { return }
    let place = origin("training.threshold") ?? "training.threshold"
    let decides: Bool =
      switch targets {
      case .classes(let names): names.count == 2 && !isText
      case .labels: true
      case .values: false
      }
    guard decides else {
      throw ApusError(
        "a threshold is given, and the target is \(isText ? "the next character" : targets.words)",
        at: place, expected: "two classes, or labels", fix: "leave it out")
    }
    switch threshold {
    case .auto:
      guard hasValidation else {
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

  /// Returns the thresholds that the recipe fixes: one for each label, or one for the second of two classes.
  package func fixedThresholds(for targets: TargetKind) -> [Double] {
    guard case .fixed(let value)? = threshold else { return [] }
    if case .labels(let names) = targets { return Array(repeating: value, count: names.count) }
    return [value]
  }

  /// Returns the weight of a row of each class, or that of the loss of each label in the rows that have it; nil where nothing
  /// is asked for.
  ///
  /// - Throws: when the targets are neither classes nor labels, or a class isn't known.
  package func classWeights(
    on training: any Dataset, isText: Bool, origin: (String) -> String?
  ) throws(ApusError) -> [Double]? {
    guard let asked = classWeights else { return nil }
    let place = origin("training.classWeights") ?? "training.classWeights"
    do throws(ApusError) {
      switch training.targets {
      case .classes(let names):
        if let counts = training.classWeights() { return try asked.values(names, counts: counts) }
      case .labels(let names):
        let (counts, total) = Self.labelCounts(training, names.count)
        return try asked.labelValues(names, counts: counts, total: total)
      case .values: break
      }
    } catch {
      throw error.at(place)
    }
    throw ApusError(
      "weights of classes, and the target is \(isText ? "the next character" : training.targets.words)",
      at: place, expected: "a target of classes, or labels",
      fix: "leave them out; --weights names a column that says how much each row counts")
  }

  /// The rows with each label, and all rows: by their weights, where they have any.
  private static func labelCounts(
    _ dataset: any Dataset, _ labels: Int
  ) -> (counts: [Double], total: Double) {
    var counts = [Double](repeating: 0, count: labels)
    var (total, row) = (0.0, 0)
    let weights = dataset.weights
    for batch in dataset.batches(of: 1024) {
      let values = batch.arrays(hasInputs: false).values
      for start in stride(from: 0, to: values.count, by: labels) {
        let weight = weights.map { Double($0[row]) } ?? 1
        total += weight
        for label in 0..<labels where values[start + label] == 1 { counts[label] += weight }
        row += 1
      }
    }
    return (counts, total)
  }
}

extension Dataset {
  /// Returns the samples of each class, or the sums of their weights; nil where the targets are not classes, or there are no
  /// samples.
  package func classWeights() -> [Double]? {
    guard case .classes(let names) = targets, let labels = classLabels(), !labels.isEmpty else { return nil }
    let weights = weights
    var sums = [Double](repeating: 0, count: names.count)
    for (sample, label) in labels.enumerated() { sums[Int(label)] += weights.map { Double($0[sample]) } ?? 1 }
    return sums
  }
}
