package import ApusCore
import ApusData
import Foundation
import Synchronization

/// Writes the kernel calls of tests to the file that `APUS_RECORD_KERNELS` names: arguments, memory, and the SHA-256 of the
/// memory after each call. `Tests/KernelReplay` repeats them on another processor and says what the file looks like.
///
/// On the widest instruction set, with one thread and with more than two: the tests compare the others with it themselves.
package enum KernelRecorder {
  private static let recording: Recording? =
    ProcessInfo.processInfo.environment["APUS_RECORD_KERNELS"].map { Recording(path: $0) }

  /// The file, which tests beside each other write to, and what is in it.
  private final class Recording: Sendable {
    private let file: Mutex<FileHandle>
    private let known = Mutex<[String: Int]>([:])

    init(path: String) {
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { fatalError("APUS_RECORD_KERNELS: \(path) can't be written") }
      self.file = Mutex(file)
    }

    /// Counts a run of these calls, and says how many there have been.
    func count(_ calls: KernelCalls) -> Int {
      let kind = calls.calls.map { "\($0.field) \($0.name) \($0.parts)" } + ["\(calls.memory[0].count)"]
      return known.withLock { known in
        known[kind.joined(separator: ","), default: 0] += 1
        return known[kind.joined(separator: ",")]!
      }
    }

    func append(_ bytes: [UInt8]) { file.withLock { $0.write(Data(bytes)) } }
  }

  /// What keeps the emulated processor to seconds: the most bytes of a run; of runs with more than the next number of bytes, two
  /// of a kind; and those up to which the memory is hashed after each call and not only after the last.
  private static let (mostBytes, fewBytes, hashedBytes) = (1 << 20, 1 << 12, 1 << 14)

  fileprivate static func run(_ executable: Executable, rows: Int) -> Bool {
    guard let recording, executable.engine.threads != 2, executable.engine.instructionSet == .best,
      executable.memoryBytes <= mostBytes, let calls = executable.kernelCalls(rows: rows),
      executable.memoryBytes <= fewBytes || recording.count(calls) <= 2
    else { return false }
    var record = Record(calls)
    for (position, call) in calls.calls.enumerated() {
      executable.run(call)
      let isLast = position == calls.calls.count - 1
      record.append(call, memory: isLast || executable.memoryBytes <= hashedBytes ? calls.memory[0] : nil)
    }
    recording.append(record.bytes)
    return true
  }

  private struct Record {
    var bytes = Array("APUSRUN1".utf8)

    /// What there is before the first call.
    init(_ calls: KernelCalls) {
      append([KernelCalls.structureBytes, calls.arguments.count, calls.memory.count])
      for region in calls.arguments + calls.memory {
        append([Int(bitPattern: region.baseAddress), region.count])
        append(region)
      }
      append([Int(bitPattern: calls.scratch.baseAddress), calls.scratch.count, calls.calls.count])
    }

    /// - Parameter memory: what the digest is of; nil for none.
    mutating func append(_ call: KernelCalls.Call, memory: UnsafeRawBufferPointer?) {
      append([call.field, Int(bitPattern: call.arguments), call.parts, call.name.utf8.count])
      append(Array(call.name.utf8))
      guard let memory else { return append(Array(repeating: UInt8(0), count: 32)) }
      // Which NaN an operation gives differs from processor to processor.
      let words = memory.bindMemory(to: UInt32.self).map { $0 & 0x7fff_ffff > 0x7f80_0000 ? 0x7fc0_0000 : $0 }
      append(words.withUnsafeBytes(SHA256.digest))
    }

    private mutating func append(_ words: [Int]) {
      for word in words { withUnsafeBytes(of: UInt64(truncatingIfNeeded: word).littleEndian) { bytes += $0 } }
    }

    /// Filled up to whole words.
    private mutating func append(_ contents: some Collection<UInt8>) {
      bytes += contents
      bytes += repeatElement(0, count: (8 - bytes.count % 8) % 8)
    }
  }
}

extension Executable {
  /// Computes the outputs for `rows` rows, and records the calls of kernels where that is asked for.
  package func compute(rows: Int = 1) {
    if !KernelRecorder.run(self, rows: rows) { run(rows: rows) }
  }
}
