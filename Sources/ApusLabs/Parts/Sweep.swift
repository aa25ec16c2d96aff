import ApusCore
import Synchronization

/// Work for each of some settings and seeds, several at once.
package enum Sweep {
  /// The results `[settings][seeds]`, in order, whichever was ready first.
  ///
  /// - Throws: the first error in that order.
  package static func run<Setting: Sendable, Value: Sendable>(
    _ settings: [Setting], seeds: [UInt64], _ body: @Sendable (Setting, UInt64) throws -> Value
  ) throws -> [[Value]] {
    let flat = try map(settings.flatMap { setting in seeds.map { (setting, $0) } }) { try body($0.0, $0.1) }
    return settings.indices.map { Array(flat[($0 * seeds.count)..<(($0 + 1) * seeds.count)]) }
  }

  /// A result for each item, several at once.
  package static func map<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @Sendable (Item) throws -> Value
  ) throws -> [Value] {
    let results = Mutex<[Result<Value, any Error>?]>(Array(repeating: nil, count: items.count))
    let next = Atomic<Int>(0)
    Workers.run(min(try Engine.standard().threads, items.count)) { _ in
      while true {
        let position = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard position < items.count else { return }
        let result = Result { try body(items[position]) }
        results.withLock { $0[position] = result }
      }
    }
    return try results.withLock { $0 }.map { try $0!.get() }
  }
}
