#if Command
  import Apus
  import ArgumentParser

  struct PlotSegment: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "segment",
      abstract: "The loss along the line between two models of one architecture.",
      usage: "apus plot segment <model> <model> <data> [<options>]",
      discussion: "A convex loss is never above the line between its ends; what is above it is a barrier.")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @Argument(
      help: ArgumentHelp("Another one, of the same layers.", valueName: "other"), completion: .file())
    var other: String

    @OptionGroup var source: NewDataArguments

    @Option(parsing: .unconditional, help: ArgumentHelp("Places along the line.", valueName: "n"))
    var places = 21

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows in the loss, at most.", valueName: "n"))
    var samples = 512

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(places, "--places", from: 2, to: 10_001)
      try Checked.count(samples, "--samples", from: 1, to: 1_000_000)
      try picture.refuse(over: [model, other, source.data])
      let (first, data) = try source.open(modelAt: model, drawsRows: true)
      let segment = try SegmentReading(
        first, Model(contentsOf: other), on: first.samples(data).drawn(samples, seed: source.seed ?? 0),
        places: places)
      Output.print(["barrier: \(shortFigure(segment.barrier, digits: 3)) above the line between the ends"])
      try picture.write(
        segment.picture(title: "The loss between two models"), beside: model, name: "segment")
    }
  }

  extension Dataset {
    /// At most some of the rows, chosen by a seed.
    func drawn(_ count: Int, seed: UInt64) -> any Dataset {
      guard count < self.count else { return self }
      return subset(Philox(seed: seed, path: "picture rows").permutation(self.count).prefix(count).sorted())
    }
  }
#endif
