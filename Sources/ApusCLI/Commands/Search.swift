#if Command
  import Apus
  import ArgumentParser

  struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Search for the best settings.",
      usage: "apus search [<options>] [<data>]",
      discussion: """
        The file's section search says over which keys:

          search:
            over:
              training.learningRate: {log: [1e-4, 1e-1]}
              model.dropout: {uniform: [0, 0.5]}
              model.hidden: [[64], [128, 64]]

        Ranges are a list of values, or choice, uniform, log, integer or logInteger with bounds. Trials are judged by \
        their validation rows; the test rows are not read. The folder holds best.yaml, which apus train --config \
        reruns, and search.svg. Ctrl-C stops with checkpoints and prints the command that resumes.
        """)

    @Argument(
      help: ArgumentHelp("As for apus train; else the file's data.source.", valueName: "data"),
      completion: .file())
    var data: String?

    @Option(
      help: ArgumentHelp("A YAML file of settings with a section search.", valueName: "file.yaml"),
      completion: .file())
    var config: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How many trials. (default: 20)", valueName: "n"))
    var trials: Int?

    @Option(help: ArgumentHelp("random or grid.", valueName: "method"))
    var method: SearchConfiguration.Method?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Successive halving: after a part of its epochs, one trial in n goes on.", valueName: "n"))
    var halving: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Trials at a time. (default: 1)", valueName: "p"))
    var parallel: Int?

    @Option(
      help: ArgumentHelp("The search's folder. (default: runs/search-…)", valueName: "dir"),
      completion: .directory)
    var out: String?

    @Flag(help: "Clear an older search in the folder.")
    var overwrite = false

    @Option(
      help: ArgumentHelp("Go on with the search in this folder.", valueName: "dir"), completion: .directory)
    var resume: String?

    @Flag(help: "Print one object of results, and nothing else to standard output.")
    var json = false

    func validate() throws {
      guard (config == nil) != (resume == nil) else {
        throw ValidationError(
          config == nil
            ? "Give --config with a file of settings, or --resume with a search's folder."
            : "--resume goes on with the search's own settings: leave out --config.")
      }
      if resume != nil,
        data != nil || trials != nil || method != nil || halving != nil || out != nil
          || overwrite
      {
        throw ValidationError("--resume goes on with the search's own settings: leave out the others.")
      }
      if overwrite, out == nil {
        throw ValidationError("--overwrite is for a folder that is named: give --out, or leave it out.")
      }
    }

    func run() throws {
      try Checked.count(trials, "--trials", from: 1, to: 100_000)
      try Checked.count(halving, "--halving", from: 2, to: 100)
      try Checked.count(parallel, "--parallel", from: 1, to: 1024)
      try FileBytes.refuseShared([("the settings", config), ("the data", data)])
      var configuration = try RunConfiguration.load(yaml: config ?? "\(resume!)/search.yaml")
      if let data { configuration.data.source = data }
      if let trials { configuration.search.trials = trials }
      if let method { configuration.search.method = method }
      if let halving { configuration.search.halving = halving }
      Output.tellBuild()
      Interruption.install()
      let search = try Apus.Search(
        configuration, folder: resume ?? out, resume: resume != nil, overwrite: overwrite,
        parallel: parallel ?? 1
      ) { Interruption.signal != 0 }
      let total = search.trials.count
      let report = try search.run { trial in
        let done = search.trials.count { $0.status != .waiting && $0.status != .running }
        switch trial.status {
        case .running: break
        case .failed: Output.tell(["trial \(trial.number) failed: \(trial.problem ?? "")"])
        case .waiting, .stopped, .finished:
          guard let score = trial.score else { break }
          Output.tell([
            "trial \(trial.number): \(search.metric) \(shortFigure(score)) after \(trial.epochs) epochs (\(done) of \(total) done)"
          ])
        }
      }
      guard !report.isInterrupted else {
        Output.tell(["interrupted; go on with: apus search --resume \(search.folder)"])
        throw ExitCode(128 + Interruption.signal)
      }
      let picture = "\(search.folder)/search.svg"
      let drawing = Result {
        try AtomicFile.write(picture, text: report.chart.svg, survivesPowerFailure: false)
      }
      if case .failure(let error) = drawing { Output.tell(["note: no picture was written: \(error)"]) }
      if json {
        Output.print([report.json.text(indents: true)])
      } else {
        Output.print(SearchTable(report).lines(Output.style))
        Output.print(["", "best: apus train --config \(report.bestConfiguration!)"])
        if case .success = drawing { Output.print(["picture: \(picture)"]) }
      }
    }
  }
#endif
