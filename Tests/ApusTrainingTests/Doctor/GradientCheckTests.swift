import Apus
import Testing

@Suite struct GradientCheckTests {
  private func batch(_ rows: Int = 3) throws -> Batch { try Samples.classes(rows).batch(Array(0..<rows)) }

  @Test func rightGradientsOfEveryKindOfLayer() throws {
    let model = try Model(input: [5], seed: 3) {
      Dense(7)
      ReLU()
      Dropout(0.3)
      Residual {
        Dense(7)
        Tanh()
      }
      Dense(4)
      Sigmoid()
      Dense(2)
    }
    let report = try GradientCheck(model, batch: batch()).run()
    #expect(report.rows.map(\.path) == model.parameters.map(\.path))
    #expect(report.level == .ok && report.worst!.relativeError < 1e-7, "\(report.worst!)")
  }

  /// Each loss, on numbers and on classes.
  @Test func everyLoss() throws {
    let random = Philox(seed: 1, path: "targets")
    for loss in Losses.table.prototypes {
      let isLabelled = loss.targetType(for: [.rows, 3]).scalar == .int32
      let features = (0..<20).map { Float(random.normal(UInt64($0))) }
      let data =
        try isLabelled
        ? TableDataset(
          features: features, inputShape: [5], labels: (0..<4).map { Int32($0 % 3) }, names: ["a", "b", "c"])
        : TableDataset(
          features: features, inputShape: [5],
          values: (0..<12).map { Float(random.uniform(UInt64(100 + $0))) },
          names: ["x", "y", "z"])
      let batch = try data.batch([0, 1, 2, 3])
      let model = try Model(for: data, seed: 2, loss: loss) {
        Dense(6)
        Tanh()
        Dense(3)
      }
      let report = try GradientCheck(model, batch: batch).run()
      #expect(report.level == .ok, "\(type(of: loss).name): \(report.worst!)")
    }
  }

  @Test func aWrongGradientIsNamed() throws {
    let model = try Model(input: [5], seed: 3) {
      Dense(7)
      HalfSquare()
      Dense(2)
    }
    let report = try GradientCheck(model, batch: batch()).run()
    #expect(report.level == .bad)
    #expect(report.worst!.path.hasPrefix("0."))
    let right = report.rows.filter { $0.path.hasPrefix("2.") }
    #expect(right.count == 2 && right.allSatisfy { $0.relativeError < GradientCheck.Report.tolerance })
    #expect(abs(report.worst!.difference / report.worst!.promise - 2) < 1e-3)
  }

  /// Of zeros every ReLU stands at its kink: the check moves aside.
  @Test func kinksAreAvoided() throws {
    let model = try Model(input: [5], seed: 3) {
      Dense(7, initializer: .zeros)
      ReLU()
      Dense(2)
    }
    let report = try GradientCheck(model, batch: batch()).run()
    #expect(report.level == .ok, "\(report.worst!)")
  }

  @Test func aBatchWithoutSamples() throws {
    let model = try Model(input: [5]) { Dense(2) }
    let empty = try Samples.classes(3).batch([])
    #expect(
      message { _ = try GradientCheck(model, batch: empty) }.contains(
        "without samples"))
  }
}
