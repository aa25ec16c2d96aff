#if Command
  import Apus
  import ArgumentParser

  struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a model's layers, output shapes, units, parameters, FLOPs and memory.")

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String?

    @Option(
      help: ArgumentHelp(
        "A YAML file of settings instead: the model that it would train.", valueName: "file.yaml"),
      completion: .file())
    var config: String?

    func validate() throws {
      guard (model == nil) != (config == nil) else {
        throw ValidationError("Give a model file, or --config with a file of settings.")
      }
    }

    func run() throws {
      let shown: Model
      if let model {
        shown = try Model(contentsOf: model)
      } else {
        shown = try RunPlan(RunConfiguration.load(yaml: config!)).model
      }
      Output.print(SummaryTable(shown).lines(width: Output.style.width))
    }
  }
#endif
