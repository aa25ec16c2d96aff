import Foundation
import Testing

/// Runs that are stopped in the middle end in the same bits as those that are not.
@Suite(.serialized) struct ResumeTests {
  /// Checkpoints in the middle of epochs, dropout, a last batch of another size.
  #if DEBUG
    private let epochs = 2
  #else
    private let epochs = 50
  #endif

  private static func arguments(epochs: Int) -> [String] {
    [
      "train", "moons", "--rows", "3000", "--noise", "0.2", "--hidden", "64,64", "--dropout", "0.2",
      "--batch", "37",
      "--epochs", "\(epochs)", "--checkpoint-every", "97", "--seed", "4",
    ]
  }

  @Test func killedAtAnyMoment() throws {
    let command = try Command()
    let start = Date()
    #expect(try command.run(Self.arguments(epochs: epochs) + ["--quiet", "--out", "whole"]).code == 0)
    let duration = Date().timeIntervalSince(start)
    let whole = try command.bytes("whole/model.safetensors")
    var kills = 0
    let end = Date().addingTimeInterval(5)
    while kills < 10, Date() < end {
      try? FileManager.default.removeItem(at: command.folder.appending(path: "run"))
      var isDone = false
      while !isDone {
        let isBegun = command.exists("run/config.yaml")
        let arguments =
          isBegun ? ["train", "--resume", "run"] : Self.arguments(epochs: epochs) + ["--out", "run"]
        let running = try command.start(arguments + ["--quiet"])
        if kills < 10 {
          Thread.sleep(forTimeInterval: Double.random(in: 0...(duration * 0.7)))
          running.send(SIGKILL)
          kills += 1
        }
        let result = try running.wait()
        isDone = result.code == 0
        #expect(result.code == 0 || result.code == -SIGKILL, "\(result.err)")
        if result.code > 0 { return }
      }
      #expect(try command.bytes("run/model.safetensors") == whole)
    }
    #expect(kills > 0)
  }

  @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func interrupted(signal: Int32, code: Int32) throws {
    let command = try Command()
    try command.run(Self.arguments(epochs: 2 * epochs) + ["--quiet", "--out", "whole"])
    let running = try command.start(Self.arguments(epochs: 2 * epochs) + ["--out", "my run"])
    while running.isRunning, !command.files.contains(where: { $0.contains("checkpoints/") }) {
      Thread.sleep(forTimeInterval: 0.005)
    }
    running.send(signal)
    let result = try running.wait()
    #expect(result.code == code)
    #expect(result.err.contains("apus train --resume 'my run'\n"))
    let resumed = try command.run("train", "--resume", "my run", "--json")
    #expect(resumed.code == 0, "\(resumed.err)")
    #expect(resumed.err.contains("resumed"))
    #expect(try command.bytes("my run/model.safetensors") == command.bytes("whole/model.safetensors"))
    #expect(try command.text("my run/history.csv") == command.text("whole/history.csv"))
  }

  /// The newest checkpoint that is whole is taken, and the damage is said.
  @Test(arguments: ["truncated", "one bit wrong"])
  func damagedCheckpoint(damage: String) throws {
    let command = try Command()
    try command.run(Self.arguments(epochs: 2 * epochs) + ["--quiet", "--out", "whole"])
    let running = try command.start(Self.arguments(epochs: 2 * epochs) + ["--quiet", "--out", "run"])
    while running.isRunning, checkpoints(command).count < 2 { Thread.sleep(forTimeInterval: 0.005) }
    running.send(SIGKILL)
    try running.wait()
    let newest = try #require(checkpoints(command).last)
    var bytes = Array(try command.bytes(newest))
    if damage == "truncated" { bytes.removeLast(bytes.count / 3) } else { bytes[bytes.count - 9] ^= 4 }
    try command.write(newest, bytes: bytes)
    let resumed = try command.run("train", "--resume", "run")
    #expect(resumed.code == 0, "\(resumed.err)")
    #expect(resumed.out.contains("\(newest.split(separator: "/").last ?? "") is damaged"), "\(resumed.out)")
    #expect(try command.bytes("run/model.safetensors") == command.bytes("whole/model.safetensors"))
  }

  private func checkpoints(_ command: Command) -> [String] {
    command.files.filter { $0.hasPrefix("run/checkpoints/") && $0.hasSuffix(".safetensors") }
  }
}
