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
        configuration, folds: folds, folder: out, overwrite: overwrite)
      Interruption.install()
      var found: [RunFindings] = []
      let scores = try validation.run(threads: threads, isCancelled: { Interruption.signal != 0 }) {
        fold, findings in
        found.append(findings)
        try leavePage(RunPage(findings).html, in: findings.folder)
        guard !quiet, !json else { return }
        let metrics = findings.report.test.map { "\($0.name) \(shortFigure($0.value))" }.joined(
          separator: "  ")
        Output.tell(["fold \(fold) of \(folds): \(metrics)"])
      }
      guard let scores else {
        Output.tell(["interrupted; the folds that are done are in \(validation.folder)"])
        throw ExitCode(128 + Interruption.signal)
      }
      try leavePage(FoldsPage(found, scores, folder: validation.folder).html, in: validation.folder)
      if json {
        let object = JSONValue.object(
          scores.map { score in
            JSONMember(
              score.name,
              .object([
                JSONMember("mean", .double(score.mean)), JSONMember("deviation", .double(score.deviation)),
                JSONMember("folds", .array(score.values.map { .double($0) })),
              ]))
          })
        Output.print([object.text(indents: true)])
      } else {
        Output.print(FoldTable(scores).lines(width: Output.style.width))
        if !quiet { Output.tell(["report: \(validation.folder)/report.html"]) }
      }
    }

    private func leavePage(_ html: String, in folder: String) throws {
      try AtomicFile.write("\(folder)/report.html", text: html, survivesPowerFailure: false)
    }
  }
#endif
