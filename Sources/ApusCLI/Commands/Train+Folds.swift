#if Command
  import Apus
  import ArgumentParser

  extension Train {
    /// Trains once for each fold and prints the metrics' means and deviations.
    func crossValidate(_ folds: Int) throws {
      try Checked.count(folds, "--folds", from: 2)
      let validation = try CrossValidation(runConfiguration(), folds: folds, folder: out)
      Interruption.install()
      let scores = try validation.run(threads: threads, isCancelled: { Interruption.signal != 0 }) {
        fold, report in
        guard !quiet, !json else { return }
        let metrics = report.test.map { "\($0.name) \(shortFigure($0.value))" }.joined(separator: "  ")
        Output.tell(["fold \(fold) of \(folds): \(metrics)"])
      }
      guard let scores else {
        Output.tell(["interrupted; the folds that are done are in \(validation.folder)"])
        throw ExitCode(128 + Interruption.signal)
      }
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
      }
    }
  }
#endif
