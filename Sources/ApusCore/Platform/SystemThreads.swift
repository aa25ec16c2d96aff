// The operating system's threads, on which `Workers.swift` stands.

import ApusSystem
import CApus

/// A thread of the system's own.
struct Thread {
  private let handle: pthread_t

  /// Runs `body` on a new thread, to be joined once; nil when the system has none left.
  static func start(_ body: @escaping @Sendable () -> Void) -> Thread? {
    let box = Unmanaged.passRetained(Body(body))
    #if canImport(Darwin)
      var thread: pthread_t?
      let failure = pthread_create(
        &thread, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #else
      var thread: pthread_t? = pthread_t()
      let failure = pthread_create(
        &thread!, nil,
        { pointer in
          Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    #endif
    guard failure == 0, let thread else {
      box.release()
      return nil
    }
    return Thread(handle: thread)
  }

  /// Runs `body` on a new thread that nobody waits for; returns false when the system has none left.
  @discardableResult
  static func detach(_ body: @escaping @Sendable () -> Void) -> Bool {
    guard let thread = start(body) else { return false }
    pthread_detach(thread.handle)
    return true
  }

  /// Comes back when the thread has ended.
  func join() { pthread_join(handle, nil) }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// A door at which threads sleep until somebody opens it.
package final class Door: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Sleeps while `isClosed`.
  package func wait(while isClosed: () -> Bool) {
    pthread_mutex_lock(mutex)
    while isClosed() { pthread_cond_wait(condition, mutex) }
    pthread_mutex_unlock(mutex)
  }

  /// Sleeps while `isClosed`, and not much longer than `seconds`: where the system's clock is set meanwhile, shorter or longer.
  package func wait(atMost seconds: Double, while isClosed: () -> Bool) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    let nanoseconds = Int(seconds * 1e9) + Int(end.tv_nsec)
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(mutex)
    while isClosed() && pthread_cond_timedwait(condition, mutex, &end) == 0 {}
    pthread_mutex_unlock(mutex)
  }

  package func open() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

extension Processor {
  /// The machine's processors that are switched on, whether or not this process may use them.
  package static var installedCount: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }

  /// The processors that this process may use.
  static var allowedCount: Int {
    let allowed = Int(apus_allowed_processors())
    return allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// Their numbers; counted from 0 where the system doesn't say which.
  package static var allowed: [Int] {
    var numbers = [Int32](repeating: 0, count: 1024)
    let count = Int(apus_list_processors(&numbers, Int32(numbers.count)))
    return count > 0 ? numbers[..<count].map { Int($0) } : Array(0..<allowedCount)
  }
}
