#if Command
  import Apus
  import ArgumentParser

  struct PlotRegions: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "regions",
      abstract: "What a model of two columns says all over the plane, and each of its hidden units.",
      usage: "apus plot regions <model> <data> [<options>]")

    @Argument(
      help: ArgumentHelp(
        "A model file that apus train wrote, of two columns of numbers.", valueName: "model"),
      completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Places along each axis.", valueName: "n"))
    var size = 100

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(size, "--size", from: 2, to: 400)
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model)
      let reading = try PlaneReading(saved, data, size: size)
      try picture.write(reading.picture(title: "Regions of \(data.name)"), beside: model, name: "regions")
    }
  }
#endif
