#if Command
  import Apus
  import ArgumentParser

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Train a network, and leave a folder with the model.",
      discussion: """
        With nothing but DATA everything is chosen from the size of the data and the task, and said. The folder \
        holds model.safetensors, config.yaml (which reruns to the same bits), history.csv, run.json, \
        report.html (what was learned, and how well) and checkpoints. Ctrl-C finishes the step, writes a checkpoint and prints the command that resumes.

        Under a launcher (mpirun -n 8 apus train …) processes share each batch; the model has the bits of one process, which \
        --shards with the same number gives without a launcher.

        Names take parameters, as in --optimizer 'adam(beta1: 0.8)' and --schedule 'warmup(100), cosine'; lists and \
        keys stand in brackets, as in YAML: --layers '[{dense: 64}, relu, {dense: 1}]'.
        """)

    @Argument(help: .data, completion: .file())
    var data: String?

    @OptionGroup var settings: RunArguments

    @Option(
      help: ArgumentHelp("A YAML file of settings; flags go before it.", valueName: "file.yaml"),
      completion: .file())
    var config: String?

    @Option(
      help: ArgumentHelp("The run's folder. (default: runs/NAME-…)", valueName: "dir"), completion: .directory
    )
    var out: String?

    @Flag(help: "Clear an older run in the folder; its model stays until the new one takes its place.")
    var overwrite = false

    @Option(
      help: ArgumentHelp("Go on with the run in this folder, from its newest checkpoint.", valueName: "dir"),
      completion: .directory)
    var resume: String?

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Threads; the bits of the result don't depend on it.", valueName: "n"))
    var threads: Int?

    @Flag(help: "Print one object of results, and nothing else to standard output.")
    var json = false

    @Flag(help: "Print errors only.")
    var quiet = false

    @Flag(help: "A line for each epoch on standard error, if that isn't a terminal.")
    var progress = false

    @Flag(help: "Show time, FLOP/s and bytes/s of each instruction of the plans.")
    var profile = false

    func validate() throws {
      if data == nil, config == nil, resume == nil {
        throw ValidationError(
          "Missing expected argument '<data>': give a file, a folder or a built-in data set.")
      }
      if overwrite, out == nil, resume == nil {
        throw ValidationError("--overwrite is for a folder that is named: give --out, or leave it out.")
      }
      if settings.data.gives(\.folds), resume != nil || profile {
        throw ValidationError("--folds goes with neither --resume nor --profile; resume a fold's own folder.")
      }
      if resume != nil {
        if config != nil || out != nil || overwrite {
          throw ValidationError(
            "--resume goes on in its own folder with its own settings: leave out --config, --out and --overwrite."
          )
        }
        if !settings.isEmpty {
          throw ValidationError(
            "--resume goes on with the run's own settings: leave out those for data, network and training.")
        }
      }
    }

    func run() throws {
      try Checked.count(threads, "--threads", from: 1, to: 1024)
      let configuration = try runConfiguration()
      if !quiet { Output.tellBuild() }
      if let folds = configuration.data.folds, configuration.data.fold == nil {
        return try crossValidate(configuration, folds)
      }
      let plan = try RunPlan(
        configuration, folder: resume ?? out, resume: resume != nil, overwrite: overwrite,
        threads: threads, collective: Ranks.collective)
      Interruption.install()
      let view = TrainView(isQuiet: quiet || !Ranks.isFirst, isJSON: json, writesLines: progress)
      do {
        let result = try view.begin(plan).run(profile: profile) {
          view.handle($0)
        } pauses: { _, _ in
          Interruption.signal != 0
        }
        if Ranks.isFirst { view.finish(result) }
      } catch let error as ApusError where error.kind == .interrupted {
        view.interrupted(error.place ?? "")
        // The first of several processes has written the checkpoint.
        try? Ranks.finish()
        throw ExitCode(128 + Interruption.signal)
      }
    }
  }
#endif
