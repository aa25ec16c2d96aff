import ApusCore
import ApusData
import ApusTraining

/// The data of a run: read, divided, encoded with what was fitted to the training rows alone.
struct RunData {
  var name: String
  var task: LearningTask
  var training: any Dataset
  var validation: (any Dataset)?
  var test: (any Dataset)?
  var schema: InputSchema
  /// The table as it was read; nil for images.
  var table: Table?
  /// The assignment of the data's rows to training, validation and test; nil for a text.
  var split: Split?
  /// Observations about the data.
  var notes: [String]
  /// A sentence for whoever runs again on it, where it came through a stream.
  var streamNote: String?
  /// The choices made, and the reasons.
  var choices: [String]
  /// The model that the run begins with; nil for one that begins anew.
  var pretrained: Pretrained?
  /// The configuration with everything that was found out.
  var configuration: DataConfiguration
  /// A hash of the data, for telling whether a checkpoint belongs to it.
  var fingerprint: UInt64

  /// Parts of the rows when nothing else is asked for.
  static let defaultTest = 0.2
  static let defaultValidation = 0.1

  /// - Parameter sources: where the data is opened; runs that share them read it once.
  init(_ run: RunConfiguration, sources: SharedSources = SharedSources()) throws {
    let configuration = run.data
    let seed = run.data.seed ?? run.training.seed ?? 0
    try FileBytes.refuseShared([
      ("the data", configuration.source), ("the test data", configuration.testData),
      ("the model to begin with", run.model.from),
    ])
    try run.check()
    let pretrained = try run.model.from.map { try Pretrained(contentsOf: $0) }
    let ownInputs = [
      ("data.features", configuration.features != nil), ("data.scaling", configuration.scaling != nil),
      ("data.leaveOut", configuration.leaveOut != nil), ("data.logarithms", configuration.logarithms != nil),
    ]
    if pretrained != nil, let setting = ownInputs.first(where: { $0.1 })?.0 {
      throw ApusError("inputs are made as they were for the model", at: setting, fix: "leave it out")
    }
    guard let path = configuration.source else {
      throw ApusError("no data is named", at: "data.source", fix: "give a file, a folder or a built-in name")
    }
    var format = configuration.format()
    // The columns are the model's: what was read as text there is text here.
    if let pretrained { format.known = pretrained.model.tableFormat.known }
    let source = try sources.open(
      path, format: format,
      pictures: configuration.pictures(over: pretrained?.model.pictureFormat ?? PictureFormat()),
      generated: GeneratedOptions(rows: configuration.rows, noise: configuration.noise, seed: seed),
      isText: Self.expectsText(run, pretrained))
    if !source.isDelimited { try Self.refuseFormat(configuration, source) }
    try configuration.refusePictures(source)
    switch source.content {
    case .table(let table):
      let takesLogarithms =
        configuration.logarithms ?? run.model.family.map { type(of: $0).takesLogarithms } ?? true
      self = try RunData(table, source, configuration, seed, pretrained, sources, takesLogarithms)
    case .images(let images): self = try RunData(images, source, configuration, seed, pretrained, sources)
    case .text(let text): self = try RunData(text: text, source, configuration, pretrained, sources)
    }
    streamNote = source.streamNote
  }

  /// Returns whether something that is asked for makes sense for a text alone.
  private static func expectsText(_ run: RunConfiguration, _ pretrained: Pretrained?) -> Bool {
    if run.data.context != nil || pretrained?.model.isForTexts == true { return true }
    return run.model.family.map { type(of: $0).takesTexts } ?? false
  }

  /// Checks that settings for delimited text are given only for data that is delimited text.
  private static func refuseFormat(_ given: DataConfiguration, _ source: DataSource) throws(ApusError) {
    let place = source.place
    if case .table = source.content {
    } else if given.columns != nil {
      throw ApusError("data.columns is given, and the data has no columns", at: place, fix: "leave it out")
    }
    let settings: [(String, Bool)] = [
      ("data.header", given.header != nil), ("data.delimiter", given.delimiter != nil),
      ("data.decimalMark", given.decimalMark != nil),
    ]
    guard let wrong = settings.first(where: { $0.1 }) else { return }
    throw ApusError("\(wrong.0) is given, and the data isn't delimited text", at: place, fix: "leave it out")
  }

  /// A text's settings are of no account to rows.
  static func refuseContext(_ given: DataConfiguration, _ place: String) throws(ApusError) {
    guard given.context != nil else { return }
    throw ApusError("the context is for texts", at: place, fix: "leave it out, or name a text's file .txt")
  }

