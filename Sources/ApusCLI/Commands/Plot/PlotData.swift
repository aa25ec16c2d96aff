#if Command
  import Apus
  import ArgumentParser

  struct PlotData: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "data",
      abstract: "What is in data, before any training: each column, and what goes with the target.",
      usage: "apus plot data <data> [<options>]",
      discussion: "Of images the first of each class and the mean image, of a text its characters.")

    @OptionGroup var source: NewDataArguments

    @OptionGroup var pictures: SettingArguments<PictureSettings>

    @OptionGroup var target: SettingArguments<TargetSettings>

    @OptionGroup var picture: PictureArguments

    func run() throws {
      try picture.refuse(over: [source.data])
      let given = try target.group()
      let form = try pictures.group()
      let data = try source.open(size: form.size, channels: form.channels)
      guard target.texts.isEmpty || data.hasColumns else {
        throw ApusError(
          "a target is described, and the data isn't a table", at: data.place,
          fix: "leave out --target, --label-separator, --weights and --task")
      }
      let content = try Picture.data(
        data, target: given.target, labels: given.labelRequest(), weights: given.weights, task: given.task)
      try picture.write(content, beside: data.isBuiltIn ? nil : source.data, name: data.name)
    }
  }
#endif
