import ApusCore
import ApusNN
import ApusTraining

/// A check of the sizes of signals and gradients from layer to layer.
struct GradientFlow: Examination {
  static let name = "gradient flow"
  static let stage = Examinations.Stage.start
  static let why =
    "Gradients that fade or grow from layer to layer leave some layers untrained, or make steps explode."
  static let moments = [Examinations.Moment.beforeTraining]

  /// A layer's gradient, as a multiple of the last layer's, or the other way round.
  private static let suspicious = 1e3
  private static let certain = 1e5

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard let probe = try? examined.probe(), let last = probe.signals.last else { return nil }
    let details = FindingDetails(
      ["layer", "outputs (rms)", "gradient (rms)"],
      probe.signals.map {
        [
          "\(examined.names.layer($0.path)) \($0.name)", shortFigure($0.output, digits: 3),
          shortFigure($0.gradient, digits: 3),
        ]
      })
    func result(_ level: Finding.Level, _ value: Double?, _ figure: String, _ fix: String)
      -> Finding.Result
    {
      Finding.Result(
        level, value: value, figure: figure, expected: "within 1,000 ×", fix: fix,
        details: details)
    }
    let vanishing =
      "start from weights that keep the signals' size (heNormal with ReLU, prepare: lsuv), use ReLU in place of "
      + "sigmoid, fewer layers, or residual ones"
    if last.gradient == 0, probe.loss > 0 {
      let loss = type(of: examined.loss).name
      return result(
        .bad, 0, "the loss \(loss) has no gradient here: no weight learns",
        loss == ZeroOneLoss.name
          ? "train by another loss, softmaxCrossEntropy or perceptron say, and judge by accuracy"
          : "train by another loss, or see why this one is flat at the first outputs")
    }
    if let silent = probe.signals.first(where: { $0.gradient == 0 }) {
      let count = probe.signals.count { $0.gradient == 0 }
      return result(
        .bad, 0,
        "none reaches \(count) of \(probe.signals.count) layers, \(examined.names.layer(silent.path)) first",
        vanishing)
    }
    let smallest = probe.signals.min { $0.gradient < $1.gradient }!
    let largest = probe.signals.max { $0.gradient < $1.gradient }!
    let fading = last.gradient / smallest.gradient
    let growing = largest.gradient / last.gradient
    let factor = max(fading, growing)
    let level: Finding.Level = factor > Self.certain ? .bad : factor > Self.suspicious ? .look : .ok
    if level == .ok { return result(.ok, factor, "within \(shortFigure(factor, digits: 2)) ×", "") }
    return fading >= growing
      ? result(
        level, 1 / fading,
        "vanishing: \(examined.names.layer(smallest.path)) gets 1/\(shortFigure(fading, digits: 2)) of the last one's",
        vanishing)
      : result(
        level, growing,
        "exploding: \(examined.names.layer(largest.path)) gets \(shortFigure(growing, digits: 2)) × the last one's",
        "draw the weights smaller (xavierUniform, prepare: lsuv), and clip the gradients: --clip-norm 1")
  }
}
