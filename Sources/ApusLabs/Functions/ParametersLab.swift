import ApusCore
import ApusData
import ApusNN
import ApusViews

/// Every count of parameters, layers, units and bytes that the lectures name.
struct ParametersLab: Lab {
  let name = "parameters"
  let theme = LabTheme.functions
  let slides = [
    Slide(.irvine, "counts of parameters, AlexNet, GoogLeNet, GPT-3, L layers"),
    Slide(.newYork, "Overparameterized models"), Slide(.newYork, "Dense"),
  ]
  let claim =
    "A dense layer has in · out + out numbers; AlexNet 60 million, GoogLeNet 27 layers and 4 million, GPT-3 175 billion in "
    + "800 GB."
  let formula = "(d + 1) M + M + 1;  d H + (L − 1) H² + H K;  12 L d² + 13 L d + (V + n + 2) d"
  let expected = Verdict.holdsPartly
  let conclusion = "the counts are right but for GoogLeNet's 7 million in 22 layers and GPT-3's 698 GB"
  let sabotage = "layers without their biases"
  let tryIt =
    "apus summary --layers '[{gpt: {vocabulary: 50257, layers: 96, heads: 96, width: 12288, context: 2048}}]' "
    + "--input 2048 --tokens"

  private static let photo = [224, 224, 3]

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    try dense(context, &report)
    try convolutions(&report)
    try transformer(&report)
    report.note(
      "“27 layers” counts the five pools: 22 layers have weights. “~4 million” is 6,998,552 by the paper's own table."
    )
    report.note("“800 GB” for 175 billion numbers is 698 GB at four bytes each, and 349 at two.")
    report.note(
      "“100×100 = 104” is 10⁴ that lost its superscript; hidden units are M in the text and H in the formula; β is M + 1 "
        + "numbers.")
    report.note(
      "AlexNet's units are 659,272 by its shapes with an input of 227 × 227; with the paper's own layer figures, 622,312. Its "
        + "224 doesn't go with its first layer.")
    return report
  }

  private func dense(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("Dense layers")
    func count(_ sizes: [Int]) throws -> Int {
      let layers = sizes.dropFirst().map { Dense($0, hasBias: !context.isSabotaged) }
      return try Self.count(Sequential(layers), [sizes[0]]).parameterCount
    }
    let cases: [(sizes: [Int], count: Int, words: String?)] = [
      ([2, 2, 1], 9, "(d + 1) M + M + 1"), ([2, 10], 30, "2 · 10 + 10"), ([300, 300], 90_300, "300² + 300"),
      ([784, 10], 7_850, nil), ([784, 128, 64, 10], 109_386, nil), ([784, 200, 200, 10], 199_210, nil),
    ]
    for item in cases {
      report.judge(
        item.sizes.map { "\($0)" }.joined(separator: "-"), try count(item.sizes), .exactly(item.count),
        lecture: item.words.map { "\($0) = \(LabValue.figure(Double(item.count)))" })
    }
    let deep = [10_000] + Array(repeating: 300, count: 10) + [1_000]
    report.judge(
      "100 × 100 pixels, ten layers of 300, 1,000 classes", try count(deep), .exactly(4_114_000),
      lecture: "about 4 million: 4,110,000 and 4,000 biases")
  }

  private static func count(_ network: any Network, _ input: [Int]) throws -> NetworkSummary {
    try NetworkSummary(network, input: InputSpecification(input))
  }

  private func convolutions(_ report: inout LabReport) throws {
    report.part("Networks for images")
    let alexNet = try Self.count(AlexNet(classes: 1_000), [227, 227, 3])
    let googLeNet = try Self.count(GoogLeNet(classes: 1_000), Self.photo)
    report.judge(
      "LeNet-5", try Self.count(LeNet5(classes: 10), [28, 28, 1]).parameterCount, .exactly(61_706))
    report.judge("AlexNet", alexNet.parameterCount, .exactly(60_965_224), lecture: "60 million")
    let weighted = alexNet.layers.filter { $0.parameterCount > 0 }
    let units = weighted.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    report.judge("AlexNet's units", units, .exactly(659_272), lecture: "650,000")
    report.judge(
      "GoogLeNet", googLeNet.parameterCount, .exactly(6_998_552), lecture: "6,998,552 by the paper's table")
    report.test(
      "GoogLeNet, as the slide has it", googLeNet.parameterCount, .between(3.5e6, 4.5e6),
      lecture: "about 4 million")
    report.judge(
      "AlexNet over GoogLeNet", Double(alexNet.parameterCount) / Double(googLeNet.parameterCount), .above(8),
      lecture: "fewer, though deeper")
    for (depth, count) in [(18, 11_689_512), (50, 25_557_032), (152, 60_192_808)] {
      report.judge(
        "ResNet-\(depth)",
        try Self.count(ResNet(depth: depth, classes: 1_000), Self.photo).parameterCount,
        .exactly(count), lecture: "10 to 60 million")
    }
    let all = Double(alexNet.parameterCount)
    report.show(
      BarChart(
        "AlexNet's parameters by layer",
        weighted.map { layer in
          .init(
            "\(layer.path) \(layer.name)", Double(layer.parameterCount),
            figure: "\(LabValue.figure((Double(layer.parameterCount) / all * 100), digits: 2)) %")
        }))
  }

  private func transformer(_ report: inout LabReport) throws {
    report.part("GPT-3, which no machine here could hold")
    let (layers, width, vocabulary, context) = (96, 12_288, 50_257, 2_048)
    let network = GPT(
      vocabulary: vocabulary, context: context, layers: layers, heads: 96, width: width)
    let count = try NetworkSummary(network, input: InputSpecification([context], .int32)).parameterCount
    let formula = 12 * layers * width * width + 13 * layers * width + (vocabulary + context + 2) * width
    report.judge("GPT-3", count, .exactly(formula), lecture: "12 L d² + 13 L d + (V + n + 2) d")
    report.judge("GPT-3, as the slide has it", count, .between(174e9, 176e9), lecture: "175 billion")
    report.tell("bytes at two a number", Double(count) * 2e-9, unit: "GB")
    report.test(
      "bytes at four a number", Double(count) * 4e-9, .between(780, 820), lecture: "800 GB", unit: "GB")
    let years: [(name: String, year: Double, count: Double)] = [
      ("perceptron", 1957, 401), ("LeNet-5", 1998, 61_706), ("AlexNet", 2012, 60_965_224),
      ("GoogLeNet", 2014, 6_998_552), ("ResNet-152", 2015, 60_192_808), ("GPT-3", 2020, Double(count)),
    ]
    report.show(
      ScatterChart(
        "Parameters over the years", years.map { .init($0.name, [Point($0.year, $0.count)]) }, xName: "year",
        yName: "parameters", yKind: .logarithmic))
  }
}
