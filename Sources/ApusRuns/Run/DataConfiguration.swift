package import ApusCore
public import ApusData
public import ApusTraining

/// The choice of data, and how it is read and divided: the section `data` of a configuration. Settings that are nil are
/// chosen or detected.
///
/// What each setting is stands in ``settings``.
public struct DataConfiguration: SettingGroup {
  public static let section = "data"

  public var source: String?
  public var target: String?
  public var targets: [String]?
  public var labelSeparator: String?
  public var weights: String?
  public var task: LearningTask?
  public var leaveOut: [String]?
  public var scaling: NumberScaling.Kind?
  public var logarithms: Bool?
  public var features: [any Transform]?
  public var validation: Double?
  public var test: Double?
  public var testData: String?
  public var folds: Int?
  public var fold: Int?
  public var seed: UInt64?
  public var context: Int?
  public var header: Bool?
  public var delimiter: String?
  public var decimalMark: String?
  public var size: String?
  public var channels: Int?
  public var transpose: Bool?
  public var labelFile: String?
  public var dateOrder: TableFormat.DateOrder?
  public var columns: [String: TableFormat.ColumnKind]?
  public var rows: Int?
  public var noise: Double?

  public static let settings: [Setting<DataConfiguration>] = [
    Setting(
      "source", \.source, .text.placeholder("data"),
      "A table, images, NumPy arrays, a text, - for standard input, or a built-in data set.", flag: ""),
    Setting(
      "target", \.target, .text.placeholder("col"),
      "The column to predict, by name or number from 1; given several times, columns of independent labels or of numbers.",
      unlessGiven: "one with a target's name, as target, label, class or y, else the last",
      instead: [\.targets],
      severally: \DataConfiguration.targets),
    Setting(
      "targets", \.targets, .texts.placeholder("cols"),
      "Several columns to predict: each an independent label, or each a number.", instead: [\.target]),
    Setting(
      "labelSeparator", \.labelSeparator, .text.placeholder("mark"),
      "The mark between the labels of a cell, as in 'red|round'.", unlessGiven: "detected where it is | or ;"),
    Setting(
      "weights", \.weights, .text.placeholder("col"),
      "The column that says how much each row counts, by name or number; it is not an input. A weight of 0 leaves "
        + "the row out.", unlessGiven: "each row counts once"),
    Setting(
      "task", \.task, .choice.placeholder("task"), "The kind of prediction.",
      unlessGiven: "detected from the target's values"),
    Setting(
      "leaveOut", \.leaveOut, .texts.placeholder("cols"), "Columns that are not inputs, by name or number.",
      unlessGiven: "none"),
    Setting(
      "scaling", \.scaling, .choice.placeholder("kind"),
      "How numbers are scaled, those of images channel by channel; meanImage is for images.",
      unlessGiven: "standardize"),
    Setting(
      "logarithms", \.logarithms, .yesNo, "Whether skewed columns of numbers enter as logarithms.",
      unlessGiven: "yes, but not for linear models such as linear, logistic and svm"),
    Setting(
      "features", \.features, .items(Transforms.table),
      "Transforms of a table's features, one after the other.", unlessGiven: "none"),
    Setting(
      "validation", \.validation, .number(from: 0, below: 1).placeholder("f"),
      "The part of the rows by which the kept epoch and early stopping are chosen.", unlessGiven: "0.1"),
    Setting(
      "test", \.test, .number(from: 0, below: 1).placeholder("f"),
      "The part of the rows that is looked at once, at the end.",
      unlessGiven: "0.2, or the official test set",
      instead: [\.testData, \.folds]),
    Setting(
      "testData", \.testData, .text.placeholder("file").files(), "Test rows from another file instead.",
      instead: [\.test, \.folds]),
    Setting(
      "folds", \.folds, .count(from: 2).placeholder("k"),
      "Cross-validation: the rows are divided into k folds, each of which is the test part once.",
      instead: [\.test, \.testData]),
    Setting(
      "fold", \.fold, .count(from: 1).placeholder("n"),
      "The one fold that is the test part, from 1, instead of each in turn.", unlessGiven: "each in turn"),
    Setting(
      "seed", \.seed, .count(),
      "Decides which rows are for what, and what a generated data set has: the same for runs of other seeds.",
      unlessGiven: "the training's seed", flag: "data-seed"),
    Setting(
      "context", \.context, .count(from: 1, to: 1 << 20),
      "The characters of a text that the network sees at a time.", unlessGiven: "64"),
    Setting(
      "header", \.header, .yesNo, "Whether the table's first row holds the columns' names.",
      unlessGiven: "detected"),
    Setting(
      "delimiter", \.delimiter,
      .text(expected: "a single character, tab or space") { (text) throws(ApusError) in
        let words = ["tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"]
        let mark = words[text] ?? text
        guard mark.count == 1, mark != "\"", !mark.contains(where: \.isNewline) else {
          throw ApusError("“\(text)” isn't a delimiter", expected: "a single character, tab or space")
        }
        return mark
      }.placeholder("mark").anyText, "The mark between the table's fields: any character, tab or space.",
      unlessGiven: "detected"),
    Setting(
      "decimalMark", \.decimalMark,
      .text(expected: "a point or a comma") { (text) throws(ApusError) in
        guard text == "." || text == "," else {
          throw ApusError("“\(text)” isn't a decimal mark", expected: "a point or a comma")
        }
        return text
      }.placeholder("mark").anyText,
      "The mark before a number's fraction: . or , (then . groups thousands).", unlessGiven: "detected"),
    Setting(
      "size", \.size,
      .text(expected: "a side as in 28, or height and width as in 24x32") { (text) throws(ApusError) in
        _ = try PictureFormat.Size(text)
        return text
      }.placeholder("side"),
      "The size that all pictures get: a side as in 28, or height and width as in 24x32.",
      unlessGiven: "the most common one"),
    Setting(
      "channels", \.channels,
      .count(from: 1, to: 4),
      "The channels that all pictures get: 1 of gray, 3 of color, 4 of color and opacity.",
      unlessGiven: "1 where all are gray, else 3"),
    Setting(
      "transpose", \.transpose, .yesNo,
      "Whether rows and columns of images change places, which EMNIST's need to stand upright.",
      unlessGiven: "no"),
    Setting(
      "labelFile", \.labelFile, .text.placeholder("file").files(),
      "The table that names each picture's file and what it shows.",
      unlessGiven: "a CSV in the folder or beside it"),
    Setting(
      "dateOrder", \.dateOrder, .choice.placeholder("order"),
      "The order of day and month in dates such as 3/4/2024; dates that begin with the year are read in any case.",
      unlessGiven: "detected"),
    Setting(
      "columns", \.columns, .columnKinds,
      "What a column is, as in age=number; may be given again. An id, and what is out, is no input; a text isn't read.",
      unlessGiven: "detected", flag: "column"),
    Setting(
      "rows", \.rows, .count(from: 2, to: 100_000_000), "Rows of a generated data set.",
      unlessGiven: "the set's"),
    Setting(
      "noise", \.noise, .number(from: 0), "Noise of a generated data set: a standard deviation.",
      unlessGiven: "the set's"),
  ]

