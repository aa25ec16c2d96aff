#if Command
  import Apus
  import ArgumentParser

  struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a model's layers, output shapes, units, parameters, FLOPs and memory.",
      usage: "apus summary (<model> | --config <file> | --layers <layers> --input <n>)",
      discussion: """
        Of --layers with --input nothing is allocated: the network may be of any size, as in --layers '[{gpt: {vocabulary: \
        50257, layers: 96, heads: 96, width: 12288, context: 2048}}]' --input 2048 --tokens.
        """)

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String?

    @Option(
      help: ArgumentHelp(
        "A YAML file of settings instead: the model that it would train.", valueName: "file.yaml"),
      completion: .file())
    var config: String?

    @OptionGroup var network: SettingArguments<LayerSettings>

    @Option(
      help: ArgumentHelp(
        "With --layers: the shape of a sample, as in 64 or 224,224,3.", valueName: "n,n,…"))
    var input: String?

    @Flag(help: "With --layers: the input holds class numbers, as of a text.")
    var tokens = false

    func validate() throws {
      let isNetwork = !network.texts.isEmpty
      guard [model != nil, config != nil, isNetwork].count(where: { $0 }) == 1 else {
        throw ValidationError(
          "Give a model file, --config with a file of settings, or --layers with --input.")
      }
      guard isNetwork == (input != nil), isNetwork || !tokens else {
        throw ValidationError("--layers and --input go together, and --tokens with them.")
      }
    }

    func run() throws {
      let summary: NetworkSummary
      if let model {
        summary = NetworkSummary(try Model(contentsOf: model))
      } else if let config {
        summary = NetworkSummary(try RunPlan(RunConfiguration.load(yaml: config)).model)
      } else {
        let shape = try Checked.counts(input!, "--input")
        guard let layers = try network.group().layers else { return }
        summary = try NetworkSummary(
          layers, input: InputSpecification(shape, tokens ? .int32 : .float32))
      }
      Output.print(SummaryTable(summary).lines(width: Output.style.width))
    }
  }
#endif
