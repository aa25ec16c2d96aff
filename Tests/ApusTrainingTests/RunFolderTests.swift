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
    _ = try TrainingRun(configuration, folder: path).train()
    let before = try folder.names("run").map { ($0, try? folder.bytes("run/\($0)")) }
    let text = message { _ = try TrainingRun(configuration, folder: path) }
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
      #expect(message { _ = try TrainingRun(configuration, folder: other) }.contains("(\(trace))"))
    }
    // A folder with other things in it is none of a run's.
    try FileManager.default.createDirectory(atPath: folder.path("mine"), withIntermediateDirectories: true)
    try folder.write("mine/notes.txt", "mine")
    _ = try TrainingRun(configuration, folder: folder.path("mine")).train()
    #expect(try folder.bytes("mine/notes.txt") == Array("mine".utf8))
  }

  /// Everything of the older run goes but its model, which the new one's replaces; nothing else does.
  @Test func overwritingClearsTheOlderRunAlone() throws {
    let path = folder.path("run")
    _ = try TrainingRun(configuration(epochs: 3, ", ensemble: {seeds: 3}"), folder: path).train()
    for name in ["report.html", "notes.txt", "checkpoints/mine.txt", "members/mine.txt"] {
      try folder.write("run/\(name)", name)
    }
    let old = try folder.bytes("run/model.safetensors")
    let run = try TrainingRun(configuration(epochs: 6), folder: path, overwrite: true)
    run.pausesAfter = 1
    #expect(try run.train().isInterrupted)
    #expect(
      try folder.names("run") == ["checkpoints", "config.yaml", "members", "model.safetensors", "notes.txt"])
    #expect(try folder.bytes("run/model.safetensors") == old)
    #expect(try folder.names("run/members") == ["mine.txt"])
    #expect(
      try folder.names("run/checkpoints").allSatisfy { $0.hasPrefix("step-00000000") || $0 == "mine.txt" })
    let report = try TrainingRun(configuration(epochs: 6), folder: path, resume: true).train()
    #expect(report.epochs == 6)
    #expect(try folder.bytes("run/model.safetensors") != old)
  }

  /// A run's own data is not cleared away.
  @Test func inputsAreNotCleared() throws {
    _ = try TrainingRun(configuration(), folder: folder.path("run")).train()
    let data = folder.path("run/history.csv")
    let before = try folder.bytes("run/history.csv")
    for key in ["source: \(data)", "source: iris, testData: \(data)"] {
      let text = "data: {\(key)}\ntraining: {epochs: 1}\n"
      let configuration = try RunConfiguration.load(yaml: folder.write("y.yaml", text))
      let problem = message {
        _ = try TrainingRun(configuration, folder: folder.path("run"), overwrite: true)
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
    try SearchRun(file.run, file.search, folder: folder.path("s")).run()
    #expect(
      message { _ = try SearchRun(file.run, file.search, folder: folder.path("s")) }.contains("--overwrite"))
    #expect(message { _ = try TrainingRun(configuration, folder: folder.path("s")) }.contains("--overwrite"))
    try folder.write("s/trials/notes.txt", "mine")
    _ = try TrainingRun(configuration, folder: folder.path("s"), overwrite: true).train()
    #expect(
      try folder.names("s") == [
        "checkpoints", "config.yaml", "history.csv", "model.safetensors", "run.json", "trials",
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
    let run = try TrainingRun(configuration, folder: path)
    for resume in [true, false] {
      let text = message {
        _ = try TrainingRun(configuration, folder: path, resume: resume, overwrite: !resume)
      }
      #expect(text.hasPrefix(path) && text.contains("another process"), "\(text)")
    }
    run.pausesAfter = 2
    #expect(try run.train().isInterrupted)
    let rest = try TrainingRun(configuration, folder: path, resume: true).train()
    #expect(rest.epochs == 4)
  }

  /// What cannot be trained leaves no folder.
  @Test func nothingIsLeftOfAMistake() throws {
    var configuration = try configuration()
    configuration.data.target = "nothing"
    #expect(message { _ = try TrainingRun(configuration, folder: folder.path("run")) }.contains("nothing"))
    let validation = try CrossValidation(configuration, folds: 2, folder: folder.path("folds"))
    #expect(message { _ = try validation.run() }.contains("nothing"))
    #expect(try folder.names() == ["x.yaml"])
    try folder.write("file", "x")
    let text = message { _ = try TrainingRun(self.configuration(), folder: folder.path("file")) }
    #expect(text.contains("is a file") && text.contains("--out"), "\(text)")
    #expect(
      message { _ = try TrainingRun(self.configuration(), folder: folder.path("file/in")) }.contains(
        "is a file"))
  }
}
