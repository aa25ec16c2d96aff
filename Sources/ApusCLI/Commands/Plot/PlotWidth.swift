#if Command
  import Apus
  import ArgumentParser

  struct PlotWidth: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "width",
      abstract: "The error over the units of the hidden layers: double descent.",
      usage: "apus plot width <data> [<options>]",
      discussion: """
        Trains the network with each number of units in its hidden layers (--hidden says how many layers), from several \
        seeds each, and judges it on the test rows. With few rows (--samples), no penalty (--l2 0) and long enough, the error \
        rises where the network has about as many parameters as there are numbers to fit, and falls again. Writes no run.
        """)

    @Argument(help: .data, completion: .file())
    var data: String

    @OptionGroup var curve: CurveArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Training rows, at most.", valueName: "n"))
    var samples: Int?

    @OptionGroup var settings: RunArguments

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 1)
      try picture.refuse(over: [data])
      let configuration = try settings.configuration(over: RunConfiguration(), source: data)
      let sizes = try curve.numbers()
      let found = try curve.measured { seeds in
        try ErrorCurve(units: sizes, of: configuration, rows: samples, seeds: seeds)
      }
      try picture.write(found.picture(title: "Error over parameters"), name: "width")
    }
  }
#endif
