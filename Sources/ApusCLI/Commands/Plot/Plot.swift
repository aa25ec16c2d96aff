#if Command
  import Apus
  import ArgumentParser

  struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw pictures, as SVG files.",
      usage: "apus plot <run> ... | apus plot <picture> [<options>]",
      discussion:
        "Of runs without the name of a picture, the curves. A browser shows the files, in light and dark.",
      subcommands: [
        PlotCurves.self, PlotData.self, PlotActivations.self, PlotWeights.self, PlotGraph.self,
        PlotDescent.self, PlotLandscape.self,
        PlotRegions.self, PlotHistograms.self, PlotSaliency.self, PlotExcitation.self, PlotAttention.self,
        PlotProbes.self, PlotAblation.self, PlotSegment.self, PlotGradientNoise.self, PlotRows.self,
        PlotWidth.self, PlotSearch.self,
      ], defaultSubcommand: PlotCurves.self)
  }

  /// The file that a picture is written to.
  struct PictureArguments: ParsableArguments {
    @Option(
      help: ArgumentHelp("The picture's file. (default: beside what it is of)", valueName: "file.svg"),
      completion: .file())
    var out: String?

    func refuse(over inputs: [String]) throws(ApusError) {
      if let out { try AtomicFile.refuse(out, over: inputs) }
    }

    /// Writes the picture and tells its path.
    func write(_ content: Picture, beside file: String? = nil, name: String) throws(ApusError) {
      let folder = file.flatMap { $0.lastIndex(of: "/").map { String(file![...$0]) } } ?? ""
      try write(content, to: "\(folder)\(name).svg")
    }

    /// - Parameter path: unless another is asked for.
    func write(_ content: Picture, to path: String) throws(ApusError) {
      let path = out ?? path
      try AtomicFile.write(path, text: content.svg, survivesPowerFailure: false)
      Output.print(["picture: \(path)"], beside: path)
    }
  }
#endif
