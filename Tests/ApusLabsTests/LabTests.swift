import ApusCore
import ApusLabs
import ApusRuns
import ApusViews
import Foundation
import Testing

/// The labs that each run of the tests includes: those of about half a second and less. `APUS_ALL_LABS=1` takes all.
private let labs: [String] = {
  let all = ProcessInfo.processInfo.environment["APUS_ALL_LABS"] != nil
  return Labs.table.filter { all || $0.isShort }.map(\.name)
}()

@Suite struct LabTests {
  /// Each figure that is judged is as its rule says, and the verdict is the one that the lab stores.
  @Test(arguments: labs) func verdict(_ name: String) throws {
    let result = try LabResult(Labs.lab(named: name), LabContext())
    #expect(result.verdict == result.lab.expected, "\(result.sentence)")
    #expect(result.isAsExpected)
    for figure in result.report.figures where figure.role == .claim && figure.holds != nil {
      #expect(figure.holds == true, "\(figure.name): \(figure.words), expected \(figure.lecture)")
    }
    #expect(!result.report.pictures.isEmpty)
  }

  /// A rule can fail: broken on purpose, each lab comes to another verdict.
  @Test(arguments: labs) func sabotaged(_ name: String) throws {
    let result = try LabResult(Labs.lab(named: name), LabContext(isSabotaged: true))
    #expect(result.verdict != result.lab.expected, "\(result.sentence)")
    #expect(result.isAsExpected)
  }

  /// The same seed gives the same figures and pictures.
  @Test func sameBits() throws {
    let lab = try Labs.lab(named: "perceptron")
    let results = try (0..<2).map { _ in try LabResult(lab, LabContext(seed: 3)) }
    #expect(results[0].json.text() == results[1].json.text())
    #expect(results[0].report.pictures.map(\.svg) == results[1].report.pictures.map(\.svg))
  }

  @Test func table() throws {
    let labs = Labs.table
    #expect(Set(labs.map(\.name)).count == labs.count)
    #expect(
      Labs.byTheme.flatMap { $0.labs.map(\.name) } == labs.map(\.name), "the table is in the index's order")
    for lab in labs {
      #expect(lab.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(lab.name)")
      #expect(!lab.slides.isEmpty && lab.claim.hasSuffix("."), "\(lab.name)")
      #expect(!lab.conclusion.hasSuffix(".") && !lab.sabotage.isEmpty, "\(lab.name)")
      #expect(lab.tryIt.hasPrefix("apus "), "\(lab.name)")
    }
  }

  @Test func unknown() {
    #expect(throws: (any Error).self) { try Labs.lab(named: "perseptron") }
    do { _ = try Labs.lab(named: "perseptron") } catch {
      #expect("\(error)".contains("did you mean “perceptron”?"))
    }
  }

  @Test func page() throws {
    let result = try LabResult(Labs.lab(named: "noise-helps"), LabContext())
    let html = LabPage(result).html
    for text in [result.lab.claim, "Holds partly", "goes too far", "<svg", "apus lab noise-helps --seed 1"] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"))
    let index = LabIndexPage([result]) { "lab-\($0.lab.name)/lab.html" }
    #expect(index.html.contains("href=\"lab-noise-helps/lab.html\""))
    #expect(index.sentence == "1 lab: 1 holds partly; all as expected.")
    #expect(LabView(result).lines.allSatisfy { $0.count <= 80 })
  }
}

@Suite struct LabDataTests {
  /// `--data` without the files that a lab needs says which.
  @Test func missingFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte"] {
      try Data().write(to: folder.appending(path: name))
    }
    do {
      try LabData.mnist.check(folder.path, for: "mnist")
      Issue.record("a folder without labels is refused")
    } catch {
      #expect(error.problem == "the lab mnist needs files that the folder lacks: t10k-labels-idx1-ubyte")
    }
    try Data().write(to: folder.appending(path: "t10k-labels-idx1-ubyte"))
    try LabData.mnist.check(folder.path, for: "mnist")
    #expect(throws: ApusError.self) { try LabData.cifar10.check(folder.path, for: "preprocessing") }
    #expect(throws: ApusError.self) { try LabData.text.check(folder.path, for: "attention") }
    #expect(throws: ApusError.self) { try LabData.text.check("\(folder.path)/nothing", for: "attention") }
  }
}

