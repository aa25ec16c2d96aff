import ApusCore
import Synchronization

/// What is asked of a transport: one piece after the other, in the order of asking, by a thread of its own, which makes all
/// calls of the transport; or, without one, at once, by whoever asks.
final class Communication: Sendable {
  private enum Work {
    case reduction(ShardTree)
    case call(@Sendable () -> Void)
    case end(@Sendable () -> Void)
  }

  private struct Queue {
    var work: [Work] = []
    /// What is asked for and not begun: `work[first...]`.
    var first = 0
    var failure: (any Error)?
  }

  private let hasThread: Bool
  private let queue = Mutex(Queue())
  private let asked = Atomic<Int>(0)
  private let done = Atomic<Int>(0)
  /// How many threads wait for a reduction.
  private let waiting = Atomic<Int>(0)
  private let askedDoor = Door()
  private let doneDoor = Door()

  private init(hasThread: Bool) { self.hasThread = hasThread }

  /// A transport that is idle looks after the other ranks so often, in seconds.
  private static let attention = 0.25

  /// Makes a transport on the thread that will use it.
  static func start(
    hasThread: Bool, transport make: @escaping @Sendable () throws -> any CollectiveTransport
  ) throws -> (Communication, any CollectiveTransport) {
    let communication = Communication(hasThread: hasThread)
    guard hasThread else { return (communication, try make()) }
    let made = Outcome<any CollectiveTransport>()
    let isStarted = BackgroundWork.detach {
      let result = Result { try make() }
      made.put(result)
      if case .success(let transport) = result { communication.run(transport) }
    }
    guard isStarted else {
      throw ApusError("the system has no thread left for the communication between ranks")
    }
    return (communication, try made.get())
  }

  // MARK: Asking

  /// Asks for a reduction; returns what `wait` takes.
  func start(_ tree: ShardTree, transport: any CollectiveTransport) -> Int {
    if hasThread { return ask(.reduction(tree)) }
    reduce(tree, transport) { true }
    return 0
  }

  func wait(_ number: Int) throws {
    if done.load(ordering: .acquiring) < number {
      waiting.add(1, ordering: .relaxed)
      doneDoor.wait { done.load(ordering: .acquiring) < number }
      waiting.subtract(1, ordering: .relaxed)
    }
    if let failure = queue.withLock({ $0.failure }) { throw failure }
  }

  func perform<R: Sendable>(_ body: @escaping @Sendable () throws -> R) throws -> R {
    guard hasThread else { return try body() }
    let outcome = Outcome<R>()
    _ = ask(.call { outcome.put(Result { try body() }) })
    return try outcome.get()
  }

  /// Makes the last call, after which the thread ends, and waits for it, but no longer than some seconds: a library may not
  /// come to its end, as MPICH 4.0 over TCP.
  func end(atMost seconds: Double, _ body: @escaping @Sendable () -> Void) {
    guard hasThread else { return body() }
    let outcome = Outcome<Void>()
    _ = ask(.end { outcome.put(Result { body() }) })
    outcome.wait(atMost: seconds)
  }

  private func ask(_ work: Work) -> Int {
    let number = queue.withLock { queue in
      queue.work.append(work)
      return asked.add(1, ordering: .releasing).newValue
    }
    askedDoor.open()
    return number
  }

  // MARK: Doing

  private func run(_ transport: any CollectiveTransport) {
    while true {
      let number = done.load(ordering: .relaxed)
      while asked.load(ordering: .acquiring) == number {
        askedDoor.wait(atMost: Self.attention) { asked.load(ordering: .acquiring) == number }
        transport.attend()
      }
      var isLast = false
      switch next() {
      case .reduction(let tree): reduce(tree, transport) { waiting.load(ordering: .relaxed) > 0 }
      case .call(let body): body()
      case .end(let body):
        body()
        isLast = true
      }
      done.store(number + 1, ordering: .releasing)
      doneDoor.open()
      if isLast { return }
    }
  }

  private func next() -> Work {
    queue.withLock { queue in
      let work = queue.work[queue.first]
      queue.first += 1
      if queue.first == queue.work.count {
        queue.work.removeAll(keepingCapacity: true)
        queue.first = 0
      }
      return work
    }
  }

  /// After a failure nothing more is reduced: the ranks no longer are at one place.
  private func reduce(_ tree: ShardTree, _ transport: any CollectiveTransport, isAwaited: () -> Bool) {
    guard queue.withLock({ $0.failure == nil }) else { return }
    do {
      let reduction = tree.reduction ?? ShardReduction(tree, transport: transport)
      tree.reduction = reduction
      try reduction.run(isAwaited: isAwaited)
    } catch {
      queue.withLock { $0.failure = error }
    }
  }
}

/// The outcome of something that another thread does.
private final class Outcome<Value: Sendable>: Sendable {
  private let value = Mutex<Result<Value, any Error>?>(nil)
  private let door = Door()

  func put(_ result: Result<Value, any Error>) {
    value.withLock { $0 = result }
    door.open()
  }

  func wait(atMost seconds: Double) { door.wait(atMost: seconds) { value.withLock { $0 == nil } } }

  func get() throws -> Value {
    door.wait { value.withLock { $0 == nil } }
    return try value.withLock { $0! }.get()
  }
}
