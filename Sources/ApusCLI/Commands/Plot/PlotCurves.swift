#if Command
  import Apus
  import ArgumentParser

  struct PlotCurves: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "curves", abstract: "Losses, metric and learning rate of runs, overlaid.")

    @Argument(
      help: ArgumentHelp("Folders that apus train wrote.", valueName: "run"), completion: .directory)
    var runs: [String]

    @OptionGroup var picture: PictureArguments

    func validate() throws {
      if runs.isEmpty { throw ValidationError("Missing expected argument '<run>': give a run's folder.") }
    }

    func run() throws {
      let folders = runs.map { $0.count > 1 && $0.last == "/" ? String($0.dropLast()) : $0 }
      let histories = try folders.flatMap { folder in
        let trainings = try History.all(ofRun: folder)
        return trainings.enumerated().map { number, history in
          (name: trainings.count == 1 ? folder : "\(folder), training \(number + 1)", history: history)
        }
      }
      for run in histories where run.history.epochs.isEmpty {
        throw ApusError("there is no epoch to draw", at: run.name, fix: "train it with --epochs 1 or more")
      }
      let lines = LearningCurve(histories).lines(Output.style)
      let path = folders.count == 1 ? "\(folders[0])/curves.svg" : "curves.svg"
      if !lines.isEmpty { Output.print(lines + [""], beside: picture.out ?? path) }
      let content = Picture(
        folders.count == 1 ? "The run \(folders[0])" : "\(folders.count) runs",
        HistoryCharts(histories).charts.map { Picture($0) },
        columns: 3)
      try picture.write(content, to: path)
    }
  }
#endif
