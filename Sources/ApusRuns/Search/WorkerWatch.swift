import ApusCore

/// What a worker knows of the others: whether their heartbeats go on.
///
/// A heartbeat is a file with a count that its worker raises. A worker is lost when its file has stayed as it is for a whole
/// lease of the observer's own time: nobody's clock is compared with another's, and attributes that are a minute old look
/// like a minute of silence, which is less than a lease.
struct WorkerWatch: Sendable {
  enum Condition: Sendable, Equatable {
    case alive
    /// It has ended in good order, and writes nothing any more.
    case ended
    /// Its process is gone, so that it writes nothing any more.
    case dead
    /// It has not been heard of for a lease. It may stand still, and go on later.
    case silent
  }

  private struct Seen: Sendable {
    var heartbeat: [UInt8]?
    /// Seconds since the heartbeat changed.
    var silence = 0.0
    var last: Double
  }

  /// Seconds without a heartbeat after which a worker is lost.
  let lease: Double
  private var seen: [String: Seen] = [:]

  init(lease: Double) { self.lease = lease }

  var names: [String] { seen.keys.sorted() }

  /// Seconds from one heartbeat to the next, and from one look at the others' to the next.
  var interval: Double { lease / 6 }

  /// - Parameters:
  ///   - heartbeat: what its file holds; nil where there is none.
  ///   - now: the observer's time.
  mutating func look(at worker: String, _ heartbeat: [UInt8]?, now: Double) {
    guard var known = seen[worker], known.heartbeat == heartbeat else {
      seen[worker] = Seen(heartbeat: heartbeat, last: now)
      return
    }
    // An observer that stood still itself, or waited for the server, has heard nothing: that is not the worker's silence.
    known.silence += min(max(now - known.last, 0), 2 * interval)
    known.last = now
    seen[worker] = known
  }

  func condition(of worker: String) -> Condition {
    guard let known = seen[worker] else { return .alive }
    if let heartbeat = known.heartbeat.flatMap({ Beat($0) }) {
      if heartbeat.hasEnded { return .ended }
      if heartbeat.isGone { return .dead }
    }
    return known.silence >= lease ? .silent : .alive
  }

  /// As in "process 812 on blue".
  func description(of worker: String) -> String {
    seen[worker]?.heartbeat.flatMap { Beat($0) }?.description ?? worker
  }

  /// The file of a worker.
  struct Beat: Sendable, CustomStringConvertible {
    var host: String
    var process: Int
    var numberSpace: String?
    var count = 0
    var hasEnded = false

    init(host: String, process: Int, numberSpace: String?) {
      (self.host, self.process, self.numberSpace) = (host, process, numberSpace)
    }

    /// Nil for what is no heartbeat.
    init?(_ bytes: [UInt8]) {
      guard let json = try? StrictJSON.parse(String(decoding: bytes, as: UTF8.self), name: "heartbeat"),
        let host = json["host"]?.stringValue, let process = json["process"]?.intValue
      else { return nil }
      self.init(host: host, process: process, numberSpace: json["numberSpace"]?.stringValue)
      count = json["count"]?.intValue ?? 0
      hasEnded = json["hasEnded"]?.boolValue ?? false
    }

    var bytes: [UInt8] {
      let json = JSONValue.object([
        JSONMember("host", .string(host)), JSONMember("process", .integer(process)),
        JSONMember("numberSpace", numberSpace.map { .string($0) } ?? .null),
        JSONMember("count", .integer(count)), JSONMember("hasEnded", .bool(hasEnded)),
      ])
      return Array((json.text(indents: true) + "\n").utf8)
    }

    /// Whether its process is one of this machine's, and not there any more.
    var isGone: Bool {
      guard let numberSpace, numberSpace == CurrentProcess.numberSpace, let process = Int32(exactly: process)
      else { return false }
      return !Files.isRunning(process: process)
    }

    var description: String { "process \(process) on \(host)" }
  }
}
