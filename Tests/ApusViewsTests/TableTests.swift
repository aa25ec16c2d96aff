import ApusCore
import ApusData
import ApusNN
import ApusTraining
import ApusViews
import Testing

@Suite struct TableTests {
  @Test func columnsAreAligned() {
    var table = TextTable(["name", "count"], [.left, .right])
    table.rows = [["a", "1"], ["漢字", "200"]]
    table.totals = ["all", "201"]
    #expect(
      table.lines() == [
        "name  count", "a         1", "漢字    200", "───────────", "all     201",
      ])
  }

  @Test func theWidestColumnGivesWay() {
    var table = TextTable(["name", "count"], [.left, .right])
    table.rows = [[String(repeating: "x", count: 50), "1"]]
    let lines = table.lines(width: 20)
    #expect(lines.allSatisfy { $0.count <= 20 })
    #expect(lines[1] == "xxxxxxxxxxxx…      1")
  }

  @Test func textIsWrapped() {
    #expect(wrapped("one two three four", width: 9, indent: 2) == ["one two", "  three", "  four"])
    #expect(wrapped("", width: 9) == [""])
  }

  @Test func metricsSideBySide() {
    let accuracy = { MetricValue(name: "accuracy", value: $0, standardError: 0.01) }
    let lines = MetricLines([("training", [accuracy(0.99)]), ("validation", []), ("test", [accuracy(0.9)])])
      .lines()
    #expect(lines == ["            training       test", "  accuracy  0.990 ± 0.010  0.900 ± 0.010"])
    #expect(MetricLines([]).lines() == [])
  }

  private func matrix(classes: Int) -> ConfusionMatrix {
    let labels = (0..<(20 * classes)).map { Int32($0 % classes) }
    let predictions = labels.enumerated().flatMap { index, label in
      (0..<classes).map {
        Int32($0) == (index % 7 == 0 ? (label + 1) % Int32(classes) : label) ? 1.0 : 0
      }
    }
    let results = EvaluatedSamples(
      width: classes, predictions: predictions, labels: labels, values: [], losses: labels.map { _ in 0 })
    return ConfusionMatrix(results, classNames: (0..<classes).map { "class \($0)" })
  }

  @Test(arguments: [2, 3, 10, 12, 13, 200])
  func confusionsFit(classes: Int) {
    let lines = ConfusionTable(matrix(classes: classes)).lines(width: 80)
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { $0.count <= 80 })
    if classes <= 3 { #expect(lines.count == classes + 4) }
  }

  /// Sums of weights, in the place of numbers of samples.
  @Test func weightedConfusions() {
    let results = EvaluatedSamples(
      width: 1, predictions: [0.2, 0.7, 0.8, 0.9], labels: [0, 0, 1, 1], values: [], losses: [0, 0, 0, 0],
      weights: [0.25, 0.125, 2000.5, 3])
    let matrix = ConfusionMatrix(results, classNames: ["no", "yes"])
    #expect(matrix.counts == [[0.25, 0.125], [0, 2003.5]])
    let lines = ConfusionTable(matrix).lines(width: 80).joined(separator: "\n")
    #expect(lines.contains("0.25  0.125      66.7") && lines.contains("2004       100"), "\(lines)")
    #expect(ConfusionChart("x", matrix).svg.contains("no predicted as yes: 0.125 of 0.375"))
    let labels = EvaluatedSamples(
      width: 1, predictions: [0.2, 0.7], labels: [], values: [1, 1], losses: [0, 0], isMultiLabel: true,
      weights: [0.5, 3]
    ).labelCounts(names: ["a"])
    #expect(LabelTable(labels).lines()[2].contains("3     0.5"), "\(LabelTable(labels).lines())")
    #expect(labels[0].json["found"]?.intValue == 3 && labels[0].json["missed"]?.doubleValue == 0.5)
  }

  @Test func summaryOfAModel() throws {
    let model = try Model(input: [4, 4, 1], seed: 1) {
      Flatten()
      Dense(8)
      ReLU()
      Dense(3)
    }
    let lines = SummaryTable(model).lines()
    #expect(lines.contains { $0.contains("1 dense") && $0.contains("136") })
    #expect(lines.contains { $0.hasPrefix("total") && $0.contains("163") })
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  /// The line of a layer around others says what they come to; each number counts once.
  @Test func summaryOfATree() throws {
    let model = try Model(input: [4, 4, 2], seed: 1) {
      Conv2D(4, 3)
      Residual {
        Conv2D(4, 3); ReLU()
      }
      Branches {
        Sequential {
          Conv2D(1, 1); ReLU()
        }
        ReLU()
      }
      Flatten(); Dense(3)
    }
    let lines = SummaryTable(model).lines(width: 100)
    func fields(_ label: String) -> [Substring] {
      lines.first { $0.hasPrefix(label + " ") }?.dropFirst(label.count).split(separator: " ") ?? []
    }
    func memory(_ count: Int) -> [Substring] { byteFigure(4 * count).split(separator: " ") }
    #expect(Array(fields("0 conv2D").prefix(7)) == ["4", "×", "4", "×", "4", "64", "76"])
    #expect(fields("1 residual").contains("148"))
    #expect(!fields("└ 1 relu").isEmpty && !fields("├ 0 sequential").isEmpty)
    // Residual: its two layers and the addition; branches: 16 and 16 numbers, 64, and all of them side by side.
    let (residual, branches) = (192, 176)
    #expect(Array(fields("1 residual").suffix(2)) == memory(residual))
    #expect(Array(fields("2 branches").suffix(2)) == memory(branches))
    let all = 64 + residual + branches + 80 + 3
    #expect(Array(fields("total").suffix(2)) == memory(all))
    // 76 + 148 + 5 + 243
    #expect(fields("total").contains("472"))
  }

  @Test func namesWithFormulas() {
    for items in NameFamilies.all.map(\.items) {
      let lines = NameListing(items).lines(width: 80)
      for item in items { #expect(lines.contains { $0.hasPrefix("  \(type(of: item).name)") }) }
      #expect(lines.allSatisfy { $0.count <= 80 })
    }
  }

  @Test func profiles() throws {
    #expect(ProfileTable([Profile()]).lines() == [])
    let data = try TableDataset(
      features: Array(repeating: 1, count: 20), inputShape: [4], labels: [0, 1, 2, 0, 1],
      names: ["a", "b", "c"])
    let model = try Model(for: data, seed: 1) {
      Dense(8)
      ReLU()
      Dense(3)
    }
    let step = try TrainingStep(model, batch: 5)
    try step.load(data.batch([0, 1, 2, 3, 4]))
    var profiles: [Profile] = []
    for number in 1...10 { try step.run(rows: 5, step: number, rate: 0.1, profiles: &profiles) }
    let lines = ProfileTable(profiles).lines()
    #expect(lines[0].hasPrefix("profile of 10 steps, "))
    #expect(lines.contains { $0.hasPrefix("forward and backward") && $0.hasSuffix("GFLOP/s  GB/s") })
    #expect(
      lines.contains { $0.hasPrefix("matmul") && $0.contains(try! Engine.standard().instructionSet.rawValue) }
    )
    #expect(lines.contains { $0.hasPrefix("update") })
    #expect(lines.allSatisfy { $0.count <= 80 })
  }
}
