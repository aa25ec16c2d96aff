import ApusCore
public import ApusData
public import ApusNN

/// Every setting of a training: the section `training` of a configuration. What is nil is chosen by whoever trains.
///
/// What each setting is, its range and its flag stand in ``settings``, and nowhere else. A new one is a property with its
/// line of the table, and its use.
///
/// ```swift
/// let recipe = Recipe(epochs: 50, optimizer: Adam(), learningRate: 1e-3)
/// ```
public struct Recipe: SettingGroup {
  public static let section = "training"

  public var epochs: Int?
  public var steps: Int?
  public var batch: Int?
  public var optimizer: (any Optimizer)?
  public var learningRate: Double?
  public var schedule: (any Schedule)?
  public var loss: (any Loss)?
  public var classWeights: Recipe.ClassWeights?
  public var metrics: [any Metric]?
  public var threshold: Recipe.DecisionThreshold?
  public var l2: Double?
  public var l1: Double?
  public var maxNorm: Double?
  public var clipNorm: Double?
  public var clipValue: Double?
  public var earlyStopping: Int?
  public var keep: Recipe.KeptEpoch?
  public var ensemble: (any EnsembleMethod)?
  public var augment: [any Augmentation]?
  public var prepare: (any InitializationPass)?
  public var freeze: [String]?
  public var groups: [ParameterGroup]?
  public var accumulate: Int?
  public var shards: Int?
  public var auxiliary: [String: Double]?
  public var goal: Double?
  public var shuffle: Bool?
  public var order: Recipe.Order?
  public var seed: UInt64?
  public var checkpointEvery: Int?

  public static let settings: [Setting<Recipe>] = [
    Setting(
      "epochs", \.epochs, .count(from: 0), "Passes over the training rows.",
      unlessGiven: "chosen from the number of rows", instead: [\.steps]),
    Setting(
      "steps", \.steps, .count(from: 1),
      "Steps in total, instead of epochs; the last epoch may be cut short.",
      instead: [\.epochs]),
    Setting(
      "batch", \.batch, .countOrAll, "Rows in a step; all takes all of them.",
      unlessGiven: "chosen from the number of rows"),
    Setting(
      "optimizer", \.optimizer,
      .item(Optimizers.table),
      "How gradients change the weights.", unlessGiven: "the model's"),
    Setting(
      "learningRate", \.learningRate, .number(from: 0), "The step size.",
      unlessGiven: "the model's, or the optimizer's"),
    Setting(
      "schedule", \.schedule,
      .sequence("schedule", Schedules.table.names, read: Schedules.schedule) { $0 },
      "How the learning rate changes, by one schedule or several in turn.",
      unlessGiven: "cosine; constant with a rate of your own"),
    Setting(
      "loss", \.loss,
      .item(Losses.table),
      "The loss to minimize.",
      unlessGiven: "by the task"),
    Setting(
      "classWeights", \.classWeights, .classWeights,
      "How much the rows of each class, or with each label, count in the loss: balanced, or as in '{yes: 3}'.",
      unlessGiven: "each row counts once"),
    Setting(
      "metrics", \.metrics, .items(Metrics.table), "The metrics that are computed besides the loss.",
      unlessGiven: "all that the task has"),
    Setting(
      "threshold", \.threshold, .threshold,
      "What the probability of a label, or of the second of two classes, must exceed; auto takes what has the "
        + "highest F1 on the validation rows, for each label its own.",
      unlessGiven: "0.5, of scores 0"),
    Setting(
      "l2", \.l2, .number(from: 0), "λ of λ/2 ‖w‖², for weights, not biases.",
      unlessGiven: "chosen with the optimizer"),
    Setting("l1", \.l1, .number(from: 0), "λ of λ Σ|w|, for weights, not biases.", unlessGiven: "0"),
    Setting(
      "maxNorm", \.maxNorm, .number(above: 0), "The norm to which the weights into a unit are scaled down.",
      unlessGiven: "no limit"),
    Setting(
      "clipNorm", \.clipNorm, .number(above: 0), "The norm to which gradients are scaled down.",
      unlessGiven: "no limit"),
    Setting(
      "clipValue", \.clipValue, .number(above: 0), "The limit of each element of the gradients.",
      unlessGiven: "no limit"),
    Setting(
      "earlyStopping", \.earlyStopping, .count(from: 0),
      "Epochs without a better validation loss after which training stops; 0 never stops.",
      unlessGiven: "never"),
    Setting(
      "keep", \.keep, .choice.placeholder("epoch"),
      "The epoch whose weights are kept: best has the lowest validation loss.",
      unlessGiven: "best where there are validation rows"),
    Setting(
      "ensemble", \.ensemble,
      .item(EnsembleMethods.table),
      "How the model is an average.", unlessGiven: "a single model"),
    Setting(
      "augment", \.augment,
      .items(Augmentations.table),
      "Random changes to training images, one after the other.", unlessGiven: "none"),
    Setting(
      "prepare", \.prepare,
      .item(InitializationPasses.table),
      "A pass over the data that sets the first weights.", unlessGiven: "none"),
    Setting(
      "freeze", \.freeze, .texts.placeholder("path"),
      "Layers or parameters that stay as they are, by path as in 0 or 2.bias; may be given again.",
      unlessGiven: "none"),
    Setting(
      "groups", \.groups,
      .value("list", expected: #"a list, as in [{path: "0", frozen: true}, {path: "2", rate: 0.1, l2: 0}]"#) {
        (groups) throws(ApusError) in for group in groups { try group.check() }
      },
      #"Parameters with a rate or penalties of their own, as in '[{path: "2", rate: 0.1}]'."#,
      unlessGiven: "none"),
    Setting(
      "accumulate", \.accumulate, .count(from: 1, to: 1 << 20),
      "Batches whose gradients are averaged before each update.", unlessGiven: "1"),
    Setting(
      "shards", \.shards, .powerOfTwo(to: ShardDivision.mostShards),
      "Parts of each batch that processes can share, added in one tree, so that any number of processes gives the same "
        + "bits; a power of two.",
      unlessGiven: "none; by the batch under mpirun"),
    Setting(
      "auxiliary", \.auxiliary,
      .value("keys", expected: "weights by name, as in {helper: 0.3}") { (weights) throws(ApusError) in
        for (name, weight) in weights.sorted(by: { $0.key < $1.key }) where !(weight >= 0 && weight.isFinite)
        {
          throw ApusError("the weight of “\(name)” is \(shortText(weight))", expected: "0 or more")
        }
      },
      "Weights of the loss on further outputs, as in '{helper: 0.3}'.", unlessGiven: "the model's"),
    Setting(
      "goal", \.goal, .number(from: 0),
      "Stop after an epoch that moves the weights by Σ|ΔW| of at most this.",
      unlessGiven: "never"),
    Setting(
      "shuffle", \.shuffle, .yesNo, "Whether each epoch takes the training rows in an order of its own.",
      unlessGiven: "yes"),
    Setting(
      "order", \.order, .order,
      "What is shuffled: rows, or blocks(4096), which keeps rows near each other that are near in the file, as data "
        + "that is larger than memory wants it.",
      unlessGiven: "rows"),
    Setting(
      "seed", \.seed, .count(),
      "Decides the split, unless the data has a seed of its own, the first weights, the order and the dropout.",
      unlessGiven: "0"),
    Setting(
      "checkpointEvery", \.checkpointEvery, .count(from: 1).placeholder("steps"),
      "Steps from one checkpoint to the next.", unlessGiven: "by time"),
  ]