  private init(
    _ table: Table, _ source: DataSource, _ given: DataConfiguration, _ seed: UInt64,
    _ pretrained: Pretrained?, _ sources: SharedSources, _ takesLogarithms: Bool
  ) throws {
    try Self.refuseContext(given, source.place)
    self.pretrained = pretrained
    name = source.name
    configuration = given
    fingerprint = source.fingerprint()
    guard given.scaling != .meanImage else {
      throw ApusError(
        "a table has no mean image", at: "data.scaling", expected: "standardize, center, minMax or none")
    }
    let isAsked = given.target != nil || given.targets != nil
    let prepared = try TableTask(
      table, target: isAsked ? given.target : source.target,
      labels: given.labelRequest(unlessGiven: isAsked ? [] : source.targets), weights: given.weights,
      task: given.task ?? (isAsked ? nil : source.targetTask), leaveOut: given.leaveOut ?? [])
    choices = [prepared.target.whyColumn, prepared.target.whyTask]
    if let line = prepared.schema.whyWeights { choices.append(line) }
    let split: Split
    if let folds = try Self.folds(given) {
      split = try Split.fold(
        folds.fold, of: folds.count, rows: prepared.rows, classes: prepared.classes, Self.options(given, seed)
      )
      configuration.validation = given.validation ?? Self.defaultValidation
      choices.append(Self.sizes(split.training.count, split.validation.count, split.test.count))
    } else if source.isUnsplit, given.test == nil, given.validation == nil {
      split = prepared.unsplit()
      choices.append("all \(split.training.count) rows are for training")
    } else {
      let options = Self.options(given, seed)
      split = try prepared.split(options)
      configuration.validation = options.validation
      configuration.test = given.testData == nil ? options.test : nil
      choices.append(
        Self.sizes(
          split.training.count, split.validation.count, given.testData == nil ? split.test.count : nil))
    }
    let fitted =
      try pretrained.map { try $0.fit(prepared, split.training) }
      ?? prepared.fit(
        split.training,
        options: TablePreprocessing.Options(
          takesLogarithms: takesLogarithms, scaling: given.scaling ?? .standardize,
          steps: given.features ?? []))
    var emptyParts: [String] = []
    for (name, part, count) in [
      ("validation", given.validation, split.validation.count), ("test", given.test, split.test.count),
    ] {
      if let part, part > 0, count == 0 {
        emptyParts.append(
          "the part \(shortText(part)) of \(prepared.rows.count) rows for \(name) is not a single row")
      }
    }
    notes = source.notes + prepared.notes + fitted.notes + emptyParts
    if split.training.count > Self.mostJudged {
      notes.append("the result on training rows is measured on \(Self.mostJudged) of them, spread evenly")
    }
    let preprocessing = fitted.preprocessing
    let encoded = try fitted.apply(to: table)
    training = encoded.dataset.subset(split.training.indices)
    validation = split.validation.isEmpty ? nil : encoded.dataset.subset(split.validation)
    test = split.test.isEmpty ? nil : encoded.dataset.subset(split.test)
    if let path = given.testData {
      let other = try sources.open(path, format: preprocessing.format)
      guard case .table(let rows) = other.content else {
        throw ApusError("the test data is no table", at: path)
      }
      let tested = try fitted.apply(to: rows)
      guard tested.hasTarget else {
        let names = preprocessing.target.names.map { "“\($0)”" }.joined(separator: ", ")
        throw ApusError("the test data lacks the target \(names)", at: path)
      }
      test = tested.dataset.subset(tested.rowsWithTarget)
      if let weights = preprocessing.weights, tested.dataset.weights == nil {
        notes.append(
          "the test data has no column \"\(weights.name)\" of weights: each of its rows counts once")
      }
    }
    schema = .table(preprocessing)
    self.table = table
    self.split = split
    task = prepared.target.task
    let target = preprocessing.target
    let columns = table.hasHeader ? target.names : target.numbers.map(String.init)
    // A single column of 1 and 0 that is a label, and no class.
    let areSeveral = columns.count > 1 || (task == .multiLabel && target.separator == nil)
    (configuration.target, configuration.targets) = areSeveral ? (nil, columns) : (columns[0], nil)
    configuration.labelSeparator = target.separator
    configuration.weights = preprocessing.weights.map { table.hasHeader ? $0.name : String($0.number) }
    configuration.task = task
  }

  static func options(_ given: DataConfiguration, _ seed: UInt64) -> Split.Options {
    Split.Options(
      validation: given.validation ?? defaultValidation,
      test: given.testData == nil ? given.test ?? defaultTest : 0, seed: seed)
  }

  /// The fold that is the test part; nil without cross-validation.
  static func folds(_ given: DataConfiguration) throws(ApusError) -> (fold: Int, count: Int)? {
    guard let count = given.folds else {
      guard given.fold == nil else {
        throw ApusError("a fold without folds", at: "data.fold", fix: "say how many in data.folds")
      }
      return nil
    }
    return (given.fold ?? 1, count)
  }

  static func sizes(_ training: Int, _ validation: Int, _ test: Int?) -> String {
    "\(training) rows for training, \(validation) for validation" + (test.map { ", \($0) for test" } ?? "")
  }

  /// The data's rows of a part, in the order of its samples; nil where they are of other data, or of a text.
  func rows(of part: RunResult.Part) -> [Int]? {
    switch part {
    case .training: split?.training.indices
    case .validation: split?.validation
    // Without rows of its own, the test samples are those of a file or of an official set.
    case .test: split.flatMap { $0.test.isEmpty ? nil : $0.test }
    }
  }
}
