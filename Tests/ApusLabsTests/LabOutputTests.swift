import ApusCore
import ApusLabs
import ApusViews
import Testing

@Suite struct LabOutputTests {
  /// Names of files are whole words of the title, and never end in a hyphen.
  @Test func fileNames() {
    #expect(LabFolder.fileName("Loss over λ, at 0.1") == "loss-over-at-0-1")
    #expect(LabFolder.fileName("λ = ½") == "picture")
    let long = "What each of the hidden units makes of the digits, layer by layer"
    #expect(LabFolder.fileName(long) == "what-each-of-the-hidden-units-makes-of-the")
    #expect(LabFolder.fileName(String(repeating: "x", count: 60)).count == 48)
    for length in 1...60 {
      let name = LabFolder.fileName(
        String("one two three four five six seven eight nine ten eleven".prefix(length)))
      #expect(!name.hasSuffix("-") && name.count <= 48, "\(name)")
    }
  }

  /// What the clock says is shown, and is no part of the JSON.
  @Test func timesStayOutOfTheJSON() throws {
    let result = try LabResult(ClockLab(), LabContext())
    #expect(LabView(result).lines.contains { $0.contains("it took") })
    let json = result.json.text()
    #expect(json.contains("a number") && !json.contains("it took"))
    #expect(result.verdict == .holds)
  }

  /// No lab's JSON differs between two runs by what the clock says.
  @Test(arguments: ["eleven-lines", "matrix-form"]) func sameText(_ name: String) throws {
    let lab = try Labs.lab(named: name)
    let texts = try (0..<2).map { _ in try LabResult(lab, LabContext()).json.text() }
    #expect(texts[0] == texts[1])
  }

  @Test func correlation() {
    #expect(LabStatistics.correlation([1, 2, 3], [2, 4, 6]) == 1)
    #expect(LabStatistics.correlation([1, 2, 3], [3, 2, 1]) == -1)
    #expect(LabStatistics.correlation([1, 2, 3], [1, 1, 1]) == 0)
    // Σ xy / √(Σ x² Σ y²) about the means: 0.5 / √(2 · 0.5) by hand.
    #expect(abs(LabStatistics.correlation([-1, 0, 1], [0, 0.5, -0.5]) + 0.5) < 1e-12)
  }
}

/// A lab that says how long it took.
private struct ClockLab: Lab {
  let name = "clock"
  let theme = LabTheme.practice
  let slides = [Slide(.stevens, "None")]
  let claim = "A number is one."
  let expected = Verdict.holds
  let conclusion = "it is"
  let sabotage = "another number"
  let tryIt = "apus lab"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    report.judge("a number", 1, .exactly(1))
    report.time("it took", 0.125, unit: "s")
    return report
  }
}
