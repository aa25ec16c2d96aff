import ApusCore
import ApusData
import ApusRuns
import ApusViews

/// Histograms of what each layer puts out on the training points, and of the gradient of the mean loss that comes back to
/// it: whether signals or gradients fade, grow or saturate through depth (Glorot and Bengio 2010). Without dropout.
///
/// Hidden layers have one axis, the output one of its own; gradients are counted by their size, log₁₀ |g|, so that
/// what fades moves to the left. Belongs to the thread that draws.
final class DepthRenderer {
  /// The number of the plan that it belongs to.
  let number: Int
  private let plan: LessonPlan
  private let pass: Result<DepthPass, any Error>

  private static let rows = 256
  private static let bins = 33
  /// log₁₀ |g|
  private static let sizes = -10.0...1.0
  private static let ten = Mathematics.log(10)

  init(_ plan: LessonPlan, number: Int) {
    self.number = number
    self.plan = plan
    pass = Result {
      let rows = Philox(seed: plan.lesson.seed, path: "depth rows").permutation(plan.training.count)
        .prefix(Self.rows).sorted()
      return try DepthPass(
        plan.aimed(plan.model()), batch: plan.training.batch(rows),
        layers: plan.depth.map(\.path), engine: .onOneThread())
    }
  }

  /// `{"rows", "sizes": [low, high], "layers": [{"title", "kind", "low", "high", "outputs": […], …}]}`, or the problem.
  func json(_ weights: [Float]) -> JSONValue {
    do {
      let pass = try pass.get()
      let layers = try pass.run(weights)
      let hidden = Self.axis(layers.dropLast().map(\.outputs))
      let output = Self.axis(layers.suffix(1).map(\.outputs))
      return .object([
        JSONMember("rows", .integer(pass.rows)),
        JSONMember(
          "sizes", .array([.double(Self.sizes.lowerBound), .double(Self.sizes.upperBound)])),
        JSONMember(
          "layers",
          .array(
            zip(layers, plan.depth).enumerated().map { index, pair in
              let (layer, names) = pair
              return Self.json(
                layer, names.title, names.kind, index == layers.count - 1 ? output : hidden)
            })),
      ])
    } catch {
      return .object([JSONMember("problem", .string((error as? ApusError)?.problem ?? "\(error)"))])
    }
  }

  private static func json(
    _ layer: DepthReading.Layer, _ title: String, _ kind: String, _ axis: ClosedRange<Double>
  ) -> JSONValue {
    let outputs = Histogram(
      layer.outputs.lazy.map { Double($0) }, from: axis.lowerBound, to: axis.upperBound, bins: bins)
    let gradients = Histogram(
      layer.gradients.lazy.filter { $0 != 0 }.map { Mathematics.log(abs(Double($0))) / ten },
      from: sizes.lowerBound, to: sizes.upperBound, bins: bins)
    return .object([
      JSONMember("title", .string(title)), JSONMember("kind", .string(kind)),
      JSONMember("low", .double(axis.lowerBound)), JSONMember("high", .double(axis.upperBound)),
      JSONMember("outputs", .array(outputs.counts.map { .integer($0) })),
      JSONMember("rms", .double(rootMeanSquare(layer.outputs))),
      JSONMember("zeros", .double(zeros(layer.outputs))),
      JSONMember("gradients", .array(gradients.counts.map { .integer($0) })),
      JSONMember("gradientRms", .double(rootMeanSquare(layer.gradients))),
      JSONMember("gradientZeros", .double(zeros(layer.gradients))),
    ])
  }

  private static func rootMeanSquare(_ values: [Float]) -> Double {
    (values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(values.count, 1))).squareRoot()
  }

  private static func zeros(_ values: [Float]) -> Double {
    Double(values.count { $0 == 0 }) / Double(max(values.count, 1))
  }

  /// From 0, or as far below as above, to a round number beyond all: it seldom changes while training goes on.
  static func axis(_ layers: [[Float]]) -> ClosedRange<Double> {
    var (least, most) = (0.0, 0.0)
    for value in layers.joined() where value.isFinite {
      least = min(least, Double(value))
      most = max(most, Double(value))
    }
    let size = max(most, -least)
    var high = 1e-6
    // 1, 2, 5, 10, …: as far as a float goes.
    for lead in [2, 2.5, 2].cycled(times: 46) where high < size * (1 - 1e-6) { high *= lead }
    return (least < 0 ? -high : 0)...high
  }
}

extension Array {
  fileprivate func cycled(times: Int) -> [Element] { (0..<times).flatMap { _ in self } }
}
