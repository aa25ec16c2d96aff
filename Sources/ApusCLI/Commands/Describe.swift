#if Command
  import Apus
  import ArgumentParser

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is in data: columns, distributions, missing values, correlations, classes.",
      usage: "apus describe <data> [<options>]")

    @OptionGroup var source: NewDataArguments

    @OptionGroup var pictures: SettingArguments<PictureSettings>

    @OptionGroup var target: SettingArguments<TargetSettings>

    func run() throws {
      let given = try target.group()
      let form = try pictures.group()
      let data = try source.open(size: form.size, channels: form.channels)
      guard target.texts.isEmpty || data.hasColumns else {
        throw ApusError(
          "a target is described, and the data isn't a table", at: data.place,
          fix: "leave out --target, --label-separator, --weights and --task")
      }
      let view = try DescribeView(
        data, target: given.target,
        labels: given.labelRequest(),
        weights: given.weights, task: given.task, style: Output.style)
      Output.print(view.lines())
    }
  }
#endif
