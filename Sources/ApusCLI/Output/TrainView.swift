#if Command
  import Apus

  /// What `apus train` shows: what was chosen, how it goes, what came out.
  struct TrainView {
    private let run: TrainingRun
    private let isQuiet: Bool
    private let isJSON: Bool
    private let bar: ProgressBar?
    /// The doctor's, of the data and the first weights; who wants no words is not kept waiting for any.
    private let before: [Finding]

    init(_ run: TrainingRun, isQuiet: Bool, isJSON: Bool) {
      self.run = run
      before = isQuiet ? [] : run.checksBefore()
      self.isQuiet = isQuiet
      self.isJSON = isJSON
      let training = run.configuration.training
      bar =
        isQuiet
        ? nil
        : ProgressBar(
          style: Output.errorStyle, epochs: run.epochs, batch: training.batch ?? 1,
          metric: run.isText ? "bitsPerCharacter" : run.task == .regression ? "r2" : "accuracy",
          write: { Output.tell($0) })
    }

    /// Standard output belongs to the object alone.
    private func show(_ lines: [String]) {
      if isJSON { Output.tell(lines) } else { Output.print(lines) }
    }

    private var style: TerminalStyle { isJSON ? Output.errorStyle : Output.style }

    func start() {
      guard !isQuiet else { return }
      show(Output.notes(run.choices, style))
      if !run.notes.isEmpty { show(["noticed:"] + Output.notes(run.notes, style)) }
      show(DoctorView(before, style: style).shortLines())
      // In order with the bar, which is on standard error.
      try? Output.finish()
    }

    func handle(_ event: TrainingEvent) {
      bar?.handle(event)
    }

    func interrupted() {
      guard !isQuiet else { return }
      bar?.finish()
      Output.tell([
        "interrupted; the run is kept, and goes on with", "  apus train --resume \(quoted(run.folder))",
      ])
    }

    /// Shows what came out, and leaves a page with it in the run's folder.
    func finish(_ report: RunReport) {
      // Without words too: the page has them.
      let after = run.checksAfter(report)
      let page = Result { try leavePage(report, after) }
      if !isQuiet {
        let parts = [("training", report.training), ("validation", report.validation), ("test", report.test)]
        let curve = LearningCurve(report.history).lines(style)
        if !curve.isEmpty { show([""] + curve) }
        show([""] + MetricLines(parts).lines())
        if let kept = report.history.kept {
          show([""] + Output.notes(WeightLines(kept, report).lines, style))
        }
        if let confusion = report.confusion {
          show([""] + ConfusionTable(confusion).lines(width: style.width))
        }
        if !report.labels.isEmpty { show([""] + LabelTable(report.labels).lines(width: style.width)) }
        if let linear = report.linear { show([""] + LinearLines(linear).lines(style)) }
        if !report.profiles.isEmpty {
          show([""] + ProfileTable(report.profiles).lines(width: max(style.width, 80)))
        }
        show([""] + DoctorView(after, style: style).shortLines())
        show([""] + summary(report, page: try? page.get()))
      }
      if isJSON { Output.print([report.json.text(sortsKeys: false)]) }
      // The run is done, whatever becomes of its page.
      if case .failure(let error) = page { Output.tell(["note: no report was written: \(error)"]) }
    }

    /// - Returns: its path; nil where there is nothing to tell.
    private func leavePage(_ report: RunReport, _ after: [Finding]) throws -> String? {
      // What is examined again after training is told as it is then.
      let checks = before.filter { first in !after.contains { $0.name == first.name } } + after
      guard let findings = try run.findings(report, checks: checks) else { return nil }
      let path = "\(run.folder)/report.html"
      try AtomicFile.write(path, text: RunPage(findings).html, survivesPowerFailure: false)
      return path
    }

    private func summary(_ report: RunReport, page: String?) -> [String] {
      let samples = prefixedFigure(report.samplesPerSecond)
      var lines = [
        "\(grouped(report.parameters)) parameters, \(report.epochs) epochs in \(durationFigure(report.seconds))"
          + " (\(samples) samples/s)"
      ]
      guard let model = report.model else { return lines }
      lines.append("model: " + style.colored(model, .bold))
      lines.append("  apus evaluate \(quoted(model)) DATA")
      lines.append(
        run.isText
          ? "  apus generate \(quoted(model))" : "  apus predict \(quoted(model)) DATA --out FILE.csv")
      if let page { lines.append("report: \(page)") }
      return lines
    }

    /// As a shell takes it.
    private func quoted(_ path: String) -> String {
      let isPlain = path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+=:,@".contains($0)) }
      return isPlain
        ? path
        : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
  }
#endif