  public init() {}

  /// The several columns that are asked for, and how a cell lists labels; nil where neither is given.
  ///
  /// - Parameter targets: the columns where none are given.
  package func labelRequest(unlessGiven targets: [String] = []) -> LabelRequest? {
    let request = LabelRequest(columns: self.targets ?? targets, separator: labelSeparator)
    return request == LabelRequest() ? nil : request
  }

  /// A table's format with what is given here in the place of what it says.
  package func format(over base: TableFormat = TableFormat()) -> TableFormat {
    var format = base
    if let header { format.hasHeader = header }
    if let delimiter { format.delimiter = delimiter }
    if let decimalMark {
      format.numberStyle =
        decimalMark == "," ? TableFormat.NumberStyle(decimalMark: ",", groupMark: ".") : .plain
    }
    if let dateOrder { format.dateOrder = dateOrder }
    if let columns { format.columns = columns }
    return format
  }

  /// Returns the way in which images are read, with what is given here in place of what a form says.
  package func pictures(over base: PictureFormat = PictureFormat()) throws(ApusError) -> PictureFormat {
    var format = base
    if let size { format.size = try PictureFormat.Size(size) }
    if let channels {
      guard channels != 2 else {
        throw ApusError(
          "2 channels", at: "data.channels", expected: "1 of gray, 3 of color, or 4 with opacity")
      }
      format.channels = channels
    }
    if let transpose { format.isTransposed = transpose }
    if let labelFile { format.labelFile = labelFile }
    return format
  }

  /// - Throws: when something is said of pictures that are none.
  package func refusePictures(_ source: DataSource) throws(ApusError) {
    var settings: [(String, Bool)] = []
    if !source.arePictures {
      settings += [
        ("data.size", size != nil), ("data.channels", channels != nil), ("data.labelFile", labelFile != nil),
      ]
    }
    if case .images = source.content {} else { settings.append(("data.transpose", transpose != nil)) }
    guard let wrong = settings.first(where: { $0.1 }) else { return }
    throw ApusError(
      "\(wrong.0) is given, and the data isn't \(wrong.0 == "data.transpose" ? "images" : "pictures in files of their own")",
      at: source.place, fix: "leave it out")
  }
}
