#if Command
  import Apus
  import ArgumentParser

  struct PlotProbes: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "probes",
      abstract: "How well a linear model does on what each layer puts out.",
      usage: "apus plot probes <model> <data> [<options>]",
      discussion: "A probe learns from two thirds of the rows and is judged on the others.")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote, of classes.", valueName: "model"),
      completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows to look at, at most.", valueName: "n"))
    var samples = 3_000

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(samples, "--samples", from: 3, to: 1_000_000)
      try picture.refuse(over: [model, source.data])
      let (saved, data) = try source.open(modelAt: model, drawsRows: true)
      let seed = source.seed ?? 0
      let all = try saved.samples(data)
      let order = Philox(seed: seed, path: "probe rows").permutation(all.count).prefix(samples)
      let learned = order.count * 2 / 3
      let probes = try ProbeReading(
        saved, training: all.subset(order.prefix(learned).sorted()),
        test: all.subset(order.dropFirst(learned).sorted()), seed: seed)
      try picture.write(
        probes.picture(title: "A linear model on each layer: accuracy on \(order.count - learned) rows"),
        beside: model, name: "probes")
    }
  }
#endif
