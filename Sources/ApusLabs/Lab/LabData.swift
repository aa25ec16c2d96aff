package import ApusCore
import ApusData

/// Data of the lectures' own that a lab can run on instead of bundled data: `--data`.
package struct LabData: Sendable {
  /// The description: "MNIST, as IDX files".
  package let name: String
  /// The files that a folder must hold, each under any of its names; empty where the path is a file.
  package let files: [[String]]

  /// A folder of MNIST's four files, plain or .gz.
  package static let mnist = LabData(
    name: "MNIST's IDX files",
    files: ["train-images", "train-labels", "t10k-images", "t10k-labels"].map { stem in
      let kind = stem.hasSuffix("images") ? "3-ubyte" : "1-ubyte"
      return ["-idx", ".idx"].flatMap { ["\(stem)\($0)\(kind)", "\(stem)\($0)\(kind).gz"] }
    })

  /// A folder of CIFAR-10's binary batches.
  package static let cifar10 = LabData(
    name: "CIFAR-10's binary batches",
    files: (1...5).map { ["data_batch_\($0).bin", "data_batch_\($0).bin.gz"] } + [
      ["test_batch.bin", "test_batch.bin.gz"]
    ])

  /// A file of plain text.
  package static let text = LabData(name: "a text file", files: [])

  /// - Throws: when the path isn't there, or a folder lacks files: which ones.
  package func check(_ path: String, for lab: String) throws(ApusError) {
    let place = "--data \(path)"
    guard Files.exists(path) else {
      throw ApusError("there is no such \(files.isEmpty ? "file" : "folder")", at: place, expected: expected)
    }
    guard !files.isEmpty else {
      guard Files.kind(at: path) == .folder else { return }
      throw ApusError("is a folder", at: place, expected: "\(name) for the lab \(lab)")
    }
    guard Files.kind(at: path) == .folder else {
      throw ApusError("is no folder", at: place, expected: expected)
    }
    let missing = files.filter { names in !names.contains { Files.exists("\(path)/\($0)") } }.map { $0[0] }
    guard missing.isEmpty else {
      throw ApusError(
        "the lab \(lab) needs files that the folder lacks: \(missing.joined(separator: ", "))", at: place,
        expected: expected, fix: "without --data the lab runs on bundled data")
    }
  }

  private var expected: String {
    files.isEmpty ? name : "a folder of \(name): \(files.map { $0[0] }.joined(separator: ", "))"
  }
}
