#if Command
  import Apus
  import ArgumentParser

  struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Predict each row of new data.",
      usage: "apus predict <model> <data> [<options>]",
      discussion: """
        The result is a CSV with the column prediction (a class, or a number in original units) and, for classes, \
        the column probability; of independent labels a column of 1 and 0 for each, of several numbers a column for \
        each. One row for each row of the data, in order.
        """)

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(
      help: ArgumentHelp("The file to write. (default: standard output)", valueName: "file.csv"),
      completion: .file())
    var out: String?

    @OptionGroup var decision: DecisionArguments

    @Flag(
      name: [.customLong("probabilities"), .customLong("all-classes")],
      help: "A column with the probability of each class or label as well.")
    var probabilities = false

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Passes with dropout: their mean is the prediction, and a column has their standard deviation.",
        valueName: "n"))
    var samples: Int?

    @Flag(
      help: "The numbers that the network takes of each row, in place of predictions: the design matrix.")
    var inputs = false

    func validate() throws {
      if inputs, probabilities || samples != nil {
        throw ValidationError("--inputs goes with neither --probabilities nor --samples.")
      }
    }

    func run() throws {
      try decision.check()
      try Checked.count(samples, "--samples", from: 2, to: 100_000)
      if let out { try AtomicFile.refuse(out, over: [model, source.data]) }
      let (saved, data) = try source.open(modelAt: model)
      if inputs { return try writeInputs(DesignMatrix(saved, data)) }
      guard !probabilities || saved.objective?.targets.areClassesOrLabels == true else {
        throw ApusError(
          "the model predicts numbers, which have no probabilities", at: "--probabilities",
          fix: "leave it out")
      }
      Output.tellBuild()
      // Several passes, or several processes that share the rows: all rows at once.
      var whole: PredictionTable?
      if samples != nil || Ranks.collective != nil {
        whole = try saved.predict(
          data, threshold: decision.threshold, passes: samples, collective: Ranks.collective)
        guard Ranks.isFirst else { return }
      }
      var count = 0
      let write = { (write: @escaping ([UInt8]) throws -> Void) in
        if let table = whole {
          Output.tell(Output.notes(table.notes, Output.errorStyle))
          try write(Array(table.csv(allClasses: probabilities).utf8))
          count = table.count
        } else {
          // Piece by piece: of data that need not fit in memory the predictions need not either.
          var isFirst = true
          count = try saved.predictInPieces(
            data, threshold: decision.threshold,
            begin: { Output.tell(Output.notes($0, Output.errorStyle)) },
            body: { table in
              try write(Array(table.csv(allClasses: probabilities, hasHeader: isFirst).utf8))
              isFirst = false
            })
        }
      }
      guard let out, out != "-" else { return try Output.print(pieces: write) }
      try AtomicFile.write(out, write)
      Output.print(["\(grouped(count)) prediction\(count == 1 ? "" : "s") in \(out)"], beside: out)
    }

    private func writeInputs(_ matrix: DesignMatrix) throws {
      guard Ranks.isFirst else { return }
      Output.tellBuild()
      let write = { (write: @escaping ([UInt8]) throws -> Void) in
        try matrix.writeCSV { try write(Array($0.utf8)) }
      }
      guard let out, out != "-" else { return try Output.print(pieces: write) }
      try AtomicFile.write(out, write)
      Output.print(
        ["\(counted(matrix.rows, "row")) of \(counted(matrix.names.count, "number")) in \(out)"], beside: out)
    }
  }
#endif
