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
        reruns, search.json with all trials, the best first, and search.svg. Ctrl-C stops with checkpoints and prints \
        the command that resumes.

        Any number of processes may work on a search, on all machines that see its folder: apus search --join DIR, by \
        hand, in each task of a SLURM array, or mpirun -n 8 apus search …. Each takes trials that nobody has, and \
        takes over those of workers that are lost. What is found doesn't depend on who did what. Where the search may \
        not have begun yet, as in an array, give its settings too: --join DIR --config FILE begins it, once.
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

    @Option(
      help: ArgumentHelp(
        "Help with the search in this folder, beside others; with settings, begin it where nobody has.",
        valueName: "dir"), completion: .directory)
    var join: String?

    @Flag(help: "Print one object of results, and nothing else to standard output.")
    var json = false

    func validate() throws {
      guard resume == nil || config == nil else {
        throw ValidationError("--resume goes on with the search's own settings: leave out --config.")
      }
      guard join == nil || resume == nil && out == nil && !overwrite else {
        throw ValidationError(
          "--join works in a folder beside others: leave out --resume, --out and --overwrite.")
      }
      guard resume != nil || join != nil || config != nil || search.gives(\.over) else {
        throw ValidationError(
          "Give --config with a file of settings, --over with ranges, or --resume or --join with a search's folder."
        )
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
      let file = try settingsFile()
      let configuration = try settings.configuration(over: file.run, source: data)
      Output.tellBuild()
      Interruption.install()
      let search = try Apus.Search.Run(
        configuration, file.search.overlay(search.group()), folder: resume ?? join ?? out,
        resume: resume != nil, joins: join != nil, overwrite: overwrite, parallel: parallel ?? 1,
        collective: Ranks.collective
      ) { Interruption.signal != 0 }
      let view = SearchView(search, tellsOthers: Ranks.collective != nil)
      let report = try search.takePart { view.tell($0) }
      guard !report.isInterrupted else {
        Output.tell([
          "interrupted; go on with: apus search \(join == nil ? "--resume" : "--join") \(search.folder)"
        ])
        try? Ranks.finish()
        throw ExitCode(128 + Interruption.signal)
      }
      if Ranks.isFirst { show(report, in: search.folder) }
    }

    /// The file with the settings: the one that is given, or the folder's.
    private func settingsFile() throws -> ConfigurationFile {
      if let config { return try ConfigurationFile(contentsOf: config) }
      guard let folder = resume ?? join, !search.gives(\.over) else { return ConfigurationFile() }
      let path = "\(folder)/search.yaml"
      guard Files.exists(path) else { throw Apus.Search.Run.noSearch(in: folder) }
      return try ConfigurationFile(contentsOf: path)
    }

    private func show(_ report: Apus.Search.Report, in folder: String) {
      let picture = "\(folder)/search.svg"
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
