/// A finished picture of values as SVG text: what each reading of a model gives.
///
/// Readable in light and in dark, without a script; its text can be selected, and a screen reader is told the title and
/// the summary. The same values give the same bytes.
public struct Picture: Sendable {
  package let chart: any Chart

  package init(_ chart: some Chart) { self.chart = chart }

  /// Several in rows, as one.
  package init(_ title: String, _ pictures: [Picture], columns: Int) {
    chart = ChartGrid(title, pictures.map(\.chart), columns: columns)
  }

  /// The title, drawn at its top.
  public var title: String { chart.title }
  /// The same in a sentence, for who cannot see it.
  public var summary: String { chart.summary }
  /// A whole SVG file.
  public var svg: String { chart.svg }
  /// For a page that has ``ChartStyle/css``: as wide as the place allows.
  package var inlineSVG: String { chart.inlineSVG }
}
