import ApusCore
import ApusTraining
import ApusViews

/// Rosenblatt's rule on two pairs of irises: one that a line separates, and one that none does.
struct PerceptronLab: Lab {
  let name = "perceptron"
  let theme = LabTheme.oneNeuron
  let slides = [
    Slide(.stevens, "Motivation"), Slide(.newYork, "Perceptron"), Slide(.bucharest, "A bit of history"),
  ]
  let claim =
    "Rosenblatt's rule, one row at a time, comes to an end when a line separates the two classes, and never otherwise."
  let formula = "y = 1 if w·x + b > 0, else 0; w ← w + α (d − y) x"
  let expected = Verdict.holds
  let conclusion =
    "the rule ends within Novikoff's bound where the classes separate, and never where they don't"
  let sabotage = "shuffled labels"
  let tryIt = "apus train iris --model perceptron"

  private static let orders = 10
  private static let mostEpochs = 200

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let iris = try LabSamples.iris()
    let pair = iris.classes([0, 1]).standardized()
    let separable = context.honest(pair, sabotaged: pair.shufflingLabels(context.random("labels")))
    let mixed = iris.classes([1, 2]).standardized()
    let seeds = context.seeds(Self.orders)

    report.part("Setosa and versicolor, which a line separates")
    let first = try Sweep.map(seeds) { try Rosenblatt(separable, seed: $0, epochs: Self.mostEpochs) }
    report.judge(
      "orders of the rows that end without a mistake", first.count { $0.isClean }, .exactly(seeds.count))
    report.tell("epochs until then, at most", first.map(\.mistakes.count).max() ?? 0)
    let bound = novikoff(separable)
    report.judge(
      "updates, at most", first.map(\.updates).max() ?? 0,
      .atMost(bound).called("(R/γ)² = \(LabValue.figure(bound))"))
    let slow = try Sweep.map(seeds) {
      try Rosenblatt(separable, rate: 0.1, seed: $0, epochs: Self.mostEpochs)
    }
    report.judge(
      "α = 0.1 makes the same mistakes as α = 1", zip(first, slow).allSatisfy { $0.mistakes == $1.mistakes },
      .yes, lecture: "α only scales w")

    report.part("Versicolor and virginica, which none does")
    let second = try Sweep.map(seeds) { try Rosenblatt(mixed, seed: $0, epochs: Self.mostEpochs) }
    report.judge(
      "orders with an epoch without a mistake, of \(Self.mostEpochs)", second.count { $0.isClean },
      .exactly(0))
    let late = second.flatMap { $0.mistakes.suffix(Self.mostEpochs / 2).map { Double($0) } }
    report.tell("mistakes an epoch, in the later half", LabStatistics.mean(late))
    report.tell("rows wrong for the best weights on the way", second.map(\.fewestWrong).max() ?? 0)

    report.show(
      LineChart(
        "Mistakes in each epoch",
        [
          .init("setosa, versicolor", values: first[0].mistakes.map { Double($0) }),
          .init("versicolor, virginica", values: second[0].mistakes.prefix(40).map { Double($0) }),
        ], xName: "epoch", yName: "updates"))
    report.show(try lines(iris.classes([0, 1]).columns([2, 3]).standardized(), seed: context.seed))
    report.note(
      "The rule is the gradient of (y − d)·s with the step held constant; the gradient of the step itself is 0."
    )
    report.note(
      "“Neurons that fire together wire together” is Hebb's rule, w ← w + α d x: it knows no mistakes, and is another one."
    )
    return report
  }

  /// (R/γ)² of the rows with a 1 appended: R the longest of them, γ the largest margin of a direction, found as the
  /// shortest point of their convex hull (Gilbert 1966). Whatever direction it has come to, the bound is one.
  private func novikoff(_ samples: LabSamples) -> Double {
    let points = zip(samples.features, samples.labels).map { row, label in
      (row + [1]).map { label == 1 ? $0 : -$0 }
    }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let longest = points.map { product($0, $0) }.max() ?? 0
    var shortest = points[0]
    var margin = -Double.infinity
    for _ in 0..<20_000 {
      let products = points.map { product($0, shortest) }
      let least = products.indices.min { products[$0] < products[$1] }!
      let length = product(shortest, shortest).squareRoot()
      margin = max(margin, products[least] / length)
      // To the shortest point on the way to the row of the least margin.
      let way = zip(points[least], shortest).map { $0 - $1 }
      let share = min(max(-product(way, shortest) / product(way, way), 0), 1)
      guard share > 1e-12 else { break }
      shortest = zip(shortest, way).map { $0 + share * $1 }
    }
    return margin > 0 ? longest / (margin * margin) : .infinity
  }

  /// The line after each update, on two columns.
  private func lines(_ samples: LabSamples, seed: UInt64) throws -> ScatterChart {
    let course = try Rosenblatt(samples, seed: seed)
    let xs = samples.features.map { $0[0] }
    let ends = [(xs.min() ?? -1) - 1, (xs.max() ?? 1) + 1]
    let lines = course.lines.enumerated().compactMap { number, w -> LineChart.Series? in
      guard abs(w[1]) > 1e-6 else { return nil }
      return .init("update \(number + 1)", ends.map { Point($0, -(w[0] * $0 + w[2]) / w[1]) })
    }
    return ScatterChart(
      "The line after each update",
      samples.classes.enumerated().map { label, name in
        .init(
          name,
          samples.labels.indices.filter { samples.labels[$0] == label }.map { row in
            Point(samples.features[row][0], samples.features[row][1])
          })
      }, lines: Array(lines.prefix(6)), xName: "petal length, standardized",
      yName: "petal width, standardized")
  }
}
