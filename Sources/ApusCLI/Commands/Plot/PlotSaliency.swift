#if Command
  import Apus
  import ArgumentParser

  struct PlotSaliency: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "saliency",
      abstract: "What of its inputs a model's loss hangs on: its gradient with respect to them.",
      usage: "apus plot saliency <model> <data> [<options>]")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Rows to look at. (default: 24 images, or 256 rows of a table)", valueName: "n"))
    var samples: Int?

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 1, to: 10_000)
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let rows = samples ?? (saved.inputShape.count == 3 ? 24 : 256)
      let reading = try SaliencyReading(saved, data, rows: rows, seed: source.seed ?? 0)
      try picture.write(reading.picture(title: "What the loss hangs on"), beside: model, name: "saliency")
    }
  }
#endif
