import ApusCore
import ApusData
import ApusNN
public import ApusRuns
import ApusTraining

/// `report.html`: what a run learned and how well, as one page for a stranger.
///
/// Self-contained, without a script, readable in light and dark and on a phone. The same run gives the same bytes but for
/// the line of times at its end.
public struct RunPage: Sendable {
  let result: RunResult
  /// Three side by side on a wide screen, one on a phone.
  static let chartWidth = 328.0

  public init(_ result: RunResult) {
    self.result = result
  }

  public var html: String {
    var page = HTMLPage()
    let headline = RunHeadline(result)
    page.heading("What the network learned from \(result.name)", level: 1)
    page.paragraph(headline.sentence, style: "lead")
    page.list(headline.remarks)
    page.section("Results") { addResult(&$0) }
    if !result.worst.isEmpty { page.section("Where it errs most") { addWorst(&$0) } }
    if let linear = result.linear { page.section("The rule") { addRule(linear, &$0) } }
    page.section("How it learned") { addLearning(&$0) }
    page.section("The data") { addData(&$0) }
    page.section("The model") { addModel(&$0) }
    if !result.findings.isEmpty { page.section("The doctor") { addChecks(&$0) } }
    page.section("To have it again") { addReproduction(&$0) }
    return page.document(title: "\(result.name): \(headline.sentence)")
  }

  // MARK: Result

  private func addResult(_ page: inout HTMLPage) {
    let parts = [
      ("training", result.training, result.trainingCount),
      ("validation", result.validation, result.validationCount),
      ("test", result.test, result.testCount),
    ].filter { !$0.1.isEmpty }
    let names = MetricLines.names(parts.map { Array($0.1) })
    page.table(
      [""]
        + parts.map { "\($0.0) (\(grouped($0.2 * result.positions))\(result.isText ? " characters" : ""))" },
      names.map { name, title in
        [.strong(title)]
          + parts.map { part in
            .figure(part.1.first { $0.name == name }.map { MetricLines.figure($0) } ?? "")
          }
      })
    if let text = result.writtenText {
      page.paragraph("What it writes on from a new line, at a temperature of 0.8:")
      page.code(text)
    }
    page.paragraph(
      "± is the standard error: what chance in the choice of samples alone makes of the figure.",
      style: "note")
    addTargets(&page)
    for line in ThresholdLines(result).lines {
      page.paragraph(line.prefix(1).uppercased() + line.dropFirst() + ".")
    }
    if let confusion = result.confusion, confusion.classNames.count > 1 {
      page.charts([ConfusionChart("Confusion matrix (\(result.evaluated.rawValue))", confusion)])
    }
    if !result.residuals.isEmpty {
      let names = result.model.objective?.targets.names ?? []
      for target in names.indices.prefix(Self.mostCharted) {
        page.charts(residualCharts(target, names.count > 1 ? " of \(names[target])" : ""))
      }
      if names.count > Self.mostCharted {
        page.paragraph("… and \(names.count - Self.mostCharted) more targets.", style: "note")
      }
    }
    if !result.labels.isEmpty { addLabels(&page) }
  }

  /// More targets than this have no pictures of their own.
  private static let mostCharted = 6

  /// - Parameter whose: ` of Weight`, where there are several targets.
  private func residualCharts(_ target: Int, _ whose: String) -> [any Chart] {
    let part = result.evaluated.rawValue
    let residuals = result.residuals(ofTarget: target)
    let errors = residuals.map { $0.prediction - $0.truth }
    return [
      ScatterChart(
        "Predicted against true\(whose) (\(part))",
        [.init("", residuals.map { Point($0.truth, $0.prediction) })], xName: "true",
        yName: "predicted",
        isEqual: true, width: Self.chartWidth),
      ScatterChart(
        "Residuals\(whose) (\(part))",
        [.init("", residuals.map { Point($0.prediction, $0.prediction - $0.truth) })],
        xName: "predicted",
        yName: "predicted − true", width: Self.chartWidth),
      HistogramChart(
        "Errors\(whose) (\(part))", Histogram(errors, bins: 24), xName: "predicted − true",
        width: Self.chartWidth),
    ]
  }

  private func addTargets(_ page: inout HTMLPage) {
    let table = TargetTable(result.targetParts)
    guard !table.rows.isEmpty else { return }
    page.heading("Each target", level: 3)
    page.table(
      ["target", ""] + table.partNames,
      table.rows.map { [.strong($0[0]), .text($0[1])] + $0.dropFirst(2).map { .figure($0) } })
    if table.restCount > 0 {
      page.paragraph("… and \(counted(table.restCount, "more target")).", style: "note")
    }
    page.paragraph(
      "Each in its own unit. Of the figures above, R² and the mean absolute error are the means of the targets’ own; the "
        + "root of the mean squared error is that of all of them together, whatever their units.",
      style: "note")
  }

