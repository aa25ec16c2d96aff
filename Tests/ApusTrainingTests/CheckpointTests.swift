import Apus
import Foundation
import Testing

@Suite struct CheckpointTests {
  private func state(step: Int, count: Int = 20) -> TrainingState {
    var progress = TrainingSession.Progress()
    progress.step = step
    progress.epoch = step / 3
    progress.firstLoss = 0.7
    return TrainingState(
      progress: progress, parameters: (0..<count).map { Float($0 + step) },
      slots: [[Float](repeating: 0.5, count: count)],
      best: step > 2 ? [Float](repeating: 1, count: count) : nil,
      epochStart: step > 3 ? [Float](repeating: 2, count: count) : nil)
  }

  private func store(_ folder: TemporaryFolder, _ fingerprint: String = "f") -> CheckpointStore {
    CheckpointStore(folder: folder.path, fingerprint: fingerprint)
  }

  @Test func statesComeBack() throws {
    let folder = try TemporaryFolder()
    #expect(try store(folder).latest() == nil)
    for step in [1, 4] {
      try store(folder).save(state(step: step))
      let found = try #require(try store(folder).latest())
      #expect(found.state == state(step: step) && found.notes.isEmpty)
    }
  }

  @Test func theLastThreeAreKept() throws {
    let folder = try TemporaryFolder()
    for step in [8, 9, 10, 11, 100] { try store(folder).save(state(step: step)) }
    #expect(
      try folder.names()
        == [10, 11, 100].map { "step-\(String(repeating: "0", count: 9 - "\($0)".count))\($0).safetensors" })
    #expect(try store(folder).latest()?.state.progress.step == 100)
  }

  /// Whatever happens to the newest, the one before it is used, and said.
  @Test func damagedOnesAreLeftOut() throws {
    let folder = try TemporaryFolder()
    try store(folder).save(state(step: 1))
    let path = try store(folder).save(state(step: 5))
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    // A file's every part: length, header, numbers.
    var damages = [0, 7, 8, 30, 100, whole.count - 1].map { Array(whole[..<$0]) }
    for place in stride(from: 0, to: whole.count, by: 7) {
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      damages.append(bytes)
    }
    damages.append(whole + [0])
    for damaged in damages {
      try AtomicFile.write(path, damaged)
      let found = try #require(try store(folder).latest())
      #expect(found.state == state(step: 1))
      #expect(found.notes.count == 1 && found.notes[0].contains("step-000000005.safetensors is damaged"))
    }
    try AtomicFile.write(path, whole)
    #expect(try store(folder).latest()?.state == state(step: 5))
  }

  @Test func allDamagedIsNone() throws {
    let folder = try TemporaryFolder()
    let path = try store(folder).save(state(step: 1))
    try AtomicFile.write(path, [1, 2, 3])
    #expect(try store(folder).latest() == nil)
  }

  @Test func otherSettingsAreRefused() throws {
    let folder = try TemporaryFolder()
    try store(folder).save(state(step: 1))
    let text = message { _ = try store(folder, "g").latest() }
    #expect(text.contains("belongs to other settings or other data"))
  }

  @Test func noPermission() throws {
    let folder = try TemporaryFolder()
    // Root may write anywhere, but not into a file as if it were a folder.
    try folder.write("checkpoints", "a file")
    let store = CheckpointStore(folder: folder.path("checkpoints"), fingerprint: "f")
    #expect(message { try store.save(state(step: 1)) }.contains("Not a directory"))
    if geteuid() != 0 {
      try FileManager.default.createDirectory(
        atPath: folder.path("locked"), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o500])
      let locked = CheckpointStore(folder: folder.path("locked"), fingerprint: "f")
      #expect(message { try locked.save(state(step: 1)) }.contains("Permission denied"))
    }
  }

  #if os(Linux)
    /// A file system of 64 kB, where the process may mount one.
    @Test func aFullDiskLeavesTheOldOne() throws {
      let folder = try TemporaryFolder()
      guard mount("tmpfs", folder.path, "tmpfs", 0, "size=64k") == 0 else { return }
      defer { umount2(folder.path, Int32(MNT_DETACH)) }
      try store(folder).save(state(step: 1, count: 2_000))
      let text = message { try store(folder).save(state(step: 2, count: 10_000)) }
      #expect(text.contains("No space left on device"))
      #expect(try folder.names() == ["step-000000001.safetensors"])
      #expect(try store(folder).latest()?.state == state(step: 1, count: 2_000))
    }
  #endif
}
