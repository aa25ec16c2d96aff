#if Command
  import Apus
  import ArgumentParser

  struct PlotHistograms: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "histograms",
      abstract: "What each layer puts out, and the gradients that come back, as histograms.",
      usage: "apus plot histograms <model> <data> [<options>]")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows to look at.", valueName: "n"))
    var samples = 256

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 1, to: 100_000)
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let reading = try DepthReading(saved, data, rows: samples, seed: source.seed ?? 0)
      try picture.write(
        reading.picture(title: "Through depth, on \(reading.rows) rows"), beside: model, name: "histograms")
    }
  }
#endif
