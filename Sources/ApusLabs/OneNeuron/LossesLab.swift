import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import ApusViews

/// Losses of one neuron from its margin or its residual, of K scores, and what each is at the start.
struct LossesLab: Lab {
  let name = "losses"
  let theme = LabTheme.oneNeuron
  let slides = [
    Slide(.stevens, "Supervised Learning"), Slide(.bucharest, "From the previous lecture"),
  ]
  let claim =
    "A score s = w·x + b is judged by its margin m = y·s where classes are to be told apart, by its residual s − y where "
    + "a number is to be hit; the full loss is the mean over the rows plus R(W)."
  let formula =
    "[m ≤ 0]; max(0, 1 − m); ln(1 + e^(−m)); −ln(e^(s_y) / Σ e^(s_j)); Σ_{j≠y} max(0, s_j − s_y + 1)"
  let expected = Verdict.holds
  let conclusion = "each loss has the value of its formula, and softmax and SVM tell digits apart alike"
  let sabotage = "the margin with the wrong sign"
  let tryIt = "apus train digits --model svm"

  func run(_ context: LabContext) throws -> LabReport {
    var report = LabReport()
    let sign: Float = context.honest(1, sabotaged: -1)
    try margins(sign, &report)
    try scores(&report)
    try residuals(&report)
    try fullLoss(context, &report)
    try digits(context, &report)
    return report
  }

  /// Losses of rows whose class is +1, so that the score is the margin.
  private func losses(_ loss: some Loss, at margins: [Float], _ sign: Float) throws -> [Double] {
    let rows = margins.count
    if loss is ZeroOneLoss {
      // Of two scores, of which the second is the margin and the first is 0.
      let scores = Tensor(margins.flatMap { [0, sign * $0] }, shape: TensorShape([rows, 2]))
      return try loss(scores, Tensor([Int32](repeating: 1, count: rows))).values().map { Double($0) }
    }
    let scores = Tensor(margins.map { sign * $0 }, shape: TensorShape([rows, 1]))
    return try loss(scores, .ones(TensorShape([rows, 1]))).values().map { Double($0) }
  }

  private func margins(_ sign: Float, _ report: inout LabReport) throws {
    report.part("From the margin m = −1, 0, ½, 1, 2")
    let margins: [Float] = [-1, 0, 0.5, 1, 2]
    report.judge("hinge", try losses(.hinge, at: margins, sign), .equals([2, 1, 0.5, 0, 0]))
    report.judge(
      "logistic", try losses(.logistic, at: margins, sign),
      .equals(margins.map { Mathematics.log(1 + Mathematics.exp(-Double($0))) }))
    report.judge("zero-one", try losses(.zeroOne, at: margins, sign), .equals([1, 1, 0, 0, 0]))
    let (_, slope) = try valueAndGradient(
      at: Tensor(margins.flatMap { [0, $0] }, shape: TensorShape([margins.count, 2]))
    ) { ZeroOneLoss()($0, Tensor([Int32](repeating: 1, count: margins.count))).sum() }
    report.judge(
      "largest slope of zero-one", Double(try slope.values().map { abs($0) }.max() ?? .nan), .exactly(0),
      lecture: "0: no descent")

    let grid = (-60...60).map { Float($0) / 20 }
    let (zeroOne, hinge) = (
      try losses(.zeroOne, at: grid, sign), try losses(.hinge, at: grid, sign)
    )
    let logistic = try losses(.logistic, at: grid, sign)
    let scaled = logistic.map { $0 / Mathematics.log(2) }
    let mistakes = grid.map { $0 <= 0 ? 1.0 : 0 }
    report.judge(
      "hinge above zero-one by at least", zip(hinge, mistakes).map { $0 - $1 }.min() ?? .nan,
      .atLeast(-1e-6), lecture: "0, for m in [−3, 3]")
    report.judge(
      "logistic / ln 2 above it by at least", zip(scaled, mistakes).map { $0 - $1 }.min() ?? .nan,
      .atLeast(-1e-6), lecture: "0, for m in [−3, 3]")
    func series(_ name: String, _ values: [Double]) -> LineChart.Series {
      .init(name, zip(grid, values).map { Point(Double($0), $1) })
    }
    report.show(
      LineChart(
        "Losses over the margin",
        [series("zero-one", zeroOne), series("hinge", hinge), series("logistic / ln 2", scaled)],
        xName: "margin y·s", yName: "loss"))
  }

