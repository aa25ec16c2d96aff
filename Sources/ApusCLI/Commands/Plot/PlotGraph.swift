#if Command
  import Apus
  import ArgumentParser

  struct PlotGraph: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "graph",
      abstract: "The loss of one sample as a computational graph, with values and gradients on its edges.")

    @Option(
      help: ArgumentHelp("A YAML file of settings: the model that it would train.", valueName: "file.yaml"),
      completion: .file())
    var config: String

    @Option(
      parsing: .unconditional, help: ArgumentHelp("Which training sample, counted from 0.", valueName: "i"))
    var sample = 0

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try picture.refuse(over: [config])
      let reading = try GraphReading(RunConfiguration.load(yaml: config), sample: sample)
      try picture.write(
        reading.picture(title: "The loss of training sample \(sample), at the first weights"), name: "graph")
    }
  }
#endif
