#if Command
  import Apus
  import ArgumentParser

  struct PlotAblation: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ablation",
      abstract: "What a model still knows with a part of its hidden units silenced.",
      usage: "apus plot ablation <model> <data> [<options>]",
      discussion: "The slower it falls, the more redundant the units are: dropout makes them so.")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows to look at, at most.", valueName: "n"))
    var samples = 1_000

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 1, to: 1_000_000)
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let seed = source.seed ?? 0
      let ablation = try AblationReading(
        saved, on: saved.samples(data).drawn(samples, seed: seed), seed: seed)
      try picture.write(
        ablation.picture(title: "With units silenced"), beside: model, name: "ablation")
    }
  }
#endif
