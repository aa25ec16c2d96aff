#if Command
  import Apus
  import ArgumentParser

  struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Search for the best settings.",
      usage: "apus search [<options>] [<data>]",
      discussion: """
        The file's section search, or --over, says over which keys:

          search:
            over:
              training.learningRate: {log: [1e-4, 1e-1]}
              model.dropout: {uniform: [0, 0.5]}
              model.hidden: [[64], [128, 64]]

        The same as a flag: --over '{training.learningRate: {log: [1e-4, 1e-1]}}'. Ranges are a list of values, or \
        choice, uniform, log, integer or logInteger with bounds. Trials are judged by \
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

    @OptionGroup(title: "Search") var search: SettingArguments<SearchSettings>
    @OptionGroup var settings: RunArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Trials at a time. (default: 1)", valueName: "p"))
    var parallel: Int?

    @Option(
      help: ArgumentHelp("The search's folder. (default: runs/search-…)", valueName: "dir"),
      completion: .directory)
    var out: String?

    @Flag(help: "Clear an older search in the folder.")
    var overwrite = false

    @Option(
      help: ArgumentHelp(
        "Go on with the search in this folder; with --trials and a larger number, take more.",
        valueName: "dir"), completion: .directory)
    var resume: String?

    @Flag(help: "Print one object of results, and nothing else to standard output.")
    var json = false

    func validate() throws {
      guard resume == nil || config == nil else {
        throw ValidationError("--resume goes on with the search's own settings: leave out --config.")
      }
      guard resume != nil || config != nil || search.gives(\.over) else {
        throw ValidationError(
          "Give --config with a file of settings, --over with ranges, or --resume with a search's folder.")
      }
      let hasOthers = !search.texts.keys.allSatisfy { $0 == "trials" }
      if resume != nil, data != nil || hasOthers || !settings.isEmpty || out != nil || overwrite {
        throw ValidationError(
          "--resume goes on with the search's own settings: leave out all others but --trials, for more of them."
        )
      }
      if overwrite, out == nil {
        throw ValidationError("--overwrite is for a folder that is named: give --out, or leave it out.")
      }
    }

    func run() throws {
      try Checked.count(parallel, "--parallel", from: 1, to: 1024)
      try FileBytes.refuseShared([("the settings", config), ("the data", data)])
      let path = resume.map { "\($0)/search.yaml" } ?? config
      let file = try path.map { try ConfigurationFile(contentsOf: $0) } ?? ConfigurationFile()
      let configuration = try settings.configuration(over: file.run, source: data)
      Output.tellBuild()
      Interruption.install()
      let search = try Apus.Search.Run(
        configuration, file.search.overlay(search.group()), folder: resume ?? out, resume: resume != nil,
        overwrite: overwrite,
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
            "trial \(trial.number): \(search.metric) \(shortFigure(score)) after "
              + (trial.steps.map { counted($0, "step") } ?? counted(trial.epochs, "epoch"))
              + " (\(done) of \(total) done)"
          ])
        }
      }
      guard !report.isInterrupted else {
        Output.tell(["interrupted; go on with: apus search --resume \(search.folder)"])
        throw ExitCode(128 + Interruption.signal)
      }
      let picture = "\(search.folder)/search.svg"
      let drawing = Result {
        try AtomicFile.write(picture, text: report.picture.svg, survivesPowerFailure: false)
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
