#if Command
  import Apus
  import ArgumentParser

  /// What is learnt from what.
  struct TrainingDataArguments: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The column to predict: its name, or its number from 1; given several times, columns of independent labels. "
          + "(default: target, label, class or y, else the last)",
        valueName: "col"))
    var target: [String] = []

    @Option(
      help: ArgumentHelp(
        "What stands between the labels of a cell, as in 'red|round'; found out where it is | or ;.",
        valueName: "mark"))
    var labelSeparator: String?

    @Option(
      help: ArgumentHelp(
        "The column that says how much each row counts, by name or number; it is not an input. A weight of 0 leaves "
          + "the row out. (default: each row counts once)",
        valueName: "col"))
    var weights: String?

    @Option(help: "What is predicted; found out from the target's values when not given.")
    var task: LearningTask?

    @Option(
      help: ArgumentHelp(
        "Columns that are not inputs, by name or number, separated by commas.", valueName: "cols"))
    var leaveOut: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "The part of the rows by which the kept epoch and early stopping are chosen.", valueName: "f"))
    var validation: Double?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("The part of the rows that is looked at once, at the end.", valueName: "f"))
    var test: Double?

    @Option(
      help: ArgumentHelp("Test rows from another file instead.", valueName: "file"), completion: .file())
    var testData: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("The characters of a text that the network sees at a time.", valueName: "n"))
    var context: Int?

    @OptionGroup var table: TableArguments
    @OptionGroup var generated: GeneratedArguments

    func check() throws(ApusError) {
      try Checked.number(validation, "--validation", from: 0, below: 1)
      try Checked.number(test, "--test", from: 0, below: 1)
      guard test == nil || testData == nil else {
        throw ApusError("--test-data has test rows too", at: "--test", fix: "give one of the two")
      }
      try Checked.count(context, "--context", from: 1, to: 1 << 20)
      _ = try table.format()
      try generated.check()
    }

    func write(to data: inout DataConfiguration) {
      if target.count == 1 { (data.target, data.targets) = (target[0], nil) }
      if target.count > 1 { (data.target, data.targets) = (nil, target) }
      if let labelSeparator { data.labelSeparator = labelSeparator }
      if let weights { data.weights = weights }
      if let task { data.task = task }
      if let leaveOut { data.leaveOut = leaveOut.split(separator: ",").map { trimmed($0) } }
      if let validation { data.validation = validation }
      if let test { (data.test, data.testData) = (test, nil) }
      if let testData { (data.testData, data.test) = (testData, nil) }
      if let context { data.context = context }
      if let header = table.header { data.header = header }
      if let delimiter = try? table.delimiterText() { data.delimiter = delimiter }
      if let decimalMark = table.decimalMark { data.decimalMark = decimalMark }
      if let rows = generated.rows { data.rows = rows }
      if let noise = generated.noise { data.noise = noise }
    }

    private func trimmed(_ text: Substring) -> String {
      String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }
#endif
