import CApus
import Synchronization

/// The threads that help with the parts of an instruction.
///
/// Started on first use. A helper spins for 50 µs after its last part, then sleeps. Whoever forks publishes
/// the instruction, takes part 0 and then every part that no helper has claimed, so that a sleeping
/// helper never holds anything up. A pool that is in use by another thread is no help: the parts then
/// run one after the other on the caller, to the same bits.
final class ThreadPool: Sendable {
  static let shared = ThreadPool()

  /// Generation, number of parts and next part in one word, so that a claim by a helper that has
  /// slept through a generation fails.
  private let claim = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let kernel = Atomic<UInt>(0)
  private let arguments = Atomic<UInt>(0)
  private let isBusy = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let callerProcessor = Atomic<Int>(-1)
  private let helpers = Mutex<Int>(0)
  private let door = Door()

  private static let spinNanoseconds: UInt64 = 50_000
  private static let partsBits: UInt64 = 16

  /// Computes all parts of an instruction, with at most `parts` threads.
  func run(_ instruction: Instruction) {
    let parts = Int(instruction.parts)
    guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for part in 0..<parts { instruction.kernel(instruction.arguments, Int32(part), Int32(parts)) }
      return
    }
    startHelpers(parts - 1)
    kernel.store(UInt(bitPattern: unsafeBitCast(instruction.kernel, to: Int.self)), ordering: .relaxed)
    arguments.store(UInt(bitPattern: instruction.arguments), ordering: .relaxed)
    unfinished.store(parts - 1, ordering: .relaxed)
    let generation = (claim.load(ordering: .relaxed) >> 32) &+ 1
    claim.store((generation << 32) | UInt64(parts) << Self.partsBits | 1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      callerProcessor.store(Int(apus_current_processor()), ordering: .relaxed)
      door.open()
    }
    instruction.kernel(instruction.arguments, 0, Int32(parts))
    while let part = claimPart(of: generation) {
      instruction.kernel(instruction.arguments, Int32(part), Int32(parts))
      unfinished.subtract(1, ordering: .releasing)
    }
    while unfinished.load(ordering: .acquiring) > 0 { apus_spin_hint() }
    isBusy.store(false, ordering: .releasing)
  }

  /// Calls `body` once for each part, on as many threads.
  func run(parts: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: PartBody(run: body)) { pointer in
        let kernel: apus_kernel = { arguments, part, _ in
          arguments?.assumingMemoryBound(to: PartBody.self).pointee.run(Int(part))
        }
        run(Instruction(kernel: kernel, arguments: pointer, parts: Int32(parts)))
      }
    }
  }

  private struct PartBody {
    var run: @Sendable (Int) -> Void
  }

  /// The next part of a generation; nil when all are claimed or the generation is over.
  private func claimPart(of generation: UInt64) -> Int? {
    var word = claim.load(ordering: .acquiring)
    while word >> 32 == generation & 0xFFFF_FFFF {
      let next = word & 0xFFFF
      guard next < (word >> Self.partsBits) & 0xFFFF else { return nil }
      let (exchanged, original) = claim.compareExchange(
        expected: word, desired: word + 1, ordering: .acquiringAndReleasing)
      if exchanged { return Int(next) }
      word = original
    }
    return nil
  }

  private func startHelpers(_ count: Int) {
    helpers.withLock { started in
      while started < count {
        started += 1
        Thread.detach { ThreadPool.shared.help() }
      }
    }
  }

  private func help() {
    var seen: UInt64 = 0
    while true {
      seen = waitForWork(after: seen)
      while let part = claimPart(of: seen) {
        let parts = (claim.load(ordering: .relaxed) >> Self.partsBits) & 0xFFFF
        let kernel = unsafeBitCast(Int(bitPattern: kernel.load(ordering: .relaxed)), to: apus_kernel.self)
        kernel(UnsafeRawPointer(bitPattern: arguments.load(ordering: .relaxed)), Int32(part), Int32(parts))
        unfinished.subtract(1, ordering: .releasing)
      }
    }
  }

  /// The generation after `seen`: spinning first, then asleep.
  private func waitForWork(after seen: UInt64) -> UInt64 {
    let start = Clock.nanoseconds
    while true {
      for _ in 0..<64 {
        let generation = claim.load(ordering: .acquiring) >> 32
        if generation != seen { return generation }
        apus_spin_hint()
      }
      if Clock.nanoseconds &- start > Self.spinNanoseconds { break }
    }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    door.wait { claim.load(ordering: .sequentiallyConsistent) >> 32 == seen }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    // The kernel may have woken us on the caller's own processor, and would do so again and again.
    apus_leave_processor(Int32(callerProcessor.load(ordering: .relaxed)))
    return claim.load(ordering: .acquiring) >> 32
  }
}
