import CApus

/// A kernel with its arguments, divided into parts, for the engine to run.
struct Instruction {
  var kernel: apus_kernel
  var arguments: UnsafeRawPointer
  var parts: Int32
}

/// Information about an instruction besides what runs: for the profile and for the number of parts.
struct InstructionInfo: Sendable {
  var name: String
  /// Floating-point operations, a multiply-add counted as two.
  var work: [Monomial]
  /// Elements read and written.
  var traffic: [Monomial]
  /// Nanoseconds on one core for each floating-point operation or element, roughly: what decides
  /// whether a second thread is worth waking.
  var cost: [(Monomial, Double)]
}

/// An instruction whose kernel needs memory of its own for each part.
struct ScratchUse {
  /// Its position among the instructions.
  var instruction: Int
  /// Floats for a part, once the sizes among the arguments are those of a run.
  var floats: () -> Int64
  /// The fields that take the memory and the floats from one part's to the next.
  var memory: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  var stride: UnsafeMutablePointer<Int64>
}

/// Memory for the arguments of a plan's instructions, and the list of what changes in them with the number
/// of rows or with the place of a buffer. Nothing in it moves once it is made.
final class ArgumentMemory {
  private var allocations: [UnsafeMutableRawBufferPointer] = []
  /// Fields that hold a size, a stride or a count.
  private(set) var sizes: [(field: UnsafeMutablePointer<Int64>, value: Monomial)] = []
  /// Fields that hold an address: of a node's buffer, a number of elements into it.
  private(set) var addresses:
    [(field: UnsafeMutablePointer<UnsafeMutableRawPointer?>, node: Int, offset: Monomial)] = []

  func allocate<T>(_ type: T.Type, count: Int = 1) -> UnsafeMutablePointer<T> {
    let bytes = max(MemoryLayout<T>.stride * count, 1)
    let memory = AlignedMemory.allocate(bytes: bytes)
    allocations.append(UnsafeMutableRawBufferPointer(start: memory, count: bytes))
    return memory.bindMemory(to: type, capacity: max(count, 1))
  }

  func set(_ field: UnsafeMutablePointer<Int64>, to value: Monomial) {
    field.pointee = Int64(value.resolved(rows: 1))
    if value.power > 0 { sizes.append((field, value)) }
  }

  /// `field` is any pointer-sized field of a C structure.
  func set(_ field: UnsafeMutableRawPointer, toBufferOf node: Int, offset: Monomial = Monomial(0)) {
    addresses.append((field.assumingMemoryBound(to: UnsafeMutableRawPointer?.self), node, offset))
  }

  /// Everything that was allocated.
  var structures: [UnsafeRawBufferPointer] { allocations.map { UnsafeRawBufferPointer($0) } }

  deinit { for memory in allocations { AlignedMemory.free(memory.baseAddress!) } }
}
