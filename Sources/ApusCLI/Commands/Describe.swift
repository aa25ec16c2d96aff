#if Command
  import Apus
  import ArgumentParser

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is in data: columns, distributions, missing values, correlations, classes.",
      usage: "apus describe <data> [<options>]")

    @OptionGroup var source: NewDataArguments

    @Option(
      help: ArgumentHelp(
        "The column that would be predicted: its name, or its number from 1; several times, columns of labels.",
        valueName: "col"))
    var target: [String] = []

    @Option(help: ArgumentHelp("What stands between the labels of a cell.", valueName: "mark"))
    var labelSeparator: String?

    @Option(
      help: ArgumentHelp("The column that would hold the rows' weights, by name or number.", valueName: "col")
    )
    var weights: String?

    @Option(help: "What would be predicted.")
    var task: LearningTask?

    func run() throws {
      let labels = LabelRequest(columns: target.count > 1 ? target : [], separator: labelSeparator)
      let data = try source.open()
      if case .table = data.content {
      } else if !target.isEmpty || labelSeparator != nil || weights != nil || task != nil {
        throw ApusError(
          "a target is described, and the data isn't a table", at: data.place,
          fix: "leave out --target, --label-separator, --weights and --task")
      }
      let view = try DescribeView(
        data, target: target.count == 1 ? target[0] : nil,
        labels: labels == LabelRequest() ? nil : labels,
        weights: weights, task: task, style: Output.style)
      Output.print(view.lines())
    }
  }
#endif
