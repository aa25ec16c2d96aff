#if Command
  import Apus
  import ArgumentParser

  struct PlotAttention: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "attention",
      abstract: "What each position of a sequence looks at, head by head.",
      usage: "apus plot attention <model> <data> [<options>]")

    @Argument(
      help: ArgumentHelp(
        "A model file that apus train wrote, of a network with attention.", valueName: "model"),
      completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Windows in the mean, at most.", valueName: "n"))
    var samples = 64

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 1, to: 100_000)
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let reading = try AttentionReading(
        saved, on: saved.samples(data).drawn(samples, seed: source.seed ?? 0), samples: samples)
      try picture.write(
        reading.picture(title: "What each position looks at, the mean of \(reading.samples) windows"),
        beside: model, name: "attention")
    }
  }
#endif
