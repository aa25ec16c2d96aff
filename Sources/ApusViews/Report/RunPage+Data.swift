import ApusCore
import ApusData
import ApusRuns

extension RunPage {
  /// More columns than this are not listed.
  private static let mostColumns = 40
  /// More targets than this have no chart.
  private static let mostTargets = 4
  /// More classes than this have no bar.
  private static let mostBars = 30

  func addData(_ page: inout HTMLPage) {
    switch result.data {
    case .table(let summary, let rows): add(summary, rows: rows, &page)
    case .images(let shape, let targets, let counts, let examples):
      let extent = shape.map(String.init).joined(separator: " × ")
      let count = targets.outputCount
      let (what, title, bars) =
        switch targets {
        case .classes:
          (" in \(count) classes", "One training image of each class", "Training images of each class")
        case .labels:
          (
            " with any of \(count) labels", "A training image with each label",
            "Training images with each label"
          )
        case .values:
          (" with \(counted(count, "number")) each", "The first training images, with their numbers", "")
        }
      page.paragraph("Images of \(extent)\(what): \(sizes).")
      if !examples.isEmpty {
        page.charts([
          ImageGrid(title, examples.map { .init(PixelImage($0), [$0.name]) }, columns: 5, tileWidth: 56)
        ])
      }
      page.charts([Self.classes(counts, bars)].compactMap { $0 })
    case .text(let context, let vocabulary):
      page.paragraph(
        "A text of \(vocabulary) different characters, in windows of \(context) characters: \(sizes).")
    case .other: page.paragraph("\(sizes.prefix(1).uppercased())\(sizes.dropFirst()).")
    }
    page.list(result.notes)
  }

  private var sizes: String {
    var parts = ["\(grouped(result.trainingCount)) for training"]
    if result.validationCount > 0 { parts.append("\(grouped(result.validationCount)) for validation") }
    if result.testCount > 0 { parts.append("\(grouped(result.testCount)) for test") }
    return parts.joined(separator: ", ")
  }

  private func add(_ summary: DataSummary, rows: Int, _ page: inout HTMLPage) {
    page.paragraph("\(grouped(rows)) rows of \(summary.columns.count) columns: \(sizes).")
    if summary.rowCount < rows {
      page.paragraph(
        "The figures below are of \(grouped(summary.rowCount)) rows, evenly chosen.", style: "note")
    }
    if let target = summary.target, result.task != .multiLabel {
      let names = target.indices.map { "“\(summary.columns[$0].name)”" }
      let shown = listed(names, most: 8)
      page.paragraph(
        "\(shown) \(names.count > 1 ? "are the targets" : "is the target") (\(target.task.rawValue)); the other columns "
          + "are inputs unless left out.")
    }
    if let weights = summary.columns.first(where: { $0.role == .weights }) {
      page.paragraph(
        "“\(weights.name)” has the rows’ weights and is no input: losses and metrics count each row by it, the figures "
          + "below do not.")
    }
    page.table(
      ["column", "kind", "missing", "distinct", "distribution", "values"],
      summary.columns.prefix(Self.mostColumns).map { column in
        [
          .strong(column.name), .text(column.kind.rawValue),
          .figure(column.missingCount == 0 ? "–" : grouped(column.missingCount)),
          .figure(grouped(column.distinctCount)), .chart(Self.distribution(column)),
          .text(Self.values(column)),
        ]
      })
    if summary.columns.count > Self.mostColumns {
      page.paragraph("… and \(summary.columns.count - Self.mostColumns) more columns.", style: "note")
    }
    var charts: [any Chart] = []
    let title = result.task == .multiLabel ? "Rows with each label" : "Rows of each class"
    if let classes = Self.classes(summary.classCounts, title) { charts.append(classes) }
    let groups = summary.associationsByTarget
    for (name, items) in groups.prefix(Self.mostTargets) {
      charts.append(
        BarChart(
          "What goes with \(groups.count > 1 ? name : "the target")",
          items.prefix(12).map {
            .init(
              $0.first, $0.value, figure: "\($0.measure.rawValue) \(ChartScale.minus(fixed($0.value, 2)))")
          }, limit: 1, width: Self.chartWidth))
    }
    page.charts(charts)
    if !summary.targetAssociations.isEmpty {
      page.paragraph(
        "r: correlation, η: correlation ratio, V: Cramér’s V, each of one column alone.", style: "note")
    }
  }

  private static func classes(_ counts: [DataSummary.Count], _ title: String) -> BarChart? {
    guard counts.count > 1, counts.count <= mostBars else { return nil }
    return BarChart(
      title, counts.map { .init($0.name, Double($0.count), figure: grouped($0.count)) }, width: chartWidth)
  }

  /// A histogram as small as a word.
  private static func distribution(_ column: DataSummary.Column) -> String {
    let counts: [Int]
    if column.kind != .category, let statistics = column.statistics {
      counts = statistics.histogram
    } else if column.kind == .text {
      return ""
    } else {
      counts = column.topValues.map(\.count)
    }
    return SparkBars(counts, name: column.name).inlineSVG
  }

  private static func values(_ column: DataSummary.Column) -> String {
    if column.filledCount == 0 { return "" }
    func figure(_ value: Double) -> String { ChartScale.figure(value) }
    if column.kind != .category, let s = column.statistics {
      return
        "\(figure(s.minimum)) … \(figure(s.median)) … \(figure(s.maximum)), mean \(figure(s.mean)) ± \(figure(s.deviation))"
    }
    // Of long texts that occur once each, two tell as much as four.
    let isText = column.kind == .text
    let shown = column.topValues.prefix(isText ? 2 : 4).map { value in
      shortened(value.name, to: 150) + (isText && value.count == 1 ? "" : " \(grouped(value.count))")
    }
    return shown.joined(separator: isText ? " | " : ", ") + (column.distinctCount > shown.count ? ", …" : "")
  }
}

/// Bars as small as a word, for the cell of a table.
struct SparkBars: Chart {
  let title: String
  private let counts: [Int]

  init(_ counts: [Int], name: String) {
    self.counts = counts
    title = "distribution of \(name)"
  }

  var summary: String { counts.map(String.init).joined(separator: ", ") }
  var width: Double { 96 }
  var height: Double { 20 }

  func draw(into drawing: inout Drawing) {
    let largest = Double(max(counts.max() ?? 0, 1))
    let step = min(width / Double(max(counts.count, 1)), 12)
    for (place, count) in counts.enumerated() where count > 0 {
      let size = max(Double(count) / largest * 18, 1)
      drawing.rectangle(
        Area(x: Double(place) * step, y: 19 - size, width: step - 1, height: size), ChartStyle.fill(0))
    }
    drawing.line(Point(0, 19.5), Point(Double(counts.count) * step, 19.5), "grid")
  }
}
