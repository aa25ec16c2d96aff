import Apus
import Synchronization

/// A file server and the time that passes, for the machines of a simulation.
final class FileServer: Sendable {
  struct State: Sendable {
    var files: [String: [UInt8]] = [:]
    var time = 0.0
    /// Links that were made.
    var links: [String] = []
  }

  let state = Mutex(State())

  var time: Double {
    get { state.withLock { $0.time } }
    set { state.withLock { $0.time = newValue } }
  }
}

/// A machine's view of the server, as bad as NFS may make it: what it has read stays what it reads for as long as attributes
/// are kept, names in folders and files that aren't there too; answers of links get lost; clocks disagree; and the machine
/// may lose its power before any operation.
final class NetworkFiles: SharedFiles {
  private struct Cache: Sendable {
    var files: [String: (bytes: [UInt8]?, time: Double)] = [:]
    var folders: [String: (names: [String], time: Double)] = [:]
    /// Operations that are left before the power fails; nil where it doesn't.
    var left: Int?
    var links: UInt64 = 0
  }

  static let powerFailure = ApusError("the power has failed")

  private let server: FileServer
  /// Seconds for which attributes are kept.
  private let age: Double
  /// What the machine's clock is ahead.
  private let skew: Double
  /// The part of links whose answer gets lost.
  private let lost: Double
  private let random: Philox
  private let cache: Mutex<Cache>

  init(
    _ server: FileServer, age: Double = 60, skew: Double = 0, lost: Double = 0, seed: UInt64 = 0,
    operations: Int? = nil
  ) {
    (self.server, self.age, self.skew, self.lost) = (server, age, skew, lost)
    random = Philox(seed: seed, path: "answers")
    cache = Mutex(Cache(left: operations))
  }

  /// The operations that are left; nil where they aren't counted.
  var left: Int? { cache.withLock { $0.left } }

  var hasPower: Bool { cache.withLock { $0.left != 0 } }

  /// - Returns: whether there is power for another operation.
  private func spend() -> Bool {
    cache.withLock { cache in
      guard let left = cache.left else { return true }
      cache.left = max(left - 1, 0)
      return left > 0
    }
  }

  private func check() throws(ApusError) {
    guard spend() else { throw Self.powerFailure }
  }

  func read(_ path: String) throws(ApusError) -> [UInt8]? {
    try check()
    let (bytes, time) = server.state.withLock { ($0.files[path], $0.time) }
    return cache.withLock { cache in
      if let known = cache.files[path], time - known.time < age { return known.bytes }
      cache.files[path] = (bytes, time)
      return bytes
    }
  }

  func names(in folder: String) throws(ApusError) -> [String] {
    try check()
    let time = server.time
    if let known = cache.withLock({ $0.folders[folder] }), time - known.time < age { return known.names }
    let names = server.state.withLock { state in
      state.files.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
        .sorted()
    }
    cache.withLock { $0.folders[folder] = (names, time) }
    return names
  }

  func write(_ bytes: [UInt8], to path: String, survivesPowerFailure: Bool) throws(ApusError) {
    try check()
    put(bytes, at: path)
  }

  private func put(_ bytes: [UInt8], at path: String) {
    let time = server.state.withLock { state in
      state.files[path] = bytes
      return state.time
    }
    cache.withLock { $0.files[path] = (bytes, time) }
  }

  func link(_ path: String, as name: String) -> LinkAnswer {
    guard spend() else { return .failed(Self.powerFailure) }
    let isMade = server.state.withLock { state in
      guard state.files[name] == nil, let bytes = state.files[path] else { return false }
      state.files[name] = bytes
      state.links.append(name)
      return true
    }
    let place = cache.withLock { cache in
      cache.links += 1
      return 2 * cache.links
    }
    if random.uniform(place) < lost {
      // Sent again, or given up.
      return random.uniform(place + 1) < 0.5 ? .taken : .failed(ApusError("timed out", kind: .machine))
    }
    return isMade ? .made : .taken
  }

  func move(_ path: String, to other: String) throws(ApusError) {
    try check()
    guard let bytes = server.state.withLock({ $0.files.removeValue(forKey: path) }) else {
      throw ApusError("isn't there", at: path)
    }
    put(bytes, at: other)
  }

  func remove(_ path: String) {
    if spend() { server.state.withLock { $0.files[path] = nil } }
  }

  func sync(folder: String) throws(ApusError) { try check() }

  var seconds: Double { server.time + skew }
}
