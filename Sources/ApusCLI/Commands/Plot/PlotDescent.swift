#if Command
  import Apus
  import ArgumentParser

  struct PlotDescent: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "descent",
      abstract: "The steps of optimizers on a function of one or two numbers.",
      discussion:
        "Of one number with the tangents of the first steps, of two over contour lines: how rates are too small and too large, "
        + "what momentum does in a ravine, why inputs that are all positive make a zigzag.")

    @Argument(
      help: ArgumentHelp(
        "One of \(DescentFunction.all.map(\.name).joined(separator: ", ")).", valueName: "function"),
      completion: .list(DescentFunction.all.map(\.name)))
    var function = "ravine"

    @Option(
      parsing: .unconditionalSingleValue,
      help: ArgumentHelp(
        "Which go down, as in adam or 'momentum(momentum: 0.5)'; may be given several times. (default: sgd)",
        valueName: "name"), completion: .list(Optimizers.table.names))
    var optimizer: [String] = []

    @Option(
      parsing: .unconditionalSingleValue,
      help: ArgumentHelp(
        "The learning rate of each optimizer, in their order; one for all of them. (default: the function's own)",
        valueName: "rate"))
    var learningRate: [Double] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Steps of each.", valueName: "n"))
    var steps = 30

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try Checked.count(steps, "--steps", from: 1, to: 10_000)
      let shown = try DescentFunction.named(function)
      let names = optimizer.isEmpty ? ["sgd"] : optimizer
      guard learningRate.count <= 1 || learningRate.count == names.count else {
        throw ApusError(
          "\(learningRate.count) learning rates for \(names.count) optimizers",
          expected: "one for all of them, or one for each")
      }
      if let rate = learningRate.first(where: { !($0 > 0 && $0.isFinite) }) {
        throw ApusError("a learning rate of \(rate)", at: "--learning-rate", expected: "above 0")
      }
      let settings = try names.enumerated().map { number, text -> (name: String, setting: OptimizerSetting) in
        let rate =
          learningRate.isEmpty ? shown.rate : learningRate[learningRate.count == 1 ? 0 : number]
        let descriptions = try CallSyntax.parse(text, in: Optimizers.table)
        guard descriptions.count == 1, let description = descriptions.first else {
          throw ApusError(
            "several optimizers in “\(text)”", at: "--optimizer", fix: "give each with its own --optimizer")
        }
        return ("\(text), \(rate)", OptimizerSetting(try Optimizers.optimizer(description), rate: rate))
      }
      try picture.write(
        Picture.descent(on: shown, settings, steps: steps), name: "descent-\(shown.name)")
    }
  }
#endif
