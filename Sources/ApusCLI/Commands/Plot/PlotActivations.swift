#if Command
  import Apus
  import ArgumentParser

  struct PlotActivations: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "activations", abstract: "Each activation function with its derivative.",
      discussion: "Layers that learn their activation, prelu and maxout, are drawn with their first weights.")

    @Argument(
      help: ArgumentHelp(
        "Which to draw, as in relu or 'leakyReLU(slope: 0.1)'; all when none is given.", valueName: "name"),
      completion: .list(HiddenActivations.table.names))
    var names: [String] = []

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try picture.write(Picture.activations(named: names), name: "activations")
    }
  }
#endif
