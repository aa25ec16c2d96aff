import ApusCore
import Synchronization

/// Trainings, or other work, for each of some settings and seeds, several at once on threads of their own.
///
/// ```swift
/// let accuracies = try Sweep.run([8, 32, 128], seeds: 1...5) { units, seed in
///   var model = try Model(for: split, seed: seed) { Dense(units); ReLU(); Dense(10) }
///   try model.fit(split, epochs: 5, seed: seed)
///   return try model.evaluate(on: split.test, .accuracy)?.value ?? .nan
/// }      // [3][5]
/// ```
///
/// The results stand in the order of the settings and seeds, whichever is ready first, so that they don't depend on the
/// number of threads.
public enum Sweep {
  /// Returns `[settings][seeds]` results.
  ///
  /// - Throws: the first error in that order.
  public static func run<Setting: Sendable, Value: Sendable>(
    _ settings: [Setting], seeds: some Sequence<UInt64>,
    _ body: @Sendable (Setting, UInt64) throws -> Value
  ) throws -> [[Value]] {
    let seeds = Array(seeds)
    let flat = try map(settings.flatMap { setting in seeds.map { (setting, $0) } }) { try body($0.0, $0.1) }
    return settings.indices.map { Array(flat[($0 * seeds.count)..<(($0 + 1) * seeds.count)]) }
  }

  /// Returns a result for each item.
  ///
  /// - Throws: the first error in the items' order.
  public static func map<Item: Sendable, Value: Sendable>(
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
