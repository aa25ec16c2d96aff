package import ApusTraining

/// A confusion matrix: counts with rates for each true and predicted class, correct ones in blue and wrong ones in
/// orange, the darker the larger the fraction of the class.
package struct ConfusionChart: Chart {
  package let title: String
  private let matrix: ConfusionMatrix
  /// More classes than this are too many to read: those that are recognized worst are shown.
  package static let mostShown = 30
  private let shown: [Int]
  private let cell: Double
  private let names: Double
  private let hasRates: Bool

  package init(_ title: String, _ matrix: ConfusionMatrix) {
    self.matrix = matrix
    let all = Array(matrix.classNames.indices)
    if all.count > Self.mostShown {
      let ranked = all.sorted { ((matrix.recall($0) ?? 2), $0) < ((matrix.recall($1) ?? 2), $1) }
      shown = ranked.prefix(Self.mostShown).sorted()
      self.title = "\(title): the \(Self.mostShown) of \(all.count) classes recognized worst"
    } else {
      shown = all
      self.title = title
    }
    let classes = shown
    let largest = classes.flatMap { truth in classes.map { matrix.counts[truth][$0] } }.max() ?? 0
    hasRates = classes.count <= 6
    cell = min(
      max(textWidth(countFigure(largest)) + 12, classes.count <= 6 ? 58 : classes.count <= 12 ? 38 : 28), 80)
    names = max(
      min((classes.map { textWidth(matrix.classNames[$0]) }.max() ?? 0) + 10, 130), textWidth("precision") + 8
    )
  }

  private var count: Double { Double(shown.count) }
  /// Names of columns stand upright where they do not fit.
  private var isUpright: Bool { shown.contains { textWidth(matrix.classNames[$0]) > cell - 4 } }
  private var columnNames: Double {
    isUpright ? min((shown.map { textWidth(matrix.classNames[$0]) }.max() ?? 0) + 10, 110) : 20
  }
  private var top: Double { 48 + columnNames }
  private var cellHeight: Double { hasRates ? 44 : max(cell * 0.8, 24) }

  package var width: Double { max(names + count * cell + 62, titleWidth(title)) }
  package var height: Double { top + count * cellHeight + 32 }

  package var summary: String {
    shown.map { "\(matrix.classNames[$0]): \(Self.percent(matrix.recall($0))) recognized" }.joined(
      separator: "; ")
  }

  static func percent(_ share: Double?) -> String {
    guard let share else { return "–" }
    if share > 0.9995 || share == 0 { return "\(Int(share.rounded() * 100)) %" }
    return fixed(share * 100, share > 0.995 || share < 0.005 ? 1 : 0) + " %"
  }

  package func draw(into drawing: inout Drawing) {
    drawing.label(title, at: Point(0, 17), "title")
    drawing.label("true ↓   predicted →", at: Point(0, 40), "muted")
    for (column, taken) in shown.enumerated() {
      let x = names + (Double(column) + 0.5) * cell
      let name = matrix.classNames[taken]
      if isUpright {
        drawing.element(
          "text",
          [
            "class": .word(""),
            "transform": .word("translate(\(coordinate(x + 4)) \(coordinate(top - 7))) rotate(-90)"),
          ], content: shortened(name, to: columnNames - 8))
      } else {
        drawing.label(name, at: Point(x, top - 7), "", .middle)
      }
    }
    drawing.label("recall", at: Point(names + count * cell + 8, top - 7), "muted")
    for (row, truth) in shown.enumerated() {
      let y = top + Double(row) * cellHeight
      let total = matrix.counts[truth].reduce(0, +)
      drawing.label(
        shortened(matrix.classNames[truth], to: names - 8), at: Point(names - 8, y + cellHeight / 2 + 4), "",
        .end)
      for (column, taken) in shown.enumerated() {
        draw(
          truth, taken, total, Area(x: names + Double(column) * cell, y: y, width: cell, height: cellHeight),
          &drawing)
      }
      drawing.label(
        Self.percent(matrix.recall(truth)), at: Point(names + count * cell + 8, y + cellHeight / 2 + 4),
        "muted")
    }
    let y = top + count * cellHeight + 17
    drawing.label("precision", at: Point(names - 8, y), "muted", .end)
    for (column, taken) in shown.enumerated() {
      let share = Self.percent(matrix.precision(taken)).split(separator: " ")[0]
      drawing.label(String(share), at: Point(names + (Double(column) + 0.5) * cell, y), "muted", .middle)
    }
    drawing.label("%", at: Point(names + count * cell + 8, y), "muted")
  }

  private func draw(_ truth: Int, _ taken: Int, _ total: Double, _ area: Area, _ drawing: inout Drawing) {
    let times = matrix.counts[truth][taken]
    let inner = Area(x: area.x + 0.5, y: area.y + 0.5, width: area.width - 1, height: area.height - 1)
    guard times > 0 else { return drawing.rectangle(inner, "track", opacity: 0.35) }
    let share = times / total
    let style = ChartStyle.cell(share, isWarm: truth != taken)
    drawing.rectangle(
      inner, style.cell,
      note:
        "\(matrix.classNames[truth]) predicted as \(matrix.classNames[taken]): \(countFigure(times)) of \(countFigure(total))"
    )
    let middle = Point(area.x + area.width / 2, area.y + area.height / 2 + (hasRates ? -1 : 4))
    drawing.label(countFigure(times), at: middle, style.text, .middle)
    if hasRates {
      drawing.label(
        Self.percent(share), at: Point(middle.x, middle.y + 14),
        style.text.isEmpty ? "small" : style.text + " small",
        .middle)
    }
  }
}
