import ApusCore
import ApusData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder that a run leaves: the model, the configuration that reruns it, the history, the checkpoints.
struct RunFolder: Sendable {
  let path: String

  var model: String { "\(path)/model.safetensors" }
  var configuration: String { "\(path)/config.yaml" }
  var history: String { "\(path)/history.csv" }
  var report: String { "\(path)/run.json" }
  /// Of the first of several trainings.
  var checkpoints: String { checkpoints(member: 0) }

  /// Of one of several trainings, counted from 0.
  func checkpoints(member: Int) -> String {
    "\(path)/checkpoints" + (member > 0 ? "/member-\(member + 1)" : "")
  }

  /// The model of one of several trainings that is done.
  func member(_ member: Int) -> String { "\(path)/members/\(member + 1).safetensors" }

  /// The folder itself when it is given, else a new one `runs/NAME-…`, numbered.
  init(_ given: String?, name: String) throws {
    if let given {
      path = given
    } else {
      var number = 1
      while RunFolder.exists("runs/\(name)-\(number)") { number += 1 }
      path = "runs/\(name)-\(number)"
    }
  }

  /// Makes the folder and those above it, and clears away what a killed run left half-written.
  ///
  /// - Throws: when the system does not allow it.
  func make() throws { try make(checkpoints) }

  func make(_ folder: String) throws {
    var prefix = ""
    for part in folder.split(separator: "/", omittingEmptySubsequences: false) {
      prefix += part + "/"
      guard prefix != "/", !RunFolder.exists(prefix) else { continue }
      if mkdir(prefix, 0o777) != 0, errno != EEXIST {
        throw ApusError(
          "the folder cannot be made: \(String(cString: strerror(errno)))", at: path,
          fix: "choose another with --out")
      }
    }
    guard access(path, W_OK) == 0 else {
      throw ApusError("the folder cannot be written to", at: path, fix: "choose another with --out")
    }
    for folder in Set([path, folder]) { AtomicFile.removeRemains(in: folder) }
  }

  /// Removes what an earlier run in the folder left, which a resumed one would take for its own.
  func removeMembers() {
    var number = 0
    while unlink(member(number)) == 0 { number += 1 }
  }

  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }
}
