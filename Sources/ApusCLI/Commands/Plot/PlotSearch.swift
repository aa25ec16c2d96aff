#if Command
  import Apus
  import ArgumentParser

  struct PlotSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "search", abstract: "What mattered in a search: scores over each key's values.")

    @Argument(
      help: ArgumentHelp("The folder that apus search wrote.", valueName: "dir"), completion: .directory)
    var folder: String

    @OptionGroup var picture: PictureArguments

    func run() throws {
      let report = try Apus.Search.Report(folder: folder)
      guard report.trials.contains(where: { $0.score != nil }) else {
        throw ApusError("no trial has a score yet", at: folder, fix: "go on with apus search --resume")
      }
      try picture.write(report.picture, to: "\(folder)/search.svg")
    }
  }
#endif
