#if Command
  import Apus
  import ArgumentParser

  struct PlotLandscape: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "landscape",
      abstract: "The loss around a model, in two random directions.",
      usage: "apus plot landscape <model> <data> [<options>]",
      discussion: """
        Each filter of a direction is as long as the model's own (Li et al. 2018), so that landscapes of models of \
        different scales can be compared.
        """)

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Places along each direction.", valueName: "n"))
    var size = 31

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("How far to go; 1 doubles or cancels weights.", valueName: "r"))
    var radius = 1.0

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows in the loss, at most.", valueName: "n"))
    var samples = 512

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(size, "--size", from: 3, to: 401)
      try Checked.count(samples, "--samples", from: 1, to: 1_000_000)
      guard radius > 0, radius < 1e6 else {
        throw ApusError("\(radius)", at: "--radius", expected: "above 0, below 1000000")
      }
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let landscape = try LossLandscape(
        saved, data, size: size, radius: radius, rows: samples, seed: source.seed ?? 0)
      try picture.write(
        landscape.picture(title: "The loss around the model"), beside: model, name: "landscape")
    }
  }
#endif
