import ApusCore
import ApusData

extension RunData {
  /// The characters of a window when nothing else is asked for.
  private static let defaultContext = 64

  /// A text: windows of its beginning for training, of its end for validation, and for a test only where one is asked
  /// for.
  init(
    text: CharacterText, _ source: DataSource, _ given: DataConfiguration, _ pretrained: Pretrained?,
    _ sources: SharedSources
  ) throws {
    self.pretrained = pretrained
    let known = try pretrained?.preprocessing(ofText: given)
    try Self.refuseColumns(given, source.place)
    let context = known?.context ?? given.context ?? Self.defaultContext
    let validation = given.validation ?? Self.defaultValidation
    let corpus: Text
    let split: DatasetSplit
    do {
      corpus = try Text(
        text, validation: validation, test: given.testData == nil ? given.test ?? 0 : 0,
        vocabulary: known?.vocabulary)
      split = try corpus.split(context: context)
    } catch {
      throw error.at(source.place)
    }
    let preprocessing = TextPreprocessing(context: context, vocabulary: corpus.vocabulary)
    name = source.name
    fingerprint = source.fingerprint()
    task = .classification
    training = split.training
    self.validation = split.validation.count == 0 ? nil : split.validation
    test = split.test.count == 0 ? nil : split.test
    schema = .text(preprocessing)
    notes = source.notes
    let unknown = corpus.unknownCount
    if unknown > 0 {
      notes.append(
        "\(unknown) characters are not in the \(known == nil ? "training part" : "model's vocabulary"): "
          + "their windows are left out")
    }
    guard training.count > 0 else {
      throw ApusError(
        "no window is without a character that is not in the model's vocabulary", at: source.place,
        fix: "train a model of this text's own")
    }
    configuration = given
    configuration.context = context
    configuration.validation = validation
    choices = [
      "\(corpus.training.count) characters for training in \(training.count) windows of \(context), "
        + "\(corpus.validation.count) for validation"
        + (corpus.test.isEmpty ? "" : ", \(corpus.test.count) for test")
    ]
    if let path = given.testData {
      guard case .text(let other) = try sources.open(path, isText: true).content else {
        throw ApusError("the test data is no text", at: path, expected: "a file .txt")
      }
      let (dataset, found) = try preprocessing.apply(to: other, name: path)
      test = dataset
      notes += found
    }
  }

  private static func refuseColumns(_ given: DataConfiguration, _ place: String) throws(ApusError) {
    let settings: [(String, Bool)] = [
      ("data.target", given.target != nil || given.targets != nil), ("data.task", given.task != nil),
      ("data.labelSeparator", given.labelSeparator != nil), ("data.leaveOut", given.leaveOut != nil),
      ("data.weights", given.weights != nil), ("data.scaling", given.scaling != nil),
      ("data.features", given.features != nil), ("data.logarithms", given.logarithms != nil),
      ("data.folds", given.folds != nil), ("data.seed", given.seed != nil),
    ]
    guard let wrong = settings.first(where: { $0.1 }) else { return }
    throw ApusError(
      "a text has no columns and no rows", at: wrong.0, fix: "leave it out, or name the file of a table .csv")
  }

  /// A Boolean value that indicates whether the samples are windows of a text.
  var isText: Bool {
    if case .text = schema { true } else { false }
  }

  /// The most training rows on which the result is judged: each of them has a prediction in memory.
  static let mostJudged = 1 << 18

  /// The training samples on which the result is judged: of a text some windows, of very many rows some of them, spread
  /// evenly, no fewer than for validation.
  var judgedTraining: any Dataset {
    let count = min(training.count, max(validation?.count ?? 0, isText ? 256 : Self.mostJudged))
    guard count < training.count else { return training }
    return training.subset((0..<count).map { $0 * training.count / count })
  }
}