  private func addLabels(_ page: inout HTMLPage) {
    page.heading("Each label", level: 3)
    func percent(_ share: Double?) -> HTMLPage.Cell { .figure(ConfusionChart.percent(share)) }
    page.table(
      ["label", "found", "missed", "wrong", "absent", "accuracy", "recall", "precision", "F1"],
      result.labels.prefix(Self.mostRows).map { label in
        [
          .strong(label.name), .figure(groupedFigure(label.found)), .figure(groupedFigure(label.missed)),
          .figure(groupedFigure(label.wrong)), .figure(groupedFigure(label.absent)),
          percent(label.accuracy), percent(label.recall), percent(label.precision),
          .figure(label.f1.map { fixed($0, 3) } ?? "–"),
        ]
      })
    addRest(of: result.labels.count, "labels", &page)
  }

  private func addRest(of count: Int, _ what: String, _ page: inout HTMLPage) {
    if count > Self.mostRows { page.paragraph("… and \(count - Self.mostRows) more \(what).", style: "note") }
  }

  private func addWorst(_ page: inout HTMLPage) {
    let noun =
      result.confusion == nil ? "The samples with the largest loss" : "The mistakes with the largest loss"
    page.paragraph("\(noun), of the \(grouped(result.evaluatedCount)) for \(result.evaluated.rawValue).")
    let images = result.worst.compactMap { sample in
      sample.image.map { image in
        ImageGrid.Tile(
          PixelImage(image),
          [
            "\(sample.truth), not \(sample.prediction)",
            sample.probability.map { "sure to \(ConfusionChart.percent($0))" }
              ?? "loss \(shortFigure(sample.loss, digits: 3))",
          ] + (sample.file.map { [$0.split(separator: "/").last.map(String.init) ?? $0] } ?? []))
      }
    }
    guard images.count < result.worst.count else {
      return page.charts([
        ImageGrid("True class, and predicted class", images, columns: 4, tileWidth: 84)
      ])
    }
    let columns = result.worst.first?.cells.map(\.column) ?? []
    let hasProbability = result.worst.contains { $0.probability != nil }
    page.table(
      [columns.isEmpty ? "sample" : "row", "true", "predicted"] + (hasProbability ? ["sure to"] : []) + [
        "loss"
      ]
        + columns,
      result.worst.map { sample in
        [.figure("\(sample.number)"), .text(sample.truth), .text(sample.prediction)]
          + (hasProbability ? [.figure(sample.probability.map { ConfusionChart.percent($0) } ?? "–")] : [])
          + [.figure(shortFigure(sample.loss, digits: 3))]
          + sample.cells.map { .text(String($0.text.prefix(40))) }
      })
  }

  // MARK: Rule

  private func addRule(_ linear: LinearReading, _ page: inout HTMLPage) {
    page.paragraph("The model is linear: this is all that it does.")
    page.code(LinearLines(linear).lines().joined(separator: "\n"))
    for rule in linear.rules.prefix(LinearLines.mostRules) where rule.terms.count > LinearLines.mostTerms {
      page.folded(linear.rules.count == 1 ? "All coefficients" : "All coefficients of \(rule.name)") { page in
        page.table(
          ["term", "coefficient", "times its standard deviation"],
          rule.terms.map {
            [.text($0.name), .figure(shortFigure($0.weight, digits: 6)), .figure(shortFigure($0.effect))]
          } + [[.strong("constant"), .figure(shortFigure(rule.intercept, digits: 6)), .figure("")]])
      }
    }
  }

  // MARK: Learning

  private func addLearning(_ page: inout HTMLPage) {
    guard result.epochs > 1 else {
      if stepChart(&page) { return }
      return page.paragraph(
        result.kept.rule == .closedForm
          ? "The weights are those of the closed form: no step was trained."
          : result.epochs == 0
            ? "There was no whole epoch." : "There was 1 epoch, of 1 step.")
    }
    page.charts(HistoryCharts(result, width: Self.chartWidth).charts)
    if result.isText { stepChart(&page) }
    guard result.members.count > 1 else { return }
    page.table(
      ["training", "epochs", "weights kept", "training loss", "validation loss"],
      result.members.prefix(Self.mostRows).enumerated().map { number, member in
        let (last, kept) = (member.history.epochs.last, member.history.keptRecord)
        return [
          .strong("\(number + 1)"), .figure("\(last?.epoch ?? 0)"),
          .text(member.history.kept?.clause(of: last?.epoch ?? 0) ?? "–"),
          .figure(kept.map { shortFigure($0.trainingLoss) } ?? "–"),
          .figure(kept?.validation("loss").map { shortFigure($0) } ?? "–"),
        ]
      })
    addRest(of: result.members.count, "trainings", &page)
  }

