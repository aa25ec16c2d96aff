#if Command
  import Apus
  import ArgumentParser

  struct PlotRows: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rows",
      abstract: "The error over the number of training rows: would more data help?",
      usage: "apus plot rows <data> [<options>]",
      discussion: """
        Trains the network on parts of the training rows, for the same number of steps, from several seeds each, and judges \
        it on the test rows. Writes no run.
        """)

    @Argument(help: .data, completion: .file())
    var data: String

    @OptionGroup var curve: CurveArguments

    @OptionGroup var settings: RunArguments

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try picture.refuse(over: [data])
      let configuration = try settings.configuration(over: RunConfiguration(), source: data)
      let sizes = try curve.numbers()
      let found = try curve.measured { seeds in
        try ErrorCurve(rows: sizes, of: configuration, seeds: seeds)
      }
      try picture.write(found.picture(title: "Error over training rows"), name: "rows")
    }
  }
#endif
