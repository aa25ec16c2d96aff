import Apus
import Testing

@Suite struct CrossValidationTests {
  private func configuration(_ source: String = "iris") -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.data.source = source
    configuration.model.hidden = [6]
    configuration.training.epochs = 60
    configuration.training.seed = 2
    return configuration
  }

  @Test func everyRowIsTestedOnce() throws {
    var tested: [Int] = []
    let classes = (0..<50).map { Int32($0 % 3) }
    for fold in 1...4 {
      let split = try Split.fold(
        fold, of: 4, rows: Array(0..<50), classes: classes, Split.Options(validation: 0.1, test: 0, seed: 3))
      tested += split.test
      #expect(Set(split.test).isDisjoint(with: split.training.indices + split.validation))
      #expect(split.training.count + split.validation.count + split.test.count == 50)
      #expect((4...6).contains(split.validation.count))
    }
    #expect(tested.sorted() == Array(0..<50))
  }

  @Test func meanAndDeviation() throws {
    let folder = try TemporaryFolder()
    var folds: [Int] = []
    let result = try CrossValidation(configuration(), folds: 3, folder: folder.path("cv")).run { fold, _ in
      folds.append(fold)
    }
    #expect(folds == [1, 2, 3])
    let accuracy = try #require(result.scores.first { $0.name == "accuracy" })
    #expect(accuracy.values == result.folds.map { $0.test["accuracy"]!.value })
    let scores = try StrictJSON.parse(
      String(decoding: folder.bytes("cv/folds.json"), as: UTF8.self), name: "folds.json")
    #expect(scores["accuracy"]?["folds"]?.arrayValue?.compactMap(\.doubleValue) == accuracy.values)
    // Each row is predicted once, by the model of the fold that tests it.
    let lines = String(decoding: try folder.bytes("cv/predictions.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines[0] == "row,fold,true,predicted,probability")
    let cells = lines.dropFirst().map { $0.split(separator: ",") }
    #expect(cells.compactMap { Int($0[0]) } == Array(1...150))
    let right = (1...3).map { fold in
      let own = cells.filter { $0[1] == "\(fold)" }
      return Double(own.count { $0[2] == $0[3] }) / Double(own.count)
    }
    #expect(zip(right, accuracy.values).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(accuracy.mean > 0.85)
    let score = CrossValidation.Score(name: "x", values: [1, 2, 6])
    #expect(score.mean == 3 && abs(score.deviation - 7.0.squareRoot()) < 1e-12)
    // A fold's configuration reruns it.
    let again = try RunConfiguration.load(yaml: folder.path("cv/fold-2/config.yaml"))
    #expect(again.data.folds == 3 && again.data.fold == 2)
    #expect(try RunPlan(again, folder: folder.path("again")).run().test == result.folds[1].test)
    #expect(try folder.bytes("again/model.safetensors") == folder.bytes("cv/fold-2/model.safetensors"))
  }

  @Test func imagesAndNumbers() throws {
    let folder = try TemporaryFolder()
    for source in ["digits", "fish"] {
      var given = configuration(source)
      given.training.epochs = 1
      let result = try CrossValidation(given, folds: 2, folder: folder.path(source)).run()
      #expect(!result.scores.isEmpty && result.scores.allSatisfy { $0.values.count == 2 })
    }
  }

  @Test func whatCannotBe() throws {
    let folder = try TemporaryFolder()
    #expect(message { _ = try CrossValidation(configuration(), folds: 1) }.contains("1 folds"))
    var given = configuration()
    given.data.folds = 200
    #expect(message { _ = try RunPlan(given, folder: folder.path("a")).run() }.contains("2 … 150 folds"))
    (given.data.folds, given.data.fold) = (3, 4)
    #expect(message { _ = try RunPlan(given, folder: folder.path("b")).run() }.contains("fold 4 of 3"))
    (given.data.fold, given.data.test) = (1, 0.5)
    #expect(
      message { _ = try RunPlan(given, folder: folder.path("c")).run() }.contains(
        "data.test: data.folds is given too")
    )
    (given.data.folds, given.data.test) = (nil, nil)
    #expect(
      message { _ = try RunPlan(given, folder: folder.path("d")).run() }.contains("a fold without folds"))
  }
}
