public import ApusCore

extension History {
  /// A line for each epoch, under the names of the columns.
  public var csv: String { History.csv([self]) }

  /// The same for several trainings, one after the other, with the training's number, counted from 1, in the first column.
  package static func csv(_ histories: [History]) -> String {
    let epochs = histories.flatMap(\.epochs)
    // One that isn't defined after an epoch, as of a class that nobody predicts, is left empty there.
    var names: [String] = []
    for name in epochs.lazy.flatMap(\.validation).map(\.name) where !names.contains(name) {
      names.append(name)
    }
    let counts = epochs.contains { $0.mistakes != nil } ? ["mistakes"] : []
    let member = histories.count > 1 ? ["member"] : []
    var lines = [
      (member + ["epoch", "step", "rate", "training_loss"] + counts + names.map { "validation_\($0)" })
        .joined(separator: ",")
    ]
    for (number, history) in histories.enumerated() {
      for record in history.epochs {
        let fields =
          member.map { _ in "\(number + 1)" }
          + ["\(record.epoch)", "\(record.step)", "\(record.rate)", "\(record.trainingLoss)"]
          + counts.map { _ in record.mistakes.map { "\($0)" } ?? "" }
        lines.append(
          (fields + names.map { name in record.validation(name).map { "\($0)" } ?? "" })
            .joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads what ``csv`` writes. The best epoch is the first with the smallest validation loss, or with the fewest mistakes
  /// where there are no validation rows.
  ///
  /// - Throws: when a column is missing or a number is none, with the line.
  public init(csv: String) throws(ApusError) { self = try History.all(csv: csv).last ?? History() }

  /// Reads the histories of one or several trainings.
  ///
  /// - Throws: when a column is missing or a number is none, with the line.
  package static func all(csv: String) throws(ApusError) -> [History] {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let names = (lines.first ?? []).map(String.init)
    guard let epoch = names.firstIndex(of: "epoch"), let step = names.firstIndex(of: "step"),
      let rate = names.firstIndex(of: "rate"), let loss = names.firstIndex(of: "training_loss")
    else {
      throw ApusError("not a history", expected: "the columns epoch, step, rate and training_loss")
    }
    let mistakes = names.firstIndex(of: "mistakes")
    let member = names.firstIndex(of: "member")
    let prefix = "validation_"
    let metrics = names.indices.filter { names[$0].hasPrefix(prefix) }
    var histories = [History()]
    for (number, fields) in lines.enumerated().dropFirst() {
      guard fields.count == names.count, let epoch = Int(fields[epoch]), let step = Int(fields[step]),
        let rate = Double(fields[rate]), let loss = Double(fields[loss]),
        let member = member.map({ Int(fields[$0]) }) ?? 1, (1...1 << 20).contains(member)
      else { throw ApusError("line \(number + 1) is damaged", expected: "\(names.count) numbers") }
      while histories.count < member { histories.append(History()) }
      histories[member - 1].epochs.append(
        History.Epoch(
          epoch: epoch, step: step, rate: rate, trainingLoss: loss,
          validation: metrics.compactMap { column in
            Double(fields[column]).map {
              MetricValue(name: String(names[column].dropFirst(prefix.count)), value: $0)
            }
          },
          mistakes: mistakes.flatMap { Int(fields[$0]) }))
    }
    for number in histories.indices { histories[number].findBest() }
    return histories
  }

  private mutating func findBest() {
    let judged = epochs.compactMap { record in
      (record.validation("loss") ?? record.mistakes.map { Double($0) }).map { (record.epoch, $0) }
    }
    bestEpoch = judged.min { $0.1 < $1.1 }?.0
  }
}
