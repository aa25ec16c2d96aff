#if Command
  import Apus
  import ArgumentParser

  struct GradCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gradcheck",
      abstract: "Compare a model's gradients with differences of its loss.",
      usage: "apus gradcheck <model> | --config <file.yaml> [<options>]",
      discussion: """
        In double precision, by the reference interpreter: every parameter in a random direction over all of its \
        elements, and along some elements alone. Slow and thorough: meant for small networks and for layers of \
        one's own. Ends with 1 when a gradient is wrong.
        """)

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String?

    @Option(
      help: ArgumentHelp(
        "A YAML file of settings instead: the model that it would train, on its data.", valueName: "file.yaml"
      ),
      completion: .file())
    var config: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Samples in the loss.", valueName: "n"))
    var rows = 4

    @Option(
      parsing: .unconditional, help: ArgumentHelp("Elements of each parameter tried alone.", valueName: "n"))
    var elements = 3

    @Flag(help: "Print one object of results, and nothing else.")
    var json = false

    func validate() throws {
      guard (model == nil) != (config == nil) else {
        throw ValidationError("Give a model file, or --config with a file of settings.")
      }
    }

    func run() throws {
      try Checked.count(rows, "--rows", from: 1, to: 1000)
      try Checked.count(elements, "--elements", from: 0, to: 1000)
      let check: GradientCheck
      if let model {
        check = try GradientCheck(Model(contentsOf: model), rows: rows, elements: elements)
      } else {
        check = try GradientCheck(RunConfiguration.load(yaml: config!), rows: rows, elements: elements)
      }
      let sign = SignOfLife("gradients")
      let report = check.run { sign.now($0) }
      sign.end()
      let view = GradientCheckView(report, style: Output.style)
      Output.print(json ? [view.json.text(sortsKeys: false)] : view.lines())
      if report.level == .bad {
        try Output.finish()
        throw ExitCode(1)
      }
    }
  }
#endif
