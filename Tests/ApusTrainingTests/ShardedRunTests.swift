import Apus
import Foundation
import Testing

/// Runs of several processes: the first writes, all agree.
@Suite(.serialized) struct ShardedRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(
    seed: Int = 1, _ more: String = "", shards: Int? = nil
  ) throws -> RunConfiguration {
    let more = more + (shards.map { ", shards: \($0)" } ?? "")
    let text =
      "data: {source: iris}\nmodel: {hidden: [4]}\n"
      + "training: {epochs: 6, batch: 32, checkpointEvery: 2, seed: \(seed)\(more)}\n"
    return try RunConfiguration.load(yaml: folder.write("x\(seed).yaml", text))
  }

  /// What doesn't depend on the seconds.
  private static let files = ["model.safetensors", "config.yaml", "history.csv", "split.csv"]

  private func compare(_ name: String, with other: String) throws {
    for file in Self.files {
      #expect(try folder.bytes("\(name)/\(file)") == folder.bytes("\(other)/\(file)"), "\(name)/\(file)")
    }
  }

  /// Without a word the number of shards follows from the batch, stands in the files, and gives the same bits in one process.
  @Test func theFilesOfOneProcess() throws {
    let given = try configuration()
    for count in [1, 2, 3, 8] {
      let results = try onRanks(count) { [folder] collective in
        let plan = try RunPlan(given, folder: folder.path("run-\(count)"), collective: collective)
        #expect(plan.configuration.training.shards == 4)
        let isSaid = plan.notes.contains { $0.contains("4 of the 8 processes have no rows") }
        #expect(isSaid == (count == 8), "\(plan.notes)")
        return try plan.run().test.map(\.value)
      }
      #expect(results.allSatisfy { $0 == results[0] })
    }
    var sharded = given
    sharded.training.shards = 4
    let result = try RunPlan(sharded, folder: folder.path("alone")).run()
    try compare("run-1", with: "alone")
    for count in [2, 3, 8] { try compare("run-\(count)", with: "alone") }
    #expect(result.json.text().contains("\"shards\":4"))
    let why = try RunPlan(given, collective: .alone).reasons.settings.first { $0.key == "training.shards" }
    #expect(why?.why.contains("up to 8 with 8 rows each") == true)
    let plain = try RunPlan(given, folder: folder.path("plain")).run()
    #expect(plain.configuration.training.shards == nil && !plain.json.text().contains("shards"))
  }

  /// A run that one process began goes on with two, and the other way, to the same files; one without shards doesn't.
  @Test(arguments: ["", ", ensemble: {seeds: 2}"])
  func resumedWithAnotherNumber(_ ensemble: String) throws {
    let given = try configuration(seed: 2, ensemble, shards: 4)
    _ = try RunPlan(given, folder: folder.path("whole")).run()
    for (name, first, second) in [("a", 1, 3), ("b", 4, 1), ("c", 2, 4)] {
      let path = folder.path(name)
      let wasPaused = try onRanks(first) { collective in
        try RunPlan(given, folder: path, collective: collective).isPaused { step, _ in step >= 7 }
      }
      #expect(wasPaused.allSatisfy { $0 })
      let configuration = try RunConfiguration.load(yaml: "\(path)/config.yaml")
      _ = try onRanks(second) { collective in
        try RunPlan(configuration, folder: path, resume: true, collective: collective).run()
      }
      try compare(name, with: "whole")
    }
    let plain = try configuration(seed: 2, ensemble)
    #expect(try RunPlan(plain, folder: folder.path("plain")).isPaused { step, _ in step >= 7 })
    let configuration = try RunConfiguration.load(yaml: folder.path("plain/config.yaml"))
    let texts = try onRanks(2) { [folder] collective in
      message {
        _ = try RunPlan(
          configuration, folder: folder.path("plain"), resume: true, collective: collective)
      }
    }
    #expect(texts.allSatisfy { $0.contains("begun without shards") })
    // The launcher's single process goes on as it began.
    _ = try RunPlan(configuration, folder: folder.path("plain"), resume: true, collective: .alone).run()
  }

  @Test func differencesAreRefused() throws {
    let (one, other) = try (configuration(seed: 3), configuration(seed: 4))
    let texts = try onRanks(2) { [folder] collective in
      message {
        try RunPlan(
          collective.rank == 0 ? one : other, folder: folder.path("run"), collective: collective
        ).run()
      }
    }
    #expect(texts[0] == texts[1] && texts[0].contains("training.seed"), "\(texts)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
  }

  @Test func folds() throws {
    let given = try configuration(seed: 5, shards: 2)
    _ = try CrossValidation(given, folds: 3, folder: folder.path("one")).run()
    let scores = try onRanks(2) { [folder] collective in
      try CrossValidation(given, folds: 3, folder: folder.path("two"), collective: collective).run()
        .scores.map(\.values)
    }
    #expect(scores[0] == scores[1])
    #expect(try folder.bytes("one/predictions.csv") == folder.bytes("two/predictions.csv"))
    try compare("two/fold-2", with: "one/fold-2")
  }

  @Test func evaluationAndPredictionsOfFiles() throws {
    let given = try configuration(seed: 6)
    _ = try RunPlan(given, folder: folder.path("run")).run()
    let model = try Model(contentsOf: folder.path("run/model.safetensors"))
    let data = try DataSource.open("iris")
    let expected = try (model.evaluate(data), model.predict(data).csv(allClasses: true))
    let all = try onRanks(3) { collective in
      let data = try DataSource.open("iris")
      return (
        try model.evaluate(data, collective: collective),
        try model.predict(data, collective: collective).csv(allClasses: true)
      )
    }
    for (evaluation, csv) in all {
      #expect(evaluation.metrics.map(\.value) == expected.0.metrics.map(\.value) && csv == expected.1)
      #expect(evaluation.unseenMetrics.map(\.value) == expected.0.unseenMetrics.map(\.value))
    }
  }

  /// Threads are shared among those that may use the same processors.
  @Test func threadsOfRanks() {
    let shared = Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, 4) })
    #expect(RankThreads.count(own: Array(0..<8), sharers: shared, quota: 8, ranks: 4) == 2)
    #expect(RankThreads.count(own: Array(0..<8), sharers: shared, quota: 4, ranks: 4) == 1)
    let bound = Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, 1) })
    #expect(RankThreads.count(own: [2, 3], sharers: bound, quota: 2, ranks: 4) == 2)
    #expect(RankThreads.count(own: [5], sharers: bound, quota: 8, ranks: 8) == 1)
    let crowded = [0: 16, 1: 16]
    #expect(RankThreads.count(own: [0, 1], sharers: crowded, quota: 2, ranks: 16) == 1)
    let thirds = Dictionary(uniqueKeysWithValues: (0..<9).map { ($0, 3) })
    #expect(RankThreads.count(own: Array(0..<9), sharers: thirds, quota: 9, ranks: 3) == 3)
  }
}
