import Apus
import Foundation
import Synchronization
import Testing

/// Runs leave each other alone.
@Suite struct RunFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(epochs: Int = 2, _ ensemble: String = "") throws -> RunConfiguration {
    let text =
      "data: {source: iris}\nmodel: {hidden: [4]}\n"
      + "training: {epochs: \(epochs), batch: 40, checkpointEvery: 2\(ensemble)}\n"
    return try RunConfiguration.load(yaml: folder.write("x.yaml", text))
  }

  @Test func anOlderRunIsLeftAlone() throws {
    let configuration = try configuration()
    let path = folder.path("run")
    _ = try RunPlan(configuration, folder: path).run()
    let before = try folder.names("run").map { ($0, try? folder.bytes("run/\($0)")) }
    let text = message { _ = try RunPlan(configuration, folder: path).run() }
    #expect(text.hasPrefix(path) && text.contains("holds an older run (config.yaml)"), "\(text)")
    #expect(text.contains("--overwrite") && text.contains("--resume") && text.contains("--out"))
    for (name, bytes) in before where bytes != nil { #expect(try folder.bytes("run/\(name)") == bytes) }
    let traces = [
      "model.safetensors", "history.csv", "run.json", "search.json", "checkpoints/step-000000002.safetensors",
    ]
    for (number, trace) in traces.enumerated() {
      let other = folder.path("other-\(number)")
      try FileManager.default.createDirectory(
        atPath: other + "/checkpoints", withIntermediateDirectories: true)
      try Data([1]).write(to: URL(fileURLWithPath: "\(other)/\(trace)"))
      #expect(message { _ = try RunPlan(configuration, folder: other).run() }.contains("(\(trace))"))
    }
    // A folder with other things in it is none of a run's.
    try FileManager.default.createDirectory(atPath: folder.path("mine"), withIntermediateDirectories: true)
    try folder.write("mine/notes.txt", "mine")
    _ = try RunPlan(configuration, folder: folder.path("mine")).run()
    #expect(try folder.bytes("mine/notes.txt") == Array("mine".utf8))
  }

  /// Everything of the older run goes but its model, which the new one's replaces; nothing else does.
  @Test func overwritingClearsTheOlderRunAlone() throws {
    let path = folder.path("run")
    _ = try RunPlan(configuration(epochs: 3, ", ensemble: {seeds: 3}"), folder: path).run()
    for name in ["report.html", "notes.txt", "checkpoints/mine.txt", "members/mine.txt"] {
      try folder.write("run/\(name)", name)
    }
    let old = try folder.bytes("run/model.safetensors")
    let plan = try RunPlan(configuration(epochs: 6), folder: path, overwrite: true)
    #expect(try plan.isPaused { _, epoch in epoch >= 1 })
    #expect(
      try folder.names("run") == ["checkpoints", "config.yaml", "members", "model.safetensors", "notes.txt"])
    #expect(try folder.bytes("run/model.safetensors") == old)
    #expect(try folder.names("run/members") == ["mine.txt"])
    #expect(
      try folder.names("run/checkpoints").allSatisfy { $0.hasPrefix("step-00000000") || $0 == "mine.txt" })
    let result = try RunPlan(configuration(epochs: 6), folder: path, resume: true).run()
    #expect(result.epochs == 6)
    #expect(try folder.bytes("run/model.safetensors") != old)
  }

  /// A run's own data is not cleared away.
  @Test func inputsAreNotCleared() throws {
    _ = try RunPlan(configuration(), folder: folder.path("run")).run()
    let data = folder.path("run/history.csv")
    let before = try folder.bytes("run/history.csv")
    for key in ["source: \(data)", "source: iris, testData: \(data)"] {
      let text = "data: {\(key)}\ntraining: {epochs: 1}\n"
      let configuration = try RunConfiguration.load(yaml: folder.write("y.yaml", text))
      let problem = message {
        _ = try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
      }
      #expect(problem.contains("history.csv: is read here, and --overwrite would clear it"), "\(problem)")
    }
    #expect(try folder.bytes("run/history.csv") == before)
  }

  @Test func aSearchsAndAFoldsFolder() throws {
    let text =
      "data: {source: iris}\nmodel: {hidden: [4]}\ntraining: {epochs: 1}\n"
      + "search: {trials: 2, over: {training.l2: [0, 0.1]}}\n"
    let file = try ConfigurationFile(contentsOf: folder.write("s.yaml", text))
    let configuration = file.run
    try Search.Run(file.run, file.search, folder: folder.path("s")).run()
    #expect(
      message { _ = try Search.Run(file.run, file.search, folder: folder.path("s")) }.contains("--overwrite"))
    #expect(
      message { _ = try RunPlan(configuration, folder: folder.path("s")).run() }.contains("--overwrite"))
    try folder.write("s/trials/notes.txt", "mine")
    _ = try RunPlan(configuration, folder: folder.path("s"), overwrite: true).run()
    #expect(
      try folder.names("s") == [
        "checkpoints", "config.yaml", "history.csv", "model.safetensors", "run.json", "split.csv", "trials",
      ])
    #expect(try folder.names("s/trials") == ["notes.txt"])

    let validation = try CrossValidation(configuration, folds: 2, folder: folder.path("f"))
    _ = try validation.run()
    #expect(
      message { _ = try CrossValidation(configuration, folds: 2, folder: folder.path("f")) }
        .contains("fold-1/config.yaml"))
  }

  /// While one process trains in a folder, another is told; so is a second run of the same process.
  @Test func aFolderBelongsToOneRun() throws {
    let configuration = try configuration(epochs: 4)
    let path = folder.path("run")
    let plan = try RunPlan(configuration, folder: path)
    var texts: [String] = []
    let isPaused = try plan.isPaused { _, epoch in
      if texts.isEmpty {
        for resume in [true, false] {
          texts.append(
            message {
              _ = try RunPlan(configuration, folder: path, resume: resume, overwrite: !resume).run()
            })
        }
      }
      return epoch >= 2
    }
    #expect(isPaused && texts.count == 2)
    for text in texts { #expect(text.hasPrefix(path) && text.contains("another process"), "\(text)") }
    // A plan that was made before: its run is refused all the same.
    let late = try RunPlan(configuration, folder: folder.path("late"))
    _ = try RunPlan(configuration, folder: folder.path("late")).run()
    #expect(message { try late.run() }.contains("holds an older run"))
    let rest = try RunPlan(configuration, folder: path, resume: true).run()
    #expect(rest.epochs == 4)
  }

  /// What cannot be trained leaves no folder.
  @Test func nothingIsLeftOfAMistake() throws {
    var configuration = try configuration()
    configuration.data.target = "nothing"
    #expect(message { _ = try RunPlan(configuration, folder: folder.path("run")).run() }.contains("nothing"))
    let validation = try CrossValidation(configuration, folds: 2, folder: folder.path("folds"))
    #expect(message { _ = try validation.run() }.contains("nothing"))
    #expect(try folder.names() == ["x.yaml"])
    try folder.write("file", "x")
    let text = message { _ = try RunPlan(self.configuration(), folder: folder.path("file")).run() }
    #expect(text.contains("is a file") && text.contains("--out"), "\(text)")
    #expect(
      message { _ = try RunPlan(self.configuration(), folder: folder.path("file/in")).run() }.contains(
        "is a file"))
  }
}
