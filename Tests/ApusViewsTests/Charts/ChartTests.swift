import ApusTraining
import Foundation
import Testing

import ApusViews

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser finds in a picture.
final class ReadPicture: NSObject, XMLParserDelegate {
  private(set) var names: [String: Int] = [:]
  private(set) var texts: [String] = []
  private var open: [String] = []

  init?(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    names[name, default: 0] += 1
    open.append(name)
    if name == "text" { texts.append("") }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if open.last == "text" { texts[texts.count - 1] += string }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    open.removeLast()
  }
}

/// Charts of every kind, with names from data that mean something in XML.
enum SampleCharts {
  static let hostile = "</text><script>alert(\"1\")</script> & 'ü' \u{1}"

  static let matrix = ConfusionMatrix(
    EvaluatedSamples(
      width: 3, predictions: [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1], labels: [0, 1, 1, 2], values: [],
      losses: [0, 0, 0, 0]), classNames: [hostile, "b", "c"])

  static let grid = Grid(
    columns: 5, rows: 5, x: -2...2, y: -2...2,
    values: (0..<25).map { place -> Double in
      let (x, y) = (place % 5 - 2, place / 5 - 2)
      return Double(x * x + y * y)
    })

  static let all: [any Chart] = [
    LineChart(
      hostile,
      [.init(hostile, values: [3, 2, .nan, 1, 0.5]), .init("b", values: [4, 1, 0.1], isDashed: true)],
      marks: [.init(Point(2, 1), hostile)], xName: hostile, yName: hostile, yKind: .logarithmic),
    ScatterChart(
      hostile, [.init(hostile, [Point(1, 2), Point(.nan, 3)]), .init("b", [Point(4, 5)])], isEqual: true),
    BarChart(hostile, [.init(hostile, 0.5, figure: hostile), .init("b", -1, figure: "1")]),
    HistogramChart(hostile, Histogram([1, 2, 2, 3], bins: 3), xName: hostile),
    DepthHistograms(hostile, [.init(hostile, Histogram([1, 2, 3]), note: hostile)]),
    HeatMap(
      hostile, grid, levels: [1, 2], paths: [.init(hostile, [Point(-1, 1), Point(0, 0)])],
      groups: [.init(hostile, [Point(1, 1)]), .init("b", [Point(0, 1)])], xName: hostile, unit: hostile),
    ImageGrid(
      hostile, [.init(PixelImage(width: 2, height: 1, pixels: [Color(0), Color(0xFF8000)]), [hostile])]),
    ConfusionChart(hostile, matrix),
    GraphChart(
      hostile, nodes: [.init(hostile, above: hostile), .init("b", note: hostile)], edges: [(0, 1)],
      legend: (hostile, hostile)),
    ChartGrid(hostile, [BarChart("a", [.init("a", 1, figure: "1")])], columns: 2),
  ]
}

@Suite struct ChartTests {
  @Test(arguments: SampleCharts.all.indices)
  func isWellFormedAndEscaped(number: Int) throws {
    let chart = SampleCharts.all[number]
    let picture = try #require(ReadPicture(chart.svg))
    #expect(picture.names["script"] == nil)
    #expect(picture.names["svg", default: 0] >= 1)
    #expect(picture.names["desc"] == 1)
    // Text stays text, the hostile one as it was given, or cut.
    let start = SampleCharts.hostile.prefix(4)
    #expect(picture.texts.contains { $0.hasPrefix(start) })
    #expect(chart.svg.contains("role=\"img\""))
    #expect(!chart.svg.contains("<script"))
    #expect(!chart.svg.contains("nan"))
    #expect(!chart.svg.contains("inf"))
    #expect(chart.svg == SampleCharts.all[number].svg)
    #expect(ReadPicture(chart.inlineSVG) != nil)
    #expect(chart.width > 0 && chart.height > 0)
  }

  @Test func aSmallPictureToTheByte() {
    let chart = BarChart("What mattered", [.init("rate", 0.5, figure: "50 %")], limit: 1, width: 200)
    #expect(
      chart.inlineSVG == """
        <svg class="chart" role="img" viewBox="0 0 200 64" width="200" height="64">
        <title>What mattered</title>
        <desc>rate: 50 %</desc>
        <text x="0" y="17" class="title">What mattered</text>
        <text x="24.24" y="49" text-anchor="end">rate</text>
        <rect x="34.24" y="38" width="125.28" height="14" rx="2" class="track"/>
        <rect x="34.24" y="38" width="62.64" height="14" rx="2" class="f0"/>
        <text x="167.52" y="49" class="muted">50 %</text>
        </svg>

        """)
  }

  @Test func coordinatesAndText() {
    #expect(
      [0, 1, -1.5, 2.006, -0.001, 1e15, .nan, 0.05].map(coordinate) == [
        "0", "1", "-1.5", "2.01", "0", "0", "0", "0.05",
      ])
    #expect(escaped("<a b=\"c\">'&\u{0}\u{FFFE}") == "&lt;a b=&quot;c&quot;&gt;&#39;&amp;\u{FFFD}\u{FFFD}")
    #expect(shortened("abcdefghij", to: 30).hasSuffix("…"))
    #expect(shortened("abc", to: textWidth("abc")) == "abc")
  }

  @Test func longLinesAreThinned() {
    let line = LineChart("long", [.init("a", values: (0..<10_000).map { Double($0) })])
    #expect(line.svg.utf8.count < 20_000)
    #expect(
      LineChart.thinned((0..<800).map { Point(Double($0), 1) }).map(\.y) == Array(repeating: 1, count: 400))
  }

  @Test func colorsOfSharesGoFromPaperToColor() {
    #expect(ChartStyle.cell(0, isWarm: false).cell == "c0")
    #expect(ChartStyle.cell(1, isWarm: true) == ("w9", "on"))
    #expect(ColorRamp.diverging.color(0.5) == Color(0xF7F7F7))
    #expect(ColorRamp.viridis.color(0) == Color(0x440154))
    // The larger, the brighter.
    let brightness = ColorRamp.viridis.palette(20).map { color -> Int in
      3 * Int(color.red) + 6 * Int(color.green) + Int(color.blue)
    }
    #expect(zip(brightness, brightness.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func confusionOfManyClasses() throws {
    let names = (0..<40).map { "class \($0)" }
    let matrix = ConfusionMatrix(
      EvaluatedSamples(
        width: 40,
        predictions: (0..<40).flatMap { row in (0..<40).map { $0 == (row < 3 ? 39 : row) ? 1 : 0 } },
        labels: (0..<40).map { Int32($0) }, values: [], losses: Array(repeating: 0, count: 40)),
      classNames: names)
    let picture = try #require(ReadPicture(ConfusionChart("many", matrix).svg))
    #expect(picture.texts[0] == "many: the 30 of 40 classes recognized worst")
    #expect(picture.texts.contains("class 0"))
    #expect(!picture.texts.contains("class 38"))
  }
}
