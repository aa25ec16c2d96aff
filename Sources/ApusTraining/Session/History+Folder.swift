public import ApusCore

extension History {
  /// The epochs of a run, read from its folder.
  ///
  /// - Throws: when there is no `history.csv`, or it is none that a run wrote.
  public init(ofRun folder: String) throws {
    let path = "\(folder)/history.csv"
    guard Files.exists(path) else {
      throw ApusError(
        "there is no history.csv", at: folder, expected: "the folder of a run that is done",
        fix: "train one with apus train, or go on with --resume")
    }
    do {
      try self.init(csv: FileBytes.text(of: path))
      kept = try KeptWeights(ofRun: folder)
    } catch let error as ApusError {
      throw error.at(path)
    }
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

extension KeptWeights {
  /// What a run's object says of its weights; nil where it says nothing.
  fileprivate init?(ofRun folder: String) throws {
    let path = "\(folder)/run.json"
    guard Files.exists(path), let kept = try StrictJSON.parse(FileBytes.text(of: path), name: path)["kept"],
      kept != .null
    else { return nil }
    self = try JSONCoding.decode(KeptWeights.self, from: kept, name: path)
  }
}