  /// - Returns: whether there are steps enough for a curve.
  @discardableResult
  private func stepChart(_ page: inout HTMLPage) -> Bool {
    let points = result.stepLosses.points
    guard points.count > 1 else { return false }
    page.charts([
      LineChart(
        "Training loss", [.init("", points.map { Point($0.step, $0.loss) })], xName: "step",
        width: Self.chartWidth, showsLegend: false)
    ])
    return true
  }

  // MARK: Model

  /// As images; an input of more numbers has none.
  private static let mostWeights = 60_000
  /// More layers, and more labels, than this are counted only.
  private static let mostRows = 60

  func addModel(_ page: inout HTMLPage) {
    let model = result.model
    let training = result.configuration.training
    func text(_ item: (any Named)?) -> String {
      item.map { $0.configuration.stringValue ?? $0.configuration.text() } ?? ""
    }
    page.paragraph(
      result.kept.rule == .closedForm
        ? "\(grouped(model.parameterCount)) parameters; loss \(text(training.loss)), solved in closed form."
        : "\(grouped(model.parameterCount)) parameters; loss \(text(training.loss)), optimizer \(text(training.optimizer)) "
          + "at \(training.learningRate.map { shortFigure($0) } ?? "–"), schedule \(text(training.schedule)), batches of "
          + "\(training.batch ?? 0).")
    page.table(
      ["layer", "kind", "output", "parameters"],
      model.summary.prefix(Self.mostRows).map { layer in
        [
          .strong(layer.path), .text(layer.name),
          .text(layer.outputShape.map(String.init).joined(separator: " × ")),
          .figure(layer.parameterCount == 0 ? "–" : grouped(layer.parameterCount)),
        ]
      })
    addRest(of: model.summary.count, "layers", &page)
    let most = min(32, Self.mostWeights / max(model.inputShape.reduce(1, *), 1))
    if most > 0, let weights = WeightImages(model, most: most) {
      page.charts([weights.picture(title: "Weights of the first layer").chart])
    }
  }

  // MARK: Doctor

  private func addChecks(_ page: inout HTMLPage) {
    for check in result.findings.enumerated().sorted(by: {
      ($1.element.level, $0.offset) < ($0.element.level, $1.offset)
    }).map(\.element) {
      page.element("div", style: "finding \(check.level.rawValue)") { page in
        page.paragraph("\(check.level.word) · \(check.name): \(check.result.figure)")
        page.paragraph("expected \(check.result.expected). \(check.why)", style: "note")
        if let fix = check.result.fix { page.paragraph("→ \(fix)") }
      }
    }
  }

  // MARK: Reproduction

  private func addReproduction(_ page: inout HTMLPage) {
    page.paragraph("The same data and these settings give the same model file, byte for byte:")
    page.code(result.reproduction)
    page.paragraph("Seed \(result.configuration.training.seed ?? 0). SHA-256 of model.safetensors:")
    page.paragraph(result.modelHash, style: "hash")
    page.paragraph("To use it:")
    let model = "\(result.folder)/model.safetensors"
    page.code(
      "apus evaluate \(model) DATA\n"
        + (result.isText ? "apus generate \(model)" : "apus predict \(model) DATA --out FILE.csv"))
    if let yaml = try? result.configuration.yaml() { page.folded("config.yaml") { $0.code(yaml) } }
    if !result.reasons.lines.isEmpty {
      page.folded("What was chosen, and why") { $0.list(result.reasons.lines) }
    }
    page.paragraph(
      "Trained in \(durationFigure(result.seconds)) (\(prefixedFigure(result.samplesPerSecond)) samples/s).",
      style: "note")
  }
}

extension PixelImage {
  /// A sample: grey for one channel, colors for three.
  init(_ sample: ImageSample) {
    let (height, width, channels) = (sample.shape[0], sample.shape[1], sample.shape[2])
    func byte(_ value: Float) -> UInt8 { UInt8((min(max(value, 0), 1) * 255).rounded()) }
    self.init(
      width: width, height: height,
      pixels: (0..<(width * height)).map { pixel in
        let values = (0..<channels).map { byte(sample.values[pixel * channels + $0]) }
        return channels == 3
          ? Color(red: values[0], green: values[1], blue: values[2])
          : Color(red: values[0], green: values[0], blue: values[0])
      })
  }
}
