#if Command
  import Apus
  import ArgumentParser

  struct PlotGradientNoise: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gradient-noise",
      abstract: "What the size of a batch decides: the gradient's noise, and a step's memory.",
      usage: "apus plot gradient-noise <data> [<options>]",
      discussion: """
        At the first weights of what apus train would train, or at those of a model with --from. Where a batch has as many \
        rows as the noise scale, its noise is as large as the gradient: larger batches save few steps.
        """)

    @Argument(help: .data, completion: .file())
    var data: String

    @Option(
      parsing: .unconditional, help: ArgumentHelp("Rows from which batches are drawn.", valueName: "n"))
    var samples = 512

    @OptionGroup var settings: RunArguments

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 2, to: 100_000)
      try picture.refuse(over: [data])
      let configuration = try settings.configuration(over: RunConfiguration(), source: data)
      let examined = try ExaminedModel(configuration)
      let noise = try GradientNoiseReading(
        examined.model, on: examined.training, rows: samples, seed: configuration.training.seed ?? 0)
      Output.print([
        "noise scale: \(shortFigure(noise.scale, digits: 3)) rows, the batch whose noise is as large as the gradient"
      ])
      try picture.write(
        noise.picture(title: "What the size of a batch decides"), name: "gradient-noise")
    }
  }
#endif
