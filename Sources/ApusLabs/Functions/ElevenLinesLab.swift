import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// The two-layer network of eleven lines of Python, from 60 first weights.
struct ElevenLinesLab: Lab {
  let name = "eleven-lines"
  let theme = LabTheme.functions
  let slides = [Slide(.bucharest, "Training a 2-layer network needs ~11 lines")]
  let claim = "Eleven lines train a network of two sigmoid layers to XOR."
  let formula =
    "δ₂ = (Y − l₂) l₂ (1 − l₂);  δ₁ = δ₂ W₁ᵀ l₁ (1 − l₁);  W₁ += l₁ᵀ δ₂;  W₀ += Xᵀ δ₁;  5,000 times"
  let expected = Verdict.holds
  let conclusion =
    "nearly all first weights come to XOR, and the engine does step by step what the eleven lines do"
  let sabotage = "hidden units without their sigmoid"
  let tryIt = "apus train xor --hidden 4 --activation sigmoid"

  private static let inputs: [[Double]] = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
  private static let targets: [Double] = [0, 1, 1, 0]

  private struct Course: Sendable {
    /// ½ Σ (Y − l₂)² before the first step, after each hundredth, and at the end.
    var losses: [Point]
    var stepsToGoal: Int?
    var largestError: Double
    var model: Model
  }

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let seeds = context.seeds(60)
    let start = Clock.nanoseconds
    let courses = try Sweep.map(seeds) { try train($0, steps: 5_000, context) }
    let seconds = Double(Clock.nanoseconds - start) * 1e-9
    let firsts = courses.map { $0.losses.first!.y }
    report.part("Sixty first weights, 5,000 steps")
    report.judge("weights", courses[0].model.parameterCount, .exactly(16))
    report.tell("loss at the start, mean", LabStatistics.mean(firsts))
    report.tell("loss at the end, median", LabStatistics.median(courses.map { $0.losses.last!.y }))
    let errors = courses.map(\.largestError)
    report.judge(
      "share of them that end with every |Y − l₂| below 0.1",
      LabStatistics.share(errors.count { $0 < 0.1 }, of: seeds.count), .atLeast(0.9), lecture: "all")
    report.tell(
      "largest |Y − l₂| at the end, median and worst", [LabStatistics.median(errors), errors.max() ?? .nan])
    report.tell(
      "steps until the loss is below 0.05, median",
      LabStatistics.median(courses.map { Double($0.stepsToGoal ?? 5_000) }))
    report.time("all of them took", seconds, unit: "s")

    report.part("The engine beside the eleven lines in plain Swift")
    let engine = try train(context.seed, steps: 100, context)
    let plain = elevenLines(try model(context.seed, context), steps: 100)
    let weights = (engine.model["0.weight"]! + engine.model["2.weight"]!).map { Double($0) }
    report.judge(
      "largest difference of a weight after 100 steps",
      zip(weights, plain).map { abs($0 - $1) }.max() ?? .nan,
      .atMost(1e-5), lecture: "0")
    report.show(
      LineChart(
        "Loss from sixty first weights",
        courses.map { .init("", $0.losses, color: 0) }, xName: "step", yName: "½ Σ (Y − l₂)²",
        yKind: .logarithmic))
    report.show(try plane(courses[0].model))
    report.show(try graph(courses[0].model))
    report.note(
      "The loss isn't named: it is ½ Σ (Y − l₂)², with a rate of 1 on the sum over the rows; a mean over the four rows takes a "
        + "rate of 4. The third column of X is the bias of the first layer; the second has none.")
    return report
  }

  private func model(_ seed: UInt64, _ context: LabContext) throws -> Model {
    let hidden: any Activation = context.isSabotaged ? Identity() : Sigmoid()
    var model = try Model(
      input: [3], seed: seed,
      layers: Sequential([
        Dense(4, hasBias: false, initializer: Uniform(bound: 1)), hidden,
        Dense(1, hasBias: false, initializer: Uniform(bound: 1)), Sigmoid(),
      ]))
    model.objective = .numbers(["y"], loss: .halfSquared)
    return model
  }

  private func train(_ seed: UInt64, steps: Int, _ context: LabContext) throws -> Course {
    let model = try model(seed, context)
    let data = try LabSamples(Self.inputs, values: Self.targets).dataset()
    let step = try TrainingStep(model, optimizer: .sgd(), batch: 4)
    var losses: [Point] = []
    var goal: Int?
    var loss = 4 * Double(try step.gradients(data.batches(of: 4)[0]))
    losses.append(Point(0, loss))
    for number in 1...steps {
      try step.update(rate: 4)
      loss = 4 * Double(try step.gradients())
      if goal == nil, loss < 0.05 { goal = number }
      if number % 100 == 0 { losses.append(Point(Double(number), loss)) }
    }
    let trained = step.model
    let outputs = try trained(Tensor(Self.inputs.map { $0.map { Float($0) } })).values()
    let error = zip(outputs, Self.targets).map { abs(Double($0) - $1) }.max() ?? .nan
    return Course(losses: losses, stepsToGoal: goal, largestError: error, model: trained)
  }

  /// The slide's lines, in double precision.
  private func elevenLines(_ model: Model, steps: Int) -> [Double] {
    func sigmoid(_ z: Double) -> Double { 1 / (1 + Mathematics.exp(-z)) }
    var w0 = model["0.weight"]!.map { Double($0) }
    var w1 = model["2.weight"]!.map { Double($0) }
    for _ in 0..<steps {
      var (change0, change1) = ([Double](repeating: 0, count: 12), [Double](repeating: 0, count: 4))
      for (x, y) in zip(Self.inputs, Self.targets) {
        let l1: [Double] = (0..<4).map { unit in
          sigmoid(x[0] * w0[unit] + x[1] * w0[4 + unit] + x[2] * w0[8 + unit])
        }
        let l2: Double = sigmoid(l1[0] * w1[0] + l1[1] * w1[1] + l1[2] * w1[2] + l1[3] * w1[3])
        let d2: Double = (y - l2) * l2 * (1 - l2)
        for unit in 0..<4 {
          let d1: Double = d2 * w1[unit] * l1[unit] * (1 - l1[unit])
          change1[unit] += l1[unit] * d2
          for input in 0..<3 { change0[input * 4 + unit] += x[input] * d1 }
        }
      }
      for place in w0.indices { w0[place] += change0[place] }
      for place in w1.indices { w1[place] += change1[place] }
    }
    return w0 + w1
  }

  private func plane(_ model: Model) throws -> HeatMap {
    let rows = LabSamples(Self.inputs, labels: Self.targets.map { Int($0) }, classes: ["0", "1"])
    return try .decision(
      of: model, "What the first of them outputs", rows, x: -0.25...1.25, y: -0.25...1.25, appended: [1])
  }

  private func graph(_ model: Model) throws -> Picture {
    let x = Tensor([[0, 1, 1]])
    let w0 = Tensor(model["0.weight"]!, shape: [3, 4])
    let w1 = Tensor(model["2.weight"]!, shape: [4, 1])
    let loss = 0.5 * (x.matmul(w0).sigmoid().matmul(w1).sigmoid() - 1).square().sum()
    return try GraphReading(of: loss, [("X, row 2", x), ("W₀", w0), ("W₁", w1)]).picture(
      title: "The second row, forward and back", most: 4)
  }
}
