#if Command
  import Apus
  import ArgumentParser

  struct PlotExcitation: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "excitation",
      abstract: "The inputs that excite a layer's units most: found by ascent, and the data's own.",
      usage: "apus plot excitation <model> <data> [<options>]")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote, of images or a table.", valueName: "model"),
      completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(
      help: ArgumentHelp(
        "The layer's path, as apus summary has it. (default: the last one with weights before the output)",
        valueName: "path"))
    var layer: String?

    @Option(
      help: ArgumentHelp("The units, counted from 0. (default: the first eight)", valueName: "n,n,…"))
    var units: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows to look among, at most.", valueName: "n"))
    var samples = 2_000

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 1, to: 1_000_000)
      try picture.refuse(over: [model, source.data])
      let chosen = try units.map { (text) throws(ApusError) in try Checked.counts(text, "--units") }
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let seed = source.seed ?? 0
      let path = layer ?? saved.lastHiddenLayer
      let reading = try ExcitationReading(
        saved, layer: path, units: chosen ?? saved.someUnits(of: path, most: 8),
        on: saved.samples(data).drawn(samples, seed: seed), seed: seed)
      try picture.write(
        reading.picture(title: "What excites the units of layer \(path)", names: saved.featureNames),
        beside: model, name: "excitation")
    }
  }
#endif
