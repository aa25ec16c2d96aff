#if Command
  import Apus

  /// The output of `apus train`: the choices made, the progress, the results.
  final class TrainView {
    private let isQuiet: Bool
    private let isJSON: Bool
    private var bar: ProgressBar?

    private let writesLines: Bool

    /// - Parameter writesLines: whether each epoch has a line if standard error isn't a terminal.
    init(isQuiet: Bool, isJSON: Bool, writesLines: Bool) {
      (self.isQuiet, self.isJSON, self.writesLines) = (isQuiet, isJSON, writesLines)
    }

    /// Standard output belongs to the object alone.
    private func show(_ lines: [String]) {
      if isJSON { Output.tell(lines) } else { Output.print(lines) }
    }

    private var style: TerminalStyle { isJSON ? Output.errorStyle : Output.style }

    /// Shows what a plan has chosen, and what the doctor says of its data and first weights.
    ///
    /// - Returns: the plan with the doctor's findings; who wants no words isn't kept waiting for them.
    func begin(_ plan: RunPlan) -> RunPlan {
      guard !isQuiet else { return plan }
      bar = ProgressBar(
        style: Output.errorStyle, epochs: plan.epochs, batch: plan.configuration.training.batch ?? 1,
        metric: plan.mainMetric, writesLines: writesLines,
        write: { Output.tell($0) })
      var plan = plan
      show(Output.notes(plan.reasons.lines, style))
      if !plan.notes.isEmpty { show(["noticed:"] + Output.notes(plan.notes, style)) }
      show(DoctorView(plan.examine(), style: style).shortLines())
      // In order with the bar, which is on standard error.
      try? Output.finish()
      return plan
    }

    func handle(_ event: TrainingEvent) {
      bar?.handle(event)
    }

    func interrupted(_ folder: String) {
      guard !isQuiet else { return }
      bar?.finish()
      Output.tell([
        "interrupted; the run is kept, and goes on with", "  apus train --resume \(quoted(folder))",
      ])
    }

    /// Shows what came out, and leaves a page with it in the run's folder.
    func finish(_ result: RunResult) {
      let page = Result { try leavePage(result) }
      if !isQuiet {
        let parts = [("training", result.training), ("validation", result.validation), ("test", result.test)]
        let curve = LearningCurve(result.namedHistories).lines(style)
        if !curve.isEmpty { show([""] + curve) }
        show([""] + MetricLines(parts.map { ($0, Array($1)) }).lines())
        let targets = TargetTable(result.targetParts).lines(width: style.width)
        if !targets.isEmpty { show([""] + targets) }
        show([""] + Output.notes(WeightLines(result).lines + ThresholdLines(result).lines, style))
        if result.evaluated == .test {
          if let confusion = result.confusion {
            show([""] + ConfusionTable(confusion).lines(width: style.width))
          }
          if !result.labels.isEmpty { show([""] + LabelTable(result.labels).lines(width: style.width)) }
        }
        if let linear = result.linear { show([""] + LinearLines(linear).lines(style)) }
        if !result.profiles.isEmpty {
          show([""] + ProfileTable(result.profiles).lines(width: max(style.width, 80)))
        }
        show([""] + DoctorView(result.outcomeFindings, style: style).shortLines())
        show([""] + summary(result, page: try? page.get()))
      }
      if isJSON { Output.print([result.json.text(sortsKeys: false)]) }
      // The run is done, whatever becomes of its page.
      if case .failure(let error) = page { Output.tell(["note: no report was written: \(error)"]) }
    }

    /// - Returns: its path.
    private func leavePage(_ result: RunResult) throws -> String {
      let path = "\(result.folder)/report.html"
      try AtomicFile.write(path, text: RunPage(result).html, survivesPowerFailure: false)
      return path
    }

    private func summary(_ result: RunResult, page: String?) -> [String] {
      let samples = prefixedFigure(result.samplesPerSecond)
      let model = result.modelFile
      var lines = [
        "\(grouped(result.model.parameterCount)) parameters, "
          + (result.kept.rule == .closedForm
            ? "solved in closed form"
            : "\(counted(result.epochs, "epoch")) in \(durationFigure(result.seconds)) (\(samples) samples/s)"),
        "model: " + style.colored(model, .bold), "  apus evaluate \(quoted(model)) DATA",
        result.isText
          ? "  apus generate \(quoted(model))" : "  apus predict \(quoted(model)) DATA --out FILE.csv",
      ]
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