@Suite struct DescentTests {
  /// x ← x − α f′(x) by hand, and runs that don't touch one another.
  @Test func parabola() throws {
    let descent = try Descent([[0], [10]]) { w in 14 * w[0].square() - 58 * w[0] + 62 }
    try descent.run(steps: 3, rate: 0.005)
    for (place, start) in zip(descent.places, [0.0, 10]) {
      var w = start
      for _ in 0..<3 { w -= 0.005 * (28 * w - 58) }
      #expect(abs(place[0] - w) < 1e-5)
    }
    for (value, place) in zip(try descent.values(), descent.places) {
      #expect(abs(value - (14 * place[0] * place[0] - 58 * place[0] + 62)) < 1e-2)
    }
  }

  @Test func noiseAndDivergence() throws {
    let descent = try Descent([[1, 2]]) { w in 0 * w[0] + 0 * w[1] }
    try descent.run(steps: 2, rate: 0.5, noise: { step, _, axis in Double(step + 10 * axis) })
    #expect(descent.places == [[0.5, -8.5]])
    let steep = try Descent([[1]]) { w in w[0].square().square() }
    #expect(try !steep.run(steps: 1_000, rate: 10))
    #expect(steep.places[0][0].isFinite)
  }
}

@Suite struct RuleTests {
  private func holds(_ rule: LabRule, _ values: [Double], _ error: Double? = nil) -> Bool {
    rule.holds(for: LabValue(values, standardError: error))
  }

  @Test func closedForms() {
    #expect(holds(.equals(2, within: 0.1), [2.05]) && !holds(.equals(2, within: 0.1), [2.2]))
    #expect(
      holds(.equals(200, within: 0, relative: 0.01), [201.9])
        && !holds(.equals(200, within: 0, relative: 0.01), [203]))
    #expect(!holds(.equals([1, 2]), [1]) && holds(.equals([1, 2]), [1, 2]))
    #expect(holds(.exactly(3), [3]) && !holds(.exactly(3), [3.000001]))
    #expect(holds(.equals(.infinity), [.infinity]))
  }

  @Test func bounds() {
    #expect(holds(.atMost(1), [1, 0]) && !holds(.atMost(1), [0, 1.1]))
    #expect(holds(.below(1), [0.9]) && !holds(.below(1), [1]))
    #expect(holds(.between(1, 2), [1, 2]) && !holds(.between(1, 2), [0.9, 2]))
    #expect(holds(.above(1), [1.1]) && !holds(.above(1), [1]))
  }

  @Test func orders() {
    #expect(holds(.rising(), [1, 2, 3]) && !holds(.rising(), [1, 1, 3]))
    #expect(holds(.rising(slack: 0.5), [1, 0.6, 3]) && !holds(.rising(slack: 0.5), [1, 0.4]))
    #expect(holds(.falling(), [3, 2]) && !holds(.falling(), [3]))
  }

  @Test func chance() {
    #expect(
      holds(.equals(0.5, standardErrors: 3), [0.6], 0.04)
        && !holds(.equals(0.5, standardErrors: 3), [0.6], 0.02))
    #expect(!holds(.equals(0.5, standardErrors: 3), [0.5]))
  }

  /// No rule holds for what isn't a number, or for nothing.
  @Test func noNumber() {
    for rule in [LabRule.atMost(1), .atLeast(-1), .falling(), .equals(.nan), .between(0, 1)] {
      #expect(!holds(rule, [.nan]) && !holds(rule, []) && !holds(rule, [0, .nan]))
    }
  }

  @Test func verdicts() {
    var report = LabReport()
    #expect(report.verdict == .doesNotHold)
    report.judge("a", 1, .exactly(1))
    #expect(report.verdict == .holds)
    report.tell("b", 2)
    report.test("c", 2, .exactly(1))
    #expect(report.verdict == .holdsPartly)
    report.judge("d", 2, .exactly(1))
    #expect(report.verdict == .doesNotHold)
  }
}
