/// How bytes go from one process to another: what `Collective` stands on.
///
/// One thread makes all calls but `fail`, `abort` and `reached`. Messages between two ranks arrive in the order in which they were sent, and
/// all ranks send and receive in one order, so that messages need no names.
package protocol CollectiveTransport: AnyObject, Sendable {
  var rank: Int { get }
  var count: Int { get }
  /// The name of this rank's host.
  var host: String { get }

  /// Takes the names of all ranks' hosts, for messages.
  func meet(hosts: [String])

  /// Starts to send; the memory stays as it is until `complete` returns.
  func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws

  /// Starts to receive a message of at most as many bytes; returns what `length` takes.
  func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws -> Int

  /// Waits for everything that has been started. Where nobody waits for the outcome, it need not hurry.
  func complete(isAwaited: () -> Bool) throws

  /// The bytes that came with the last completed receives.
  func length(of receive: Int) -> Int

  /// Looks after the ranks while nothing is sent; called a few times a second.
  func attend()

  /// The step that this rank is at, for messages about lost ranks; any thread may set it.
  func reached(step: Int)

  /// Tells the other ranks that this one has failed, so that they end or throw.
  func fail(_ message: String)

  /// Ends all ranks with a message.
  func abort(_ message: String) -> Never

  /// Takes leave of the other ranks; all ranks call it, after a barrier.
  func finish() throws

  /// Gives back what the transport has of the system. Nothing depends on it any more.
  func close()
}
