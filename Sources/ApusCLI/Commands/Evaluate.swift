#if Command
  import Apus
  import ArgumentParser

  struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare a model's predictions with the truth.",
      usage: "apus evaluate <model> <data> [<options>]",
      discussion: """
        Of a set with official test images, those are used. Rows count by the column of weights that the model was \
        trained with; where the data lacks it, each counts once.
        """)

    @Argument(
      help: ArgumentHelp("A model file that apus train wrote.", valueName: "model"), completion: .file())
    var model: String

    @OptionGroup var source: NewDataArguments

    @OptionGroup var chosen: SettingArguments<MetricSettings>

    @OptionGroup var decision: DecisionArguments

    @Flag(help: "Print one object of results, and nothing else.")
    var json = false

    func run() throws {
      try decision.check()
      let (saved, data) = try source.open(modelAt: model)
      let evaluation: Evaluation
      do {
        evaluation = try saved.evaluate(
          data, metrics: chosen.group().metrics, threshold: decision.threshold,
          collective: Ranks.collective)
      } catch let error as ApusError {
        throw error.place == nil && chosen.gives(\.metrics) ? error.at("--metrics") : error
      }
      if json {
        Output.print([EvaluationObject(evaluation).json.text(sortsKeys: false)])
        return
      }
      Output.tellBuild()
      let style = Output.style
      Output.print(["\(data.name): \(grouped(evaluation.samples)) samples"])
      Output.print(Output.notes(evaluation.notes, style))
      let unseen = evaluation.unseenMetrics
      Output.print(
        MetricLines(
          unseen.isEmpty
            ? [("", evaluation.metrics)] : [("all", evaluation.metrics), ("not trained on", unseen)]
        ).lines())
      if let confusion = evaluation.confusion {
        Output.print([""] + ConfusionTable(confusion).lines(width: style.width))
      }
      if !evaluation.targets.isEmpty {
        let parts =
          unseen.isEmpty
          ? [("", evaluation.targets)]
          : [("all", evaluation.targets), ("not trained on", evaluation.unseenTargets)]
        Output.print([""] + TargetTable(parts).lines(width: style.width))
      }
      if !evaluation.labels.isEmpty {
        Output.print([""] + LabelTable(evaluation.labels).lines(width: style.width))
      }
    }
  }
#endif
