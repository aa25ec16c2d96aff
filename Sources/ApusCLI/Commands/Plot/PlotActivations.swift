#if Command
  import Apus
  import ArgumentParser

  struct PlotActivations: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "activations", abstract: "Each activation function with its derivative.")

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try picture.write(Picture.activations(), name: "activations")
    }
  }
#endif
