public import ApusCore

extension History {
  /// One row an epoch, for `history.csv`.
  public var csv: String {
    let names = epochs.first?.validation.map(\.name) ?? []
    let counts = epochs.contains { $0.mistakes != nil } ? ["mistakes"] : []
    var lines = [
      (["epoch", "step", "rate", "training_loss"] + counts + names.map { "validation_\($0)" }).joined(
        separator: ",")
    ]
    for record in epochs {
      let fields =
        ["\(record.epoch)", "\(record.step)", "\(record.rate)", "\(record.trainingLoss)"]
        + counts.map { _ in record.mistakes.map { "\($0)" } ?? "" }
      lines.append(
        (fields + names.map { name in record.validation(name).map { "\($0)" } ?? "" }).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// - Parameter csv: as ``csv`` writes it. The best epoch is the first with the smallest validation loss, or with the
  ///   fewest mistakes where there are no validation rows.
  /// - Throws: when a column is missing or a number is none, with the line.
  public init(csv: String) throws(ApusError) {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let names = (lines.first ?? []).map(String.init)
    guard let epoch = names.firstIndex(of: "epoch"), let step = names.firstIndex(of: "step"),
      let rate = names.firstIndex(of: "rate"), let loss = names.firstIndex(of: "training_loss")
    else {
      throw ApusError("not a history", expected: "the columns epoch, step, rate and training_loss")
    }
    let mistakes = names.firstIndex(of: "mistakes")
    let prefix = "validation_"
    let metrics = names.indices.filter { names[$0].hasPrefix(prefix) }
    self.init()
    for (number, fields) in lines.enumerated().dropFirst() {
      guard fields.count == names.count, let epoch = Int(fields[epoch]), let step = Int(fields[step]),
        let rate = Double(fields[rate]), let loss = Double(fields[loss])
      else { throw ApusError("line \(number + 1) is damaged", expected: "\(names.count) numbers") }
      epochs.append(
        EpochRecord(
          epoch: epoch, step: step, rate: rate, trainingLoss: loss,
          validation: metrics.compactMap { column in
            Double(fields[column]).map {
              MetricValue(name: String(names[column].dropFirst(prefix.count)), value: $0)
            }
          },
          mistakes: mistakes.flatMap { Int(fields[$0]) }))
    }
    let judged = epochs.compactMap { record in
      (record.validation("loss") ?? record.mistakes.map { Double($0) }).map { (record.epoch, $0) }
    }
    bestEpoch = judged.min { $0.1 < $1.1 }?.0
  }
}
