import Apus
import Foundation
import Testing

/// A folder that is gone when the value is.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("apus-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  func names(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try AtomicFile.write(path(name), text: text)
    return path(name)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try AtomicFile.write(path(name), bytes)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}

/// The message of the ``ApusError`` that the call throws; a failed test if it does not.
func message(of call: () throws -> Void, sourceLocation: Testing.SourceLocation = #_sourceLocation) -> String
{
  do {
    try call()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as ApusError {
    return error.description
  } catch {
    Issue.record("not an ApusError: \(error)", sourceLocation: sourceLocation)
  }
  return ""
}

/// Data that a test makes.
enum Samples {
  /// Class 1 where the first two of five features have the same sign, with noise in the labels.
  static func classes(_ count: Int, flipped: Double = 0, seed: UInt64 = 1) throws -> TableDataset {
    let random = Philox(seed: seed, path: "samples")
    let features = (0..<(count * 5)).map { Float(random.normal(UInt64($0))) }
    let flips = Philox(seed: seed, path: "flips")
    let labels = (0..<count).map { row -> Int32 in
      let isSame = features[row * 5] * features[row * 5 + 1] > 0
      return isSame != (flips.uniform(UInt64(row)) < flipped) ? 1 : 0
    }
    return try TableDataset(features: features, inputShape: [5], labels: labels, names: ["no", "yes"])
  }

  /// y = 2a − b + noise.
  static func values(_ count: Int, noise: Double = 0.1, seed: UInt64 = 1) throws -> TableDataset {
    let random = Philox(seed: seed, path: "samples")
    let features = (0..<(count * 2)).map { Float(random.normal(UInt64($0))) }
    let values = (0..<count).map { row in
      2 * features[row * 2] - features[row * 2 + 1] + Float(noise * random.normal(UInt64(count * 2 + row)))
    }
    return try TableDataset(features: features, inputShape: [2], values: values, names: ["y"])
  }

  /// A table of the same kind of numbers, as text.
  static func csv(_ count: Int, columns: [String] = ["a", "b", "kind", "price"]) -> String {
    let random = Philox(seed: 3, path: "csv")
    var lines = [columns.joined(separator: ",")]
    for row in 0..<count {
      let (a, b) = (random.uniform(UInt64(3 * row)), random.uniform(UInt64(3 * row + 1)))
      let kind = ["oak", "ash", "elm"][row % 3]
      let fields = [
        "a": "\((a * 1e4).rounded() / 1e4)", "b": "\((b * 1e4).rounded() / 1e4)", "kind": kind,
        "price": "\(((100 + 50 * a - 20 * b + Double(row % 3) * 10) * 100).rounded() / 100)",
      ]
      lines.append(columns.map { fields[$0]! }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Model {
  /// Every weight, bit by bit.
  var bits: [UInt32] { parameters.flatMap { self[$0.path]!.map(\.bitPattern) } }
}

extension RunPlan {
  /// Whether the run ends before its end, with a checkpoint, where `pauses` says so.
  func isPaused(where pauses: (_ step: Int, _ epoch: Int) -> Bool) throws -> Bool {
    do {
      try run(pauses: pauses)
      return false
    } catch let error as ApusError where error.kind == .interrupted {
      return true
    }
  }
}