  public init() {}

  public init(
    epochs: Int? = nil, steps: Int? = nil, batch: Int? = nil, optimizer: (any Optimizer)? = nil,
    learningRate: Double? = nil, schedule: (any Schedule)? = nil, loss: (any Loss)? = nil,
    classWeights: Recipe.ClassWeights? = nil, metrics: [any Metric]? = nil,
    threshold: Recipe.DecisionThreshold? = nil,
    l2: Double? = nil, l1: Double? = nil, maxNorm: Double? = nil, clipNorm: Double? = nil,
    clipValue: Double? = nil,
    earlyStopping: Int? = nil, keep: Recipe.KeptEpoch? = nil, ensemble: (any EnsembleMethod)? = nil,
    augment: [any Augmentation]? = nil, prepare: (any InitializationPass)? = nil, freeze: [String]? = nil,
    groups: [ParameterGroup]? = nil, accumulate: Int? = nil, shards: Int? = nil,
    auxiliary: [String: Double]? = nil, goal: Double? = nil, shuffle: Bool? = nil,
    order: Recipe.Order? = nil, seed: UInt64? = nil,
    checkpointEvery: Int? = nil
  ) {
    (self.epochs, self.steps, self.batch) = (epochs, steps, batch)
    (self.optimizer, self.learningRate, self.schedule, self.loss) = (optimizer, learningRate, schedule, loss)
    (self.classWeights, self.metrics, self.threshold) = (classWeights, metrics, threshold)
    (self.l2, self.l1, self.maxNorm, self.clipNorm, self.clipValue) = (l2, l1, maxNorm, clipNorm, clipValue)
    (self.earlyStopping, self.keep, self.ensemble, self.augment) = (earlyStopping, keep, ensemble, augment)
    (self.prepare, self.freeze, self.groups, self.accumulate) = (prepare, freeze, groups, accumulate)
    (self.auxiliary, self.goal, self.shuffle, self.seed) = (auxiliary, goal, shuffle, seed)
    (self.order, self.shards, self.checkpointEvery) = (order, shards, checkpointEvery)
  }
}
