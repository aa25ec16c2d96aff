import Apus
import Foundation
import Testing

/// Several workers on one folder, and what it holds after kills.
@Suite struct JoinedSearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ search: String = "trials: 6\nhalving: 2", epochs: Int = 8) throws -> ConfigurationFile {
    let text = """
      data: {source: iris}
      model: {hidden: [6]}
      training: {epochs: \(epochs), batch: 16, checkpointEvery: 3}
      search:
        over:
          training.learningRate: {log: [1e-5, 0.1]}
          training.l2: {choice: [0, 0.001]}
      \(search.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      """
    return try ConfigurationFile(contentsOf: folder.write("search.yaml", text))
  }

  private func search(
    _ name: String, _ file: ConfigurationFile, joins: Bool = false, resume: Bool = false,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Search.Run {
    try Search.Run(
      file.run, file.search, folder: folder.path(name), resume: resume, joins: joins, threads: 1,
      isCancelled: isCancelled)
  }

  private func leaderboard(_ name: String) throws -> String {
    String(decoding: try folder.bytes("\(name)/search.json"), as: UTF8.self)
  }

  /// Workers that begin at the same moment, each by its own word: one of them begins the search.
  @Test(arguments: [2, 5])
  func theSameForAnyNumberOfWorkers(count: Int) throws {
    let file = try file()
    try search("alone", file).run()
    let failures = try onRanks(count) { _ in
      do {
        return try self.search("many", file, joins: true).run().isInterrupted ? "interrupted" : ""
      } catch {
        return "\(error)"
      }
    }
    #expect(failures.allSatisfy { $0 == "" }, "\(failures)")
    #expect(try leaderboard("many") == leaderboard("alone"))
    #expect(try folder.bytes("many/best.yaml") == folder.bytes("alone/best.yaml"))
    let text = try leaderboard("alone")
    #expect(!text.contains("seconds") && !text.contains(CurrentProcess.host) && !text.contains(folder.path))
    // Nothing half-written, and one folder a trial.
    #expect(try folder.names("many/workers").allSatisfy { !$0.hasSuffix(".tmp") })
    #expect(try folder.names("many/trials") == (1...6).map(String.init))
    // Who comes later has nothing to do.
    #expect(try search("many", file, joins: true).run().trials.count == 6)
  }

  /// The processes of a launcher: the first makes the folder, the others join it.
  @Test func ranksSearchTogether() throws {
    let file = try file()
    try search("alone", file).run()
    let reports = try onRanks(3) { collective in
      try Search.Run(
        file.run, file.search, folder: self.folder.path("ranks"), threads: 1, collective: collective
      ).run().leaderboard
    }
    #expect(Set(reports).count == 1)
    #expect(try leaderboard("ranks") == leaderboard("alone"))
  }

  /// Takes a trial, and ends without another word.
  private func lose(
    _ name: String, _ file: ConfigurationFile, process: Int, host: String? = nil
  ) throws -> Int {
    let worker = SearchWorker(
      folder.path(name), try TrialBoard(file.search), lease: file.search.lease ?? 300,
      name: "lost-\(process)", host: host ?? "here", process: process,
      numberSpace: host ?? CurrentProcess.numberSpace
    ) { _ in "0 " }  // no training is done, and there is no checkpoint
    try worker.beat()
    guard case .run(let claim) = try worker.next() else { throw ApusError("no trial was taken") }
    return claim.number
  }

  /// What was killed on this machine is taken over at once; three times in a row without a step of progress is enough.
  @Test func aCrashingTrialIsLeftOut() throws {
    let file = try file("trials: 2", epochs: 1)
    for (name, count) in [("twice", 2), ("thrice", 3)] {
      _ = try search(name, file)
      for number in 0..<count { #expect(try lose(name, file, process: 2_000_000_000 + number) == 1) }
    }
    let twice = try search("twice", file, resume: true).run()
    #expect(twice.trials.allSatisfy { $0.status == .finished })
    let thrice = try search("thrice", file, resume: true).run()
    #expect(thrice.trials.last?.problem == "the process ended during it, 3 times in a row")
    #expect(thrice.trials.first?.status == .finished)
  }

  /// What another machine has and says nothing of is taken over after a lease, from its newest checkpoint, in a folder that
  /// it doesn't write to.
  @Test func aSilentMachinesTrialIsTakenOver() throws {
    let file = try file("trials: 2\nlease: 0.5", epochs: 40)
    try search("alone", file).run()
    _ = try search("cut", file)
    #expect(try lose("cut", file, process: 1, host: "elsewhere") == 1)
    // It got as far as some steps.
    let space = try #require(file.search.over)
    let values = try TrialBoard(file.search).trials[0].values
    let first = try RunPlan(
      space.configuration(at: values, of: file.run), folder: folder.path("cut/trials/1"))
    #expect(try first.isPaused { step, _ in step >= 9 })
    final class Events: @unchecked Sendable {
      var lost: [String] = []
      var checkpoints: [String] = []
    }
    let (events, folder) = (Events(), folder)
    let joined = try search("cut", file, joins: true) {
      if events.checkpoints.isEmpty {
        events.checkpoints = (try? folder.names("cut/trials/1-1-2/checkpoints")) ?? []
      }
      return false
    }
    _ = try joined.takePart { event in
      if case .takenOver(1, let worker) = event { events.lost.append(worker) }
    }
    #expect(events.checkpoints.contains("step-000000009.safetensors"))
    #expect(events.lost == ["process 1 on elsewhere"])
    #expect(try folder.names("cut/trials") == ["1", "1-1-2", "2"])
    #expect(try folder.names("cut/trials/1") == ["checkpoints", "config.yaml"])
    #expect(try leaderboard("cut") == leaderboard("alone"))
  }

  /// A worker may be lost after a rung's last step and before its result: whoever goes on takes no step too many.
  @Test func aRungThatIsDoneIsNotGoneBeyond() throws {
    let file = try file()
    try search("a", file).run()
    let whole = try leaderboard("a")
    var lost = 0
    for name in try folder.names("a/results") {
      let before = try folder.bytes("a/results/\(name)")
      try FileManager.default.removeItem(atPath: folder.path("a/results/\(name)"))
      // Those who went on have steps beyond it.
      let number = try #require(name.split(separator: "-").first)
      let others = try folder.names("a/results").filter { $0.hasPrefix("\(number)-") }
      guard others.allSatisfy({ $0 < name }) else {
        try folder.write("a/results/\(name)", before)
        continue
      }
      lost += 1
      try FileManager.default.removeItem(atPath: folder.path("a/search.json"))
      try search("a", file, joins: true).run()
      #expect(try leaderboard("a") == whole, "\(name)")
    }
    #expect(lost == 6)
  }

  /// One after the other interrupted at some step: the search comes to what it would have without them.
  @Test func interruptedWorkersGiveBack() throws {
    let file = try file()
    try search("alone", file).run()
    final class Counter: @unchecked Sendable { var left = 0 }
    let counter = Counter()
    for round in 0..<200 {
      counter.left = 20
      let part = try search("parts", file, joins: true) {
        counter.left -= 1
        return counter.left < 0
      }
      if try !part.run().isInterrupted {
        #expect(round > 2)
        break
      }
    }
    #expect(try leaderboard("parts") == leaderboard("alone"))
    #expect(try folder.names("parts/trials") == (1...6).map(String.init))
  }

  // MARK: Mistakes

  @Test func whoDoesNotBelongIsRefused() throws {
    let own = try file("trials: 2\nseed: 3", epochs: 1)
    _ = try search("a", own)
    let seed = try file("trials: 2\nseed: 4", epochs: 1)
    let another = message { _ = try search("a", seed, joins: true) }
    #expect(another.contains("another search: search.seed is 3 in its search.yaml, and 4 here"), "\(another)")
    #expect(another.contains("--out"))
    let trials = try file("trials: 3\nseed: 3", epochs: 1)
    #expect(message { _ = try search("a", trials, joins: true) }.contains("search.trials is 2"))

    // Another version, and other data.
    let path = "a/workers/agreement.json"
    let agreement = String(decoding: try folder.bytes(path), as: UTF8.self)
    try folder.write(path, agreement.replacing(Release.version, with: "0.0.9"))
    let version = message { _ = try search("a", own, joins: true) }
    #expect(version.contains("begun by Apus 0.0.9, and this is \(Release.version)"), "\(version)")
    try folder.write(path, agreement)
    let table = try folder.write("t.csv", Samples.csv(40))
    func houses() throws -> ConfigurationFile {
      var houses = own
      houses.run.data.source = table
      houses.run.data.target = "price"
      return houses
    }
    _ = try search("b", houses())
    try folder.write("t.csv", Samples.csv(41))
    let data = message { _ = try search("b", houses(), joins: true) }
    #expect(data.contains("the data isn't that which the search was begun with"), "\(data)")
    try FileManager.default.removeItem(atPath: table)
    let missing = message { _ = try search("b", houses(), joins: true) }
    #expect(missing.contains("data cannot be used here") && missing.contains("t.csv"), "\(missing)")

    // No search.
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    let none = message { _ = try search("empty", own, resume: true) }
    #expect(none.contains("holds no search") && none.contains("--out"), "\(none)")
    _ = try RunPlan(own.run, folder: folder.path("run")).run()
    #expect(message { _ = try search("run", own, joins: true) }.contains("holds a run (config.yaml)"))
  }

  /// While others work on a search, nobody clears it.
  @Test func aSearchAtWorkIsNotCleared() throws {
    let file = try file("trials: 2", epochs: 1)
    let worker = try search("a", file)
    let text = message {
      _ = try Search.Run(file.run, file.search, folder: folder.path("a"), overwrite: true)
    }
    #expect(text.contains("another process is writing to this folder"))
    try worker.run()
    _ = try Search.Run(file.run, file.search, folder: folder.path("a"), overwrite: true)
    #expect(try folder.names("a/results").isEmpty)
  }

  /// A result that somebody has damaged is named.
  @Test func damagedResults() throws {
    let file = try file("trials: 2", epochs: 1)
    try search("a", file).run()
    try folder.write("a/results/1-1.json", "{}")
    let text = message { _ = try search("a", file, resume: true) }
    #expect(text.contains("results/1-1.json: isn't a trial's result"), "\(text)")
  }
}
