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
    let report = try GradientCheck(model, loss: .softmaxCrossEntropy, batch: batch()).run()
    #expect(report.rows.map(\.path) == model.parameters.map(\.path))
    #expect(report.level == .ok && report.worst!.relativeError < 1e-7, "\(report.worst!)")
  }

  /// Each loss, on numbers and on classes.
  @Test func everyLoss() throws {
    let random = Philox(seed: 1, path: "targets")
    for type in Losses.table.items {
      let loss = type.init() as! any Loss
      let isLabelled = loss.targetType(for: [.rows, 3]).scalar == .int32
      let targets: TargetKind =
        isLabelled ? .classes(names: ["a", "b", "c"]) : .values(names: ["x", "y", "z"])
      var batch = Batch(capacity: 4, inputShape: [5], targets: targets)
      batch.count = 4
      for index in batch.inputs.indices { batch.inputs[index] = Float(random.normal(UInt64(index))) }
      for index in batch.labels.indices { batch.labels[index] = Int32(index % 3) }
      for index in batch.values.indices { batch.values[index] = Float(random.uniform(UInt64(100 + index))) }
      let model = try Model(input: [5], seed: 2) {
        Dense(6)
        Tanh()
        Dense(3)
      }
      let report = try GradientCheck(model, loss: loss, batch: batch).run()
      #expect(report.level == .ok, "\(type.name): \(report.worst!)")
    }
  }

  @Test func aWrongGradientIsNamed() throws {
    let model = try Model(input: [5], seed: 3) {
      Dense(7)
      HalfSquare()
      Dense(2)
    }
    let report = try GradientCheck(model, loss: .softmaxCrossEntropy, batch: batch()).run()
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
    let report = try GradientCheck(model, loss: .softmaxCrossEntropy, batch: batch()).run()
    #expect(report.level == .ok, "\(report.worst!)")
  }

  @Test func aBatchWithoutSamples() throws {
    let model = try Model(input: [5]) { Dense(2) }
    let empty = try Samples.classes(3).makeBatch(capacity: 3)
    #expect(
      message { _ = try GradientCheck(model, loss: .softmaxCrossEntropy, batch: empty) }.contains(
        "without samples"))
  }
}
