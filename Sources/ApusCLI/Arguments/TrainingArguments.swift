#if Command
  import Apus
  import ArgumentParser

  /// How the network is trained.
  struct TrainingArguments: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the training rows.", valueName: "n"))
    var epochs: Int?

    @Option(
      parsing: .unconditional, help: ArgumentHelp("Steps altogether, in the place of epochs.", valueName: "n")
    )
    var steps: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows in a step.", valueName: "n"))
    var batch: Int?

    @Option(
      help: ArgumentHelp(
        "How steps are made: \(list(Optimizers.table)); parameters as in 'adam(beta1: 0.8)'.",
        valueName: "name"),
      completion: .list(Optimizers.table.names))
    var optimizer: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How far a step goes.", valueName: "x"))
    var learningRate: Double?

    @Option(
      help: ArgumentHelp(
        "How the rate changes: \(list(Schedules.table)), one after the other as in 'warmup(100), cosine'.",
        valueName: "names"),
      completion: .list(Schedules.table.names))
    var schedule: String?

    @Option(
      help: ArgumentHelp("What is made small: \(list(Losses.table)).", valueName: "name"),
      completion: .list(Losses.table.names))
    var loss: String?

    @Option(
      parsing: .unconditional, help: ArgumentHelp("λ of λ/2 ‖w‖², for weights, not biases.", valueName: "x"))
    var l2: Double?

    @Option(
      parsing: .unconditional, help: ArgumentHelp("λ of λ Σ|w|, for weights, not biases.", valueName: "x"))
    var l1: Double?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("The weights into a unit are scaled down to this norm.", valueName: "x"))
    var maxNorm: Double?

    @Option(
      parsing: .unconditional, help: ArgumentHelp("Gradients are scaled down to this norm.", valueName: "x"))
    var clipNorm: Double?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Each element of the gradients is limited to ± this.", valueName: "x"))
    var clipValue: Double?

    @Option(
      help: ArgumentHelp(
        "What is done at random to training images: \(list(Augmentations.table)), one after the other as in "
          + "'shift(2), affine'.",
        valueName: "names"),
      completion: .list(Augmentations.table.names))
    var augment: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Batches whose gradients are averaged before each update.", valueName: "n"))
    var accumulate: Int?

    @Option(
      help: ArgumentHelp(
        "How the model is an average: \(list(EnsembleMethods.table)), as in 'seeds(5)'.", valueName: "name"),
      completion: .list(EnsembleMethods.table.names))
    var ensemble: String?

    @Option(
      help: ArgumentHelp(
        "A layer or parameter that stays as it is, by its path as in 0 or 2.bias; may be given again.",
        valueName: "path"))
    var freeze: [String] = []

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Stop after so many epochs without a better validation loss; 0 never.", valueName: "n"))
    var earlyStopping: Int?

    @Option(
      help: ArgumentHelp(
        "Which epoch's weights are kept: the best has the lowest validation loss. (default: best)",
        valueName: "epoch"))
    var keep: KeptEpoch?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Decides the split, the first weights, the order and the dropout. (default: 0)", valueName: "n"))
    var seed: UInt64?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Steps from one checkpoint to the next; by time when not given.", valueName: "steps")
    )
    var checkpointEvery: Int?

    private static func list<Item>(_ table: NameTable<Item>) -> String { table.names.joined(separator: ", ") }

    func check() throws(ApusError) {
      try Checked.count(epochs, "--epochs", from: 1)
      try Checked.count(steps, "--steps", from: 1)
      guard epochs == nil || steps == nil else {
        throw ApusError("--epochs says how long to train too", at: "--steps", fix: "give one of the two")
      }
      try Checked.count(batch, "--batch", from: 1)
      try Checked.number(learningRate, "--learning-rate", from: 0)
      try Checked.number(l2, "--l2", from: 0)
      try Checked.number(l1, "--l1", from: 0)
      try Checked.number(maxNorm, "--max-norm", from: 1e-30)
      try Checked.number(clipNorm, "--clip-norm", from: 1e-30)
      try Checked.number(clipValue, "--clip-value", from: 1e-30)
      try Checked.count(accumulate, "--accumulate", from: 1, to: 1 << 20)
      try Checked.count(earlyStopping, "--early-stopping", from: 0)
      try Checked.count(checkpointEvery, "--checkpoint-every", from: 1)
      if let optimizer { _ = try Checked.item(optimizer, "--optimizer", in: Optimizers.table) }
      if let schedule { _ = try Checked.items(schedule, "--schedule", in: Schedules.table) }
      if let augment { _ = try Checked.items(augment, "--augment", in: Augmentations.table) }
      if let ensemble { _ = try Checked.item(ensemble, "--ensemble", in: EnsembleMethods.table) }
      if let loss { _ = try Checked.item(loss, "--loss", in: Losses.table) }
    }

    func write(to training: inout TrainingConfiguration) {
      if let epochs { (training.epochs, training.steps) = (epochs, nil) }
      if let steps { (training.steps, training.epochs) = (steps, nil) }
      if let batch { training.batch = batch }
      if let optimizer { training.optimizer = try? Checked.item(optimizer, "", in: Optimizers.table) }
      if let learningRate { training.learningRate = learningRate }
      if let schedule, let items = try? Checked.items(schedule, "", in: Schedules.table) {
        training.schedule = items.count == 1 ? items[0] : .array(items)
      }
      if let loss { training.loss = try? Checked.item(loss, "", in: Losses.table) }
      if let ensemble { training.ensemble = try? Checked.item(ensemble, "", in: EnsembleMethods.table) }
      if let augment { training.augment = try? Checked.items(augment, "", in: Augmentations.table) }
      if let l2 { training.l2 = l2 }
      if let l1 { training.l1 = l1 }
      if let maxNorm { training.maxNorm = maxNorm }
      if let clipNorm { training.clipNorm = clipNorm }
      if let clipValue { training.clipValue = clipValue }
      if let accumulate { training.accumulate = accumulate }
      if !freeze.isEmpty { training.groups = freeze.map { .frozen($0) } + (training.groups ?? []) }
      if let earlyStopping { training.earlyStopping = earlyStopping }
      if let keep { training.keep = keep }
      if let seed { training.seed = seed }
      if let checkpointEvery { training.checkpointEvery = checkpointEvery }
    }
  }
#endif
