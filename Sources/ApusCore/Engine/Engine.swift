import CApus
import Synchronization

/// Runs graphs on the processor: which kernels, how many threads, and how its caches are used.
///
/// None of it changes a single bit of any result.
public struct Engine: Sendable, Hashable {
  public enum InstructionSet: String, Sendable, Hashable, CaseIterable {
    case portable, avx2, avx512, neon

    /// A Boolean value that indicates whether this machine has it.
    public var isAvailable: Bool {
      kernels != nil && apus_isa_available(code) != 0
    }

    private var code: apus_isa {
      switch self {
      case .portable: APUS_PORTABLE
      case .avx2: APUS_AVX2
      case .avx512: APUS_AVX512
      case .neon: APUS_NEON
      }
    }

    var kernels: apus_kernels? { apus_kernels_for(code)?.pointee }

    /// The best that this machine has.
    public static var best: InstructionSet { allCases.last(where: \.isAvailable) ?? .portable }
  }

  public let instructionSet: InstructionSet
  public let threads: Int
  package let caches: CacheSizes

  /// - Parameters:
  ///   - instructionSet: the best of this machine when nil.
  ///   - threads: as many as the process may use processors when nil.
  /// - Throws: when the machine lacks the instruction set or `threads` is not positive.
  public init(instructionSet: InstructionSet? = nil, threads: Int? = nil) throws {
    try self.init(instructionSet: instructionSet, threads: threads, caches: .standard())
  }

  package init(instructionSet: InstructionSet? = nil, threads: Int? = nil, caches: CacheSizes) throws {
    let set = instructionSet ?? .best
    guard set.isAvailable else {
      throw ApusError(
        "this machine has no \(set.rawValue)", at: "APUS_ISA",
        expected: InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: " or "),
        fix: "leave APUS_ISA unset")
    }
    guard (1...1024).contains(threads ?? 1) else {
      throw ApusError("\(threads!) threads", at: "threads", expected: "a number from 1 to 1024")
    }
    self.instructionSet = set
    self.threads = threads ?? Processor.usableCount
    self.caches = caches
  }

  /// As `APUS_ISA` and `APUS_THREADS` say, else the best of this machine.
  ///
  /// - Throws: when a variable holds something that is none of its values.
  public static func standard() throws -> Engine { try standardResult.get() }

  private static let standardResult = Result<Engine, any Error> {
    var set: InstructionSet?
    if let name = Environment["APUS_ISA"] {
      set = InstructionSet(rawValue: name)
      guard set != nil else {
        throw ApusError(
          "unknown instruction set “\(name)”", at: "APUS_ISA",
          expected: InstructionSet.allCases.map(\.rawValue).joined(separator: ", "))
      }
    }
    var threads: Int?
    if let text = Environment["APUS_THREADS"] {
      threads = Int(text)
      guard threads != nil else {
        throw ApusError(
          "“\(text)” is no number of threads", at: "APUS_THREADS", expected: "a number from 1 to 1024")
      }
    }
    return try Engine(instructionSet: set, threads: threads)
  }

  /// Calls `body` for each of `count` pieces of work that don't depend on each other, on the standard engine's threads.
  package static func shareOut(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let threads = min(count, (try? standard())?.threads ?? 1)
    guard threads > 1 else { return (0..<count).forEach(body) }
    ThreadPool.shared.run(parts: threads) { thread in
      for piece in stride(from: thread, to: count, by: threads) { body(piece) }
    }
  }

  /// Plans a graph for up to `rows` rows.
  ///
  /// - Parameters:
  ///   - inPlace: outputs that take the memory of an input, as an update of parameters does.
  ///   - fuses: off for finding out what fusion brings, and for testing that it changes no bit.
  /// - Throws: an error that names an operation which the engine cannot run.
  package func compile(
    _ graph: Graph, rows: Int = 1, inPlace: [(output: Int, input: Int)] = [], fuses: Bool = true
  ) throws(ApusError) -> Executable {
    try Executable(graph, engine: self, capacity: rows, inPlace: inPlace, fuses: fuses)
  }
}