  private func scores(_ report: inout LabReport) throws {
    report.part("From K scores")
    let scores = Tensor([[3.2, 5.1, -1.7]])
    let first = Tensor([Int32(0)])
    report.judge(
      "SVM, scores 3.2, 5.1, −1.7, class 1", try MulticlassSVMLoss()(scores, first).item(), .equals(2.9))
    let exps = [3.2, 5.1, -1.7].map { Mathematics.exp($0) }
    report.judge(
      "softmax, the same scores", try SoftmaxCrossEntropy()(scores, first).item(),
      .equals(-Mathematics.log(exps[0] / exps.reduce(0, +))))
    let zeros = Tensor.zeros([1, 10])
    report.judge(
      "SVM at the start, K = 10", try MulticlassSVMLoss()(zeros, first).item(), .equals(9),
      lecture: "K − 1 = 9")
    report.judge(
      "softmax at the start, K = 10", try SoftmaxCrossEntropy()(zeros, first).item(),
      .equals(Mathematics.log(10)), lecture: "ln 10 = 2.303")
  }

  private func residuals(_ report: inout LabReport) throws {
    report.part("A constant fitted to 1, 2, 3, 4, 100")
    let targets = [1.0, 2, 3, 4, 100]
    func mean(_ terms: [Tensor]) -> Tensor {
      terms.dropFirst().reduce(terms[0], +) * (1 / Double(terms.count))
    }
    let squared = try Descent([[0]]) { w in mean(targets.map { (w[0] - $0).square() }) }
    try squared.run(steps: 200, rate: 0.1)
    report.judge(
      "squared residual", squared.places[0][0], .equals(22, within: 1e-4), lecture: "the mean, 22")
    let absolute = try Descent([[0]]) { w in mean(targets.map { (w[0] - $0).abs() }) }
    let rate = 0.1
    try absolute.run(steps: 400, rate: rate)
    report.judge(
      "absolute residual, to one step of rate / 5", absolute.places[0][0],
      .equals(3, within: rate / 5 + 1e-5),
      lecture: "the median, 3")
    let grid = (-60...60).map { Double($0) / 20 }
    let scores = Tensor(grid.map { Float($0) }, shape: TensorShape([grid.count, 1]))
    let zeros = Tensor.zeros(TensorShape([grid.count, 1]))
    func series(_ name: String, _ values: [Float]) -> LineChart.Series {
      .init(name, zip(grid, values).map { Point($0, Double($1)) })
    }
    report.show(
      LineChart(
        "Losses over the residual",
        [
          series("squared", try SquaredError()(scores, zeros).values()),
          series("half squared", try HalfSquaredError()(scores, zeros).values()),
          series("absolute", try AbsoluteError()(scores, zeros).values()),
        ], xName: "residual s − y", yName: "loss"))
  }

  /// Measures what the penalty adds to a step: its own gradient λ W, and nothing to the bias.
  private func fullLoss(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("The full loss, mean + λ/2 ‖W‖²")
    let data = try LabSamples.digits64().training.dataset()
    var model = try Model.linear(64, 10, .normal(0.1), seed: context.seed)
    model.objective = Objective(data.targets)
    let (rate, lambda) = (0.1, 0.5)
    func stepped(_ l2: Double) throws -> Model {
      let step = try TrainingStep(
        model, optimizer: .sgd(rate), batch: 100, regularization: Regularization(l2: l2))
      try step.gradients(data.batches(of: 100)[0])
      try step.update()
      return step.model
    }
    let (plain, penalized) = (try stepped(0), try stepped(lambda))
    let difference = zip(zip(plain["0.weight"]!, penalized["0.weight"]!), model["0.weight"]!).map {
      abs(Double($0.0 - $0.1) - rate * lambda * Double($1))
    }
    report.judge(
      "largest |Δw − η λ w| of a step", difference.max() ?? .nan, .atMost(1e-6), lecture: "0")
  }

  private func digits(_ context: LabContext, _ report: inout LabReport) throws {
    report.part("A linear classifier of the digits")
    let (training, test) = try LabSamples.digits64()
    let (data, held) = (try training.dataset(), try test.dataset())
    func accuracy(_ loss: some Loss) throws -> LabValue {
      var model = try Model.linear(64, 10)
      model.objective = Objective(data.targets, loss: loss)
      try model.fit(
        data, epochs: 15, optimizer: .adam(3e-3), regularization: Regularization(l2: 1e-3),
        seed: context.seed)
      return try model.accuracy(on: held)
    }
    let (svm, softmax) = (try accuracy(.multiclassSVM), try accuracy(.softmaxCrossEntropy))
    report.tell("test accuracy with the SVM loss", svm)
    report.tell("test accuracy with softmax", softmax)
    let error = (svm.standardError! * svm.standardError! + softmax.standardError! * softmax.standardError!)
      .squareRoot()
    report.judge(
      "their difference", LabValue([softmax.values[0] - svm.values[0]], standardError: error),
      .equals(0, standardErrors: 3))
  }
}
