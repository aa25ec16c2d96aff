#if Command
  import Apus
  import ArgumentParser

  extension Train {
    /// Trains once for each fold and prints the metrics' means and deviations.
    func crossValidate(_ configuration: RunConfiguration, _ folds: Int) throws {
      guard !profile else {
        throw ApusError(
          "the profile of several trainings", at: "--profile",
          fix: "leave it out, or name one fold with --fold 1")
      }
      let validation = try CrossValidation(
        configuration, folds: folds, folder: out, overwrite: overwrite, collective: Ranks.collective)
      Interruption.install()
      let result: CrossValidation.Result
      do {
        result = try validation.run(threads: threads) { fold, result in
          guard Ranks.isFirst else { return }
          try leavePage(RunPage(result).html, in: result.folder)
          guard !quiet, !json else { return }
          let metrics = result.test.map { "\($0.name) \(shortFigure($0.value))" }.joined(separator: "  ")
          Output.tell(["fold \(fold) of \(folds): \(metrics)"])
        } pauses: { _, _ in
          Interruption.signal != 0
        }
      } catch let error as ApusError where error.kind == .interrupted {
        Output.tell(["interrupted; the folds that are done are in \(validation.folder)"])
        try? Ranks.finish()
        throw ExitCode(128 + Interruption.signal)
      }
      guard Ranks.isFirst else { return }
      try leavePage(FoldsPage(result).html, in: validation.folder)
      if json {
        Output.print([result.json.text(indents: true)])
      } else {
        Output.print(FoldTable(result).lines(width: Output.style.width))
        if !quiet { Output.tell(["report: \(validation.folder)/report.html"]) }
      }
    }

    private func leavePage(_ html: String, in folder: String) throws {
      try AtomicFile.write("\(folder)/report.html", text: html, survivesPowerFailure: false)
    }
  }
#endif
