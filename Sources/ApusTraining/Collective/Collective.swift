import ApusCore
import Synchronization

/// The processes that train one model together: this one's rank, their number, and what they say to each other.
///
/// A batch is cut into a fixed number of shards, and the gradient is their sum in one fixed binary tree, so that the model
/// has the same bits for any number of processes. ``alone`` is one process, which says nothing to anybody.
public final class Collective: Sendable {
  /// This process' number, 0 ..< ``count``.
  public let rank: Int
  /// The number of processes.
  public let count: Int
  /// The name of each rank's host.
  public let hosts: [String]

  private let connection: (communication: Communication, transport: any CollectiveTransport)?
  private let currentStep = Atomic<Int>(-1)

  /// One process.
  public static let alone = Collective(host: "this host")

  private init(host: String) {
    rank = 0
    count = 1
    hosts = [host]
    connection = nil
  }

  /// One process that a launcher has started alone: nothing is to be said to anybody.
  package static func single(host: String) -> Collective { Collective(host: host) }

  /// The ranks that a transport connects.
  ///
  /// - Parameters:
  ///   - hasThread: whether a thread of its own makes all calls of the transport, so that a reduction goes on beside the
  ///     computation. Without one, each call is made by whoever asks for it.
  ///   - transport: makes the transport, on the thread that will use it.
  /// - Throws: what `transport` throws; an error when a rank is lost meanwhile.
  package init(hasThread: Bool, transport: @escaping @Sendable () throws -> any CollectiveTransport) throws {
    let (communication, transport) = try Communication.start(hasThread: hasThread, transport: transport)
    connection = (communication, transport)
    (rank, count) = (transport.rank, transport.count)
    hosts = try communication.perform {
      let hosts = try Messages(transport: transport).gather(Array(transport.host.utf8))
        .map { String(decoding: $0, as: UTF8.self) }
      transport.meet(hosts: hosts)
      return hosts
    }
  }

  /// The step that this rank is at, for messages about lost ranks.
  package var step: Int {
    get { currentStep.load(ordering: .relaxed) }
    set {
      currentStep.store(newValue, ordering: .relaxed)
      connection?.transport.reached(step: newValue)
    }
  }

  /// This rank's shards of V: a block of consecutive ones.
  package func shards(of count: Int) -> Range<Int> { Self.shards(of: count, rank: rank, count: self.count) }

  static func shards(of shards: Int, rank: Int, count: Int) -> Range<Int> {
    shards * rank / count..<shards * (rank + 1) / count
  }

  // MARK: Reductions

  /// Puts the sum of all ranks' shards into `ShardTree.root`, on every rank, with the bits of one process.
  ///
  /// - Throws: when a rank is lost.
  package func reduce(_ tree: ShardTree) throws { try wait(start(tree)) }

  /// Starts a reduction, which goes on beside the computation. All ranks start the same trees in one order.
  ///
  /// - Returns: what `wait` takes.
  package func start(_ tree: ShardTree) -> Int {
    guard let (communication, transport) = connection else {
      tree.finishAlone()
      return 0
    }
    return communication.start(tree, transport: transport)
  }

  /// Waits for a reduction that has been started.
  package func wait(_ reduction: Int) throws { try connection?.communication.wait(reduction) }

  // MARK: Messages

  /// Returns every rank's bytes to every rank, in the order of the ranks; lengths may differ.
  package func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    guard let (communication, transport) = connection else { return [bytes] }
    return try communication.perform { try Messages(transport: transport).gather(bytes) }
  }

  /// Returns rank 0's bytes to every rank; what other ranks hand in is not looked at.
  package func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
    guard let (communication, transport) = connection else { return bytes }
    return try communication.perform { try Messages(transport: transport).broadcast(bytes) }
  }

  /// Returns when every rank has called it.
  package func barrier() throws {
    guard let (communication, transport) = connection else { return }
    try communication.perform { try Messages(transport: transport).barrier() }
  }

  /// Calls `body` on the thread that makes all calls of the transport.
  package func onCommunicationThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) throws -> R {
    guard let communication = connection?.communication else { return try body() }
    return try communication.perform(body)
  }

  /// Ends the communication; all ranks call it, once, after everything else.
  package func finish() throws {
    guard let (communication, transport) = connection else { return }
    try communication.perform {
      try Messages(transport: transport).barrier()
      try transport.finish()
    }
    // Some libraries come to their end more often when all ranks begin it at once.
    communication.end(atMost: 3) {
      try? Messages(transport: transport).barrier()
      transport.close()
    }
  }

  /// Tells the other ranks that this one has failed: they throw in what they wait for, or end.
  package func fail(_ message: String) { connection?.transport.fail(describe(message)) }

  /// Ends the job: prints the message with this rank, its host and its step, and ends every rank.
  package func abort(_ message: String) -> Never {
    guard let transport = connection?.transport else {
      let line = Array("error: \(message)\n".utf8)
      line.withUnsafeBytes { _ = Files.write(2, $0.baseAddress!, $0.count) }
      CurrentProcess.endAtOnce(code: 1)
    }
    transport.abort(describe(message))
  }

  private func describe(_ message: String) -> String {
    "rank \(rank) of \(count) (host \(hosts[rank]))\(step < 0 ? "" : ", step \(step)"): \(message)"
  }
}
