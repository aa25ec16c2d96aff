import ApusCore

/// The files of a search.
struct SearchFolder: Sendable {
  let path: String

  /// The settings: what makes a folder that of a search.
  var settings: String { "\(path)/search.yaml" }
  /// All trials, the best first, once they are done.
  var leaderboard: String { "\(path)/search.json" }
  /// The best trial's configuration.
  var best: String { "\(path)/best.yaml" }
  var results: String { "\(path)/results" }
  /// The workers' heartbeats and leases.
  var workers: String { "\(path)/workers" }
  /// What all workers must have in common besides the settings.
  var agreement: String { "\(workers)/agreement.json" }

  /// The folder of a trial's run.
  func trial(_ name: String) -> String { "\(path)/trials/\(name)" }

  static func resultName(_ number: Int, rung: Int) -> String { "\(number)-\(rung + 1).json" }

  /// The trial and the rung of a result's file; nil for another file.
  static func result(named name: String) -> (number: Int, rung: Int)? {
    guard let numbers = numbers(name, suffix: ".json", count: 2) else { return nil }
    return (numbers[0], numbers[1] - 1)
  }

  static func leaseName(_ number: Int, rung: Int, generation: Int) -> String {
    "\(number)-\(rung + 1)-\(generation).lease"
  }

  /// The trial, the rung and the generation of a lease's file; nil for another file.
  static func lease(named name: String) -> (number: Int, rung: Int, generation: Int)? {
    guard let numbers = numbers(name, suffix: ".lease", count: 3) else { return nil }
    return (numbers[0], numbers[1] - 1, numbers[2])
  }

  private static func numbers(_ name: String, suffix: String, count: Int) -> [Int]? {
    guard name.hasSuffix(suffix) else { return nil }
    let numbers = name.dropLast(suffix.count).split(separator: "-").compactMap { Int($0) }
    return numbers.count == count && numbers.allSatisfy { $0 >= 1 } ? numbers : nil
  }

  func heartbeat(of worker: String) -> String { "\(workers)/\(worker).json" }

  /// A path that nobody but the worker uses.
  func temporary(of worker: String, _ use: String) -> String { "\(workers)/\(worker).\(use).tmp" }

  /// Makes the folders that are not there.
  func make() throws(ApusError) {
    for folder in [results, workers, "\(path)/trials"] { try Files.makeFolder(folder) }
  }

  /// Removes results, leases and heartbeats, and their folders where nothing else is in them.
  func clear() {
    for name in (try? Files.names(in: results)) ?? [] where Self.result(named: name) != nil {
      Files.remove("\(results)/\(name)")
    }
    for name in (try? Files.names(in: workers)) ?? []
    where [".lease", ".json", ".tmp"].contains(where: { name.hasSuffix($0) }) {
      Files.remove("\(workers)/\(name)")
    }
    Files.removeFolder(results)
    Files.removeFolder(workers)
  }
}
