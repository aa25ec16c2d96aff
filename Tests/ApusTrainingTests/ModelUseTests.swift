import Apus
import Foundation
import Testing

/// A saved model's use on new data.
@Suite struct ModelUseTests {
  private let folder: TemporaryFolder
  private let model: Model
  private let houses: String

  init() throws {
    folder = try TemporaryFolder()
    houses = try folder.write("houses.csv", Samples.csv(120))
    var configuration = RunConfiguration()
    configuration.data.source = houses
    configuration.data.target = "price"
    configuration.model.hidden = [8]
    configuration.training.epochs = 10
    configuration.training.batch = 16
    _ = try RunPlan(configuration, folder: folder.path("run")).run()
    model = try Model(contentsOf: folder.path("run/model.safetensors"))
  }

  private func open(_ name: String, _ text: String) throws -> DataSource {
    try DataSource.open(folder.write(name, text), format: model.tableFormat)
  }

  @Test func columnsMayBeInAnyOrder() throws {
    let first = try model.predict(DataSource.open(houses, format: model.tableFormat))
    let other = try model.predict(open("b.csv", Samples.csv(120, columns: ["kind", "price", "b", "a"])))
    let without = try model.predict(open("c.csv", Samples.csv(120, columns: ["b", "kind", "a"])))
    #expect(first.predictions.count == 120)
    #expect(first.predictions == other.predictions && first.predictions == without.predictions)
    #expect(first.csv().hasPrefix("prediction\n\(first.predictions[0])\n"))
  }

  @Test func aMissingColumnIsNamed() throws {
    let source = try open("d.csv", Samples.csv(5, columns: ["a", "kind"]))
    #expect(message { _ = try model.predict(source) }.contains("d.csv: there is no column \"b\""))
  }

  @Test func evaluationNeedsTheTarget() throws {
    let evaluation = try model.evaluate(DataSource.open(houses, format: model.tableFormat))
    #expect(
      evaluation.samples == 120 && evaluation.metrics.map(\.name) == ["loss", "mse", "rmse", "mae", "r2"])
    let source = try open("e.csv", Samples.csv(5, columns: ["a", "b", "kind"]))
    #expect(message { _ = try model.evaluate(source) }.contains("the column “price”"))
  }

  @Test func anotherKindOfDataIsRefused() throws {
    let digits = try DataSource.open("digits")
    #expect(message { _ = try model.predict(digits) }.contains("trained on a table"))
  }

  @Test func classesWithProbabilities() throws {
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.epochs = 30
    let result = try RunPlan(configuration, folder: folder.path("iris")).run()
    let saved = try Model(contentsOf: result.modelFile)
    let table = try saved.predict(DataSource.open("iris"))
    #expect(table.predictions.count == 150 && Set(table.predictions).count == 3)
    #expect(table.probabilities.allSatisfy { $0 > 1 / 3 - 1e-6 && $0 <= 1 })
    let lines = table.csv(allClasses: true).split(separator: "\n")
    #expect(lines.count == 151 && lines[0].hasPrefix("prediction,probability,probability_"))
    for row in 0..<150 {
      let sum = table.classProbabilities[(row * 3)..<(row * 3 + 3)].reduce(0, +)
      #expect(abs(sum - 1) < 1e-5)
    }
    let evaluation = try saved.evaluate(DataSource.open("iris"))
    #expect(evaluation.confusion?.counts.joined().reduce(0, +) == 150)
    #expect(evaluation.metrics[1].value > 0.8)
  }
}
