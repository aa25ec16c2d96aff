import ApusCore
import Synchronization

extension Collective {
  /// Ranks that are threads of this process, to see what more machines would compute; each is to be used by a thread of its
  /// own. The ranks stand on `hosts` hosts ("host0", …) in blocks.
  package static func virtual(_ count: Int, hosts: Int = 1) -> [Collective] {
    let ranks = VirtualRanks(count: count)
    let collectives = Mutex<[Int: Collective]>([:])
    // Each says its host to the others.
    Workers.run(count) { rank in
      let collective = try? Collective(hasThread: false) {
        VirtualTransport(ranks: ranks, rank: rank, host: "host\(rank * hosts / count)")
      }
      collectives.withLock { $0[rank] = collective }
    }
    return collectives.withLock { all in (0..<count).compactMap { all[$0] } }
  }
}

/// The messages between the threads.
private final class VirtualRanks: Sendable {
  let mailboxes: [Mailbox]
  let failure = Mutex<ApusError?>(nil)

  init(count: Int) { mailboxes = (0..<count).map { _ in Mailbox() } }

  var count: Int { mailboxes.count }

  func fail(_ message: String) {
    failure.withLock { $0 = $0 ?? ApusError(message) }
    for mailbox in mailboxes { mailbox.door.open() }
  }

  /// The messages for one rank that have not been received, by their sender.
  final class Mailbox: Sendable {
    let messages = Mutex<[Int: [[UInt8]]]>([:])
    let door = Door()

    func put(_ bytes: [UInt8], from rank: Int) {
      messages.withLock { $0[rank, default: []].append(bytes) }
      door.open()
    }

    func take(from rank: Int) -> [UInt8]? {
      messages.withLock { messages in
        guard messages[rank]?.isEmpty == false else { return nil }
        return messages[rank]!.removeFirst()
      }
    }
  }
}

/// One rank's side. A message is copied when it is sent, so that nothing is ever waited for but messages.
private final class VirtualTransport: CollectiveTransport, @unchecked Sendable {
  let rank: Int
  let host: String
  private let ranks: VirtualRanks
  private var receives: [(memory: UnsafeMutableRawBufferPointer, from: Int)] = []
  private var lengths: [Int] = []

  var count: Int { ranks.count }

  init(ranks: VirtualRanks, rank: Int, host: String) {
    (self.ranks, self.rank, self.host) = (ranks, rank, host)
  }

  func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) {
    ranks.mailboxes[rank].put(Array(bytes), from: self.rank)
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) -> Int {
    receives.append((bytes, rank))
    return receives.count - 1
  }

  func complete(isAwaited: () -> Bool) throws {
    lengths.removeAll(keepingCapacity: true)
    let mailbox = ranks.mailboxes[rank]
    for (memory, from) in receives {
      var message: [UInt8]?
      mailbox.door.wait {
        message = mailbox.take(from: from)
        return message == nil && ranks.failure.withLock { $0 == nil }
      }
      guard let message else { throw ranks.failure.withLock { $0! } }
      precondition(message.count <= memory.count, "a message is longer than expected")
      memory.copyBytes(from: message)
      lengths.append(message.count)
    }
    receives.removeAll(keepingCapacity: true)
  }

  func length(of receive: Int) -> Int { lengths[receive] }
  func attend() {}
  func reached(step: Int) {}
  func meet(hosts: [String]) {}
  func fail(_ message: String) { ranks.fail(message) }
  func abort(_ message: String) -> Never { fatalError(message) }
  func finish() {}
  func close() {}
}
