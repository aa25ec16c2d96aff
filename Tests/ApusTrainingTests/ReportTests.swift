import Apus
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ReportTests {
  private func result(
    _ change: (inout RunConfiguration) -> Void, in folder: TemporaryFolder
  ) throws -> RunResult {
    var configuration = RunConfiguration()
    configuration.training.epochs = 3
    change(&configuration)
    var plan = try RunPlan(configuration, folder: folder.path("run"))
    plan.examine()
    return try plan.run()
  }

  /// Well-formed, whole, without a script and without anything from elsewhere.
  private func check(_ html: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
    let parser = XMLParser(data: Data(html.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))", sourceLocation: sourceLocation)
    for part in ["<script", "http://", "https://", "@import", "url("] {
      #expect(!html.contains(part), sourceLocation: sourceLocation)
    }
    #expect(html.utf8.count < 1_000_000, sourceLocation: sourceLocation)
    #expect(html.hasSuffix("</html>\n"), sourceLocation: sourceLocation)
  }

  @Test func aCrossValidation() throws {
    let folder = try TemporaryFolder()
    for (source, shown) in [("iris", "versicolor"), ("fish", "Predicted against true")] {
      var configuration = RunConfiguration()
      configuration.data.source = source
      configuration.training.epochs = 3
      let validation = try CrossValidation(configuration, folds: 3, folder: folder.path(source))
      let result = try validation.run()
      let (folds, scores) = (result.folds, result.scores)
      let page = FoldsPage(result).html
      check(page)
      // Each row was tested once.
      #expect(folds.reduce(0) { $0 + $1.evaluatedCount } == (source == "iris" ? 150 : 159))
      for part in [
        shown, "mean ± deviation", "fold 3", shortFigure(scores[0].mean), "fold-2/config.yaml",
        "The model", "How it learned",
      ] { #expect(page.contains(escaped(part)), "\(source): \(part)") }
      if let first = folds[0].confusion {
        let all = folds.dropFirst().reduce(first) { $0 + $1.confusion! }
        #expect(all.counts.joined().reduce(0, +) == 150)
        #expect(all.counts[0][0] == folds.reduce(0) { $0 + $1.confusion!.counts[0][0] })
      }
    }
  }

  @Test func aTable() throws {
    let folder = try TemporaryFolder()
    let found = try result({ $0.data.source = "fish" }, in: folder)
    #expect(found.evaluated == .test)
    #expect(found.evaluatedCount == 32)
    #expect(found.residuals.count == 32)
    #expect(found.worst.count == 12)
    #expect(zip(found.worst, found.worst.dropFirst()).allSatisfy { $0.loss >= $1.loss })
    // The row's own cells: the truth stands in the table's row.
    guard case .table(let table) = try DataSource.open("fish").content else { return }
    for sample in found.worst {
      let weight = try #require(table.columns[1].text(row: sample.number - 1))
      #expect(abs(try #require(Double(weight)) - (Double(sample.truth) ?? .nan)) < 0.01)
      #expect(sample.cells.map(\.column) == ["Species", "Length1", "Length2", "Length3", "Height", "Width"])
      #expect(sample.cells[1].text == table.columns[2].text(row: sample.number - 1))
    }
    let page = RunPage(found).html
    check(page)
    let headline = RunHeadline(found)
    #expect(headline.sentence.hasPrefix("The model predicts “Weight” with a typical error of "))
    for part in [
      headline.sentence, "Predicted against true", "What goes with the target", "--config", found.modelHash,
      "Loss",
    ] { #expect(page.contains(escaped(part))) }
    // Without a test set the page says so.
    let other = try TemporaryFolder()
    let untested = try result(
      {
        $0.data.source = "fish"
        $0.data.test = 0
      }, in: other)
    #expect(untested.evaluated == .validation)
    #expect(RunHeadline(untested).remarks.contains { $0.contains("expect somewhat less") })
  }

  @Test func images() throws {
    let folder = try TemporaryFolder()
    let found = try result({ $0.data.source = "digits" }, in: folder)
    guard case .images(let shape, _, let counts, let examples) = found.data else {
      Issue.record("digits are images")
      return
    }
    #expect(shape == [8, 8, 1])
    #expect(counts.reduce(0) { $0 + $1.count } == found.trainingCount)
    #expect(examples.map(\.name) == (0...9).map { "\($0)" })
    // The mistakes alone, each with its image.
    #expect(found.worst.allSatisfy { $0.truth != $0.prediction && $0.image?.values.count == 64 })
    let page = RunPage(found).html
    check(page)
    #expect(page.contains("Weights of the first layer"))
    #expect(page.contains("Confusion matrix"))
    #expect(RunHeadline(found).sentence.contains("1,797 images that it has never seen"))
  }

  /// Large images are shrunk: the page stays small.
  @Test func largeImages() throws {
    let folder = try TemporaryFolder()
    let (count, side) = (60, 100)
    func idx(_ magic: [UInt8], _ dimensions: [Int], _ bytes: [UInt8]) -> [UInt8] {
      magic + dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } }
        + bytes
    }
    try AtomicFile.write(
      folder.path("train-images-idx3-ubyte"),
      idx(
        [0, 0, 8, 3], [count, side, side],
        (0..<(count * side * side)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) }))
    try AtomicFile.write(
      folder.path("train-labels-idx1-ubyte"),
      idx([0, 0, 8, 1], [count], (0..<count).map { UInt8($0 % 3) }))
    let found = try result({ $0.data.source = folder.path }, in: folder)
    #expect(found.worst.allSatisfy { $0.image?.shape == [25, 25, 1] })
    check(RunPage(found).html)
  }

  @Test func labelsAndAnythingInNames() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<60).map { row in
      "\(row % 7),\(row * 13 % 11),\(row % 7 > 3 ? "<b>a</b>|x&y" : row % 2 == 0 ? "x&y" : "<b>a</b>")"
    }
    let path = try folder.write(
      "hostile.csv", "<script>alert(1)</script>,b,y\n" + rows.joined(separator: "\n") + "\n")
    let found = try result(
      {
        $0.data.source = path
        $0.data.labelSeparator = "|"
      }, in: folder)
    #expect(found.labels.count == 2)
    let page = RunPage(found).html
    check(page)
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(page.contains("Each label"))
  }

  @Test func fourRowsWithoutAnythingSetAside() throws {
    let folder = try TemporaryFolder()
    let found = try result({ $0.data.source = "xor" }, in: folder)
    #expect(found.evaluated == .training)
    #expect(RunHeadline(found).remarks.contains { $0.contains("Nothing was set aside") })
    check(RunPage(found).html)
  }

  /// The same run gives the same page, but for the line of times.
  @Test func sameBytes() throws {
    func page() throws -> [Substring] {
      let folder = try TemporaryFolder()
      var found = try result({ $0.data.source = "iris" }, in: folder)
      found.folder = "run"
      return RunPage(found).html.split(separator: "\n").filter { !$0.contains("samples/s") }
    }
    #expect(try page() == page())
  }
}
