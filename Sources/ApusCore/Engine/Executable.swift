import CApus

/// A planned graph with its memory. Running it allocates nothing, counts no references and looks
/// nothing up.
///
/// Belongs to one thread at a time.
package final class Executable: @unchecked Sendable {
  package let engine: Engine
  /// The most rows that a run may have.
  package let capacity: Int
  package let inputTypes: [TensorType]
  package let outputTypes: [TensorType]
  /// Bytes of memory for intermediate results, inputs and outputs.
  package let memoryBytes: Int
  package let instructionNames: [String]

  private let kernels: apus_kernels
  let arguments: ArgumentMemory
  private let infos: [InstructionInfo]
  let instructions: UnsafeMutableBufferPointer<Instruction>
  let programs: [UnsafeMutablePointer<apus_program>]
  private let products: [(instruction: Int, arguments: UnsafeMutablePointer<apus_contract>)]
  private let scratches: [ScratchUse]
  private let windows:
    [(instruction: Int, arguments: UnsafeMutablePointer<apus_windowed>, scratch: WindowScratch)]
  let memory: UnsafeMutableRawPointer
  private(set) var scratch: UnsafeMutableRawPointer?
  private(set) var scratchBytes = 0
  /// The address of each node's buffer.
  private var buffers: [UnsafeMutableRawPointer?]
  private let inputNodes: [Int?]
  private let outputNodes: [Int]
  let constants: [TensorStorage]
  private let scalars: [(place: UnsafeMutablePointer<Float>, value: @Sendable (Int) -> Float)]
  private var ownInputs: [UnsafeMutableRawPointer?]
  /// The rows that sizes and programs are fitted to; −1 when they are to be fitted anew.
  private var boundRows = -1

  init(
    _ graph: Graph, engine: Engine, capacity: Int, inPlace: [(output: Int, input: Int)], fuses: Bool
  ) throws(ApusError) {
    guard let kernels = engine.instructionSet.kernels else {
      throw ApusError("this build has no kernels for \(engine.instructionSet.rawValue)")
    }
    let planned = try PlanGraph(graph)
    let fusion = Fusion(planned, fuses: fuses)
    let schedule = Schedule(planned, fusion, rows: capacity)
    let emitter = try Emitter(planned, fusion, schedule, kernels, engine.caches, rows: capacity)
    self.engine = engine
    self.kernels = kernels
    self.capacity = capacity
    inputTypes = graph.inputTypes
    outputTypes = graph.outputs.map { graph.nodes[$0].type }
    outputNodes = planned.outputs
    arguments = emitter.memory
    infos = emitter.infos
    instructionNames = emitter.infos.map(\.name)
    programs = emitter.programs
    products = emitter.products
    scratches = emitter.scratches
    windows = emitter.windows
    instructions = .allocate(capacity: emitter.instructions.count)
    _ = instructions.initialize(from: emitter.instructions)

    // One block: what lives only within a run, then inputs, outputs, scalars and extra buffers.
    var size = schedule.arenaBytes
    func reserve(_ count: Int) -> Int {
      defer { size += bytes(count) }
      return size
    }
    var inputNodes: [Int?] = Array(repeating: nil, count: planned.inputCount)
    var places: [Int: Int] = schedule.offsets
    var constants: [TensorStorage] = []
    var constantNodes: [(Int, TensorStorage)] = []
    var scalarNodes: [(Int, @Sendable (Int) -> Float)] = []
    for (index, node) in planned.nodes.enumerated() {
      switch node.kind {
      case .input(let position):
        inputNodes[position] = index
        places[index] = reserve(node.type.shape.count(rows: capacity))
      case .constant(let constant):
        constants.append(constant.storage)
        constantNodes.append((index, constant.storage))
      case .scalar(let value):
        places[index] = reserve(1)
        scalarNodes.append((index, value))
      default: break
      }
    }
    // An input that nothing reads has no memory that an output could take; until it is bound, the output has its own.
    let replaced = Set(inPlace.filter { inputNodes[$0.input] != nil }.map(\.output))
    for (position, node) in planned.outputs.enumerated() where !replaced.contains(position) {
      places[node] = reserve(planned.nodes[node].type.shape.count(rows: capacity))
    }
    for (extra, count) in emitter.extraBuffers.enumerated() {
      places[planned.nodes.count + extra] = reserve(count)
    }
    let memory = AlignedMemory.allocate(bytes: size)
    var buffers: [UnsafeMutableRawPointer?] = Array(
      repeating: nil, count: planned.nodes.count + emitter.extraBuffers.count)
    for (node, offset) in places { buffers[node] = memory + offset }
    for (node, storage) in constantNodes { buffers[node] = storage.pointer }
    for (output, input) in inPlace {
      if let node = inputNodes[input] { buffers[planned.outputs[output]] = buffers[node] }
    }
    for (member, sharing) in schedule.sharedMemory { buffers[member] = buffers[sharing] }
    scalars = scalarNodes.map { node, value in
      ((memory + places[node]!).assumingMemoryBound(to: Float.self), value)
    }
    ownInputs = inputNodes.map { node in node.flatMap { buffers[$0] } }
    self.memory = memory
    self.buffers = buffers
    memoryBytes = size
    sharedMemory = schedule.sharedMemory
    self.inputNodes = inputNodes
    self.constants = constants
    self.inPlace = inPlace
    try checkInPlace(fusion, schedule)
    bind(rows: capacity)
  }

  private let sharedMemory: [Int: Int]
  private let inPlace: [(output: Int, input: Int)]

  /// Checks that nothing that is overwritten is read later on.
  private func checkInPlace(_ fusion: Fusion, _ schedule: Schedule) throws(ApusError) {
    for (output, input) in inPlace {
      let writer = schedule.order.firstIndex(of: fusion.groupOf[outputNodes[output]]!)!
      for (position, key) in schedule.order.enumerated() where position > writer {
        if let node = inputNodes[input], fusion.reads(key, node) {
          throw ApusError("the update overwrites input \(input), which a later instruction reads")
        }
      }
    }
  }

  deinit {
    AlignedMemory.free(memory)
    if let scratch { AlignedMemory.free(scratch) }
    instructions.deallocate()
  }

  // MARK: Inputs and outputs

  /// The memory of an input: `[rows, …]`, row-major. Valid as long as the executable lives.
  package func input(_ position: Int) -> UnsafeMutableRawPointer? { ownInputs[position] }

  /// The memory of an output.
  package func output(_ position: Int) -> UnsafeMutableRawPointer { buffers[outputNodes[position]]! }

  /// Reads an input from memory of the caller's from now on.
  package func bind(input position: Int, to pointer: UnsafeMutableRawPointer) {
    guard let node = inputNodes[position] else {
      for (output, input) in inPlace where input == position { bind(output: output, to: pointer) }
      return
    }
    guard buffers[node] != pointer else { return }
    buffers[node] = pointer
    ownInputs[position] = pointer
    for (output, input) in inPlace where input == position { buffers[outputNodes[output]] = pointer }
    boundRows = -1
  }

  /// Writes an output to memory of the caller's from now on.
  package func bind(output position: Int, to pointer: UnsafeMutableRawPointer) {
    guard buffers[outputNodes[position]] != pointer else { return }
    buffers[outputNodes[position]] = pointer
    for (member, sharing) in sharedMemory where sharing == outputNodes[position] { buffers[member] = pointer }
    boundRows = -1
  }

  package func floats(input position: Int, rows: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: input(position)?.assumingMemoryBound(to: Float.self),
      count: input(position) == nil ? 0 : inputTypes[position].shape.count(rows: rows))
  }

  package func floats(output position: Int, rows: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: output(position).assumingMemoryBound(to: Float.self),
      count: outputTypes[position].shape.count(rows: rows))
  }

  // MARK: Binding

  /// Fits sizes, strides, addresses, programs, scalars and the number of parts to so many rows.
  private func bind(rows: Int) {
    let hasMoved = boundRows < 0
    boundRows = rows
    for entry in arguments.sizes { entry.field.pointee = Int64(entry.value.resolved(rows: rows)) }
    if hasMoved || arguments.addresses.contains(where: { $0.offset.power > 0 }) {
      for entry in arguments.addresses {
        entry.field.pointee = buffers[entry.node].map { $0 + entry.offset.resolved(rows: rows) * 4 }
      }
    }
    for program in programs { apus_program_prepare(program) }
    for scalar in scalars { scalar.place.pointee = scalar.value(rows) }
    for index in instructions.indices {
      let cost = infos[index].cost.reduce(0) { $0 + Double($1.0.resolved(rows: rows)) * $1.1 }
      instructions[index].parts = Int32(max(1, min(Double(engine.threads), cost / Self.worthAThread)))
    }
    // One row alone is bound by reading the matrix, which a second thread hardly speeds up.
    for product in products where product.arguments.pointee.m * product.arguments.pointee.batch == 1 {
      instructions[product.instruction].parts = 1
    }
    bindScratch()
  }

  /// Nanoseconds of work that are worth another thread.
  private static let worthAThread: Double = 700

  private func bindScratch() {
    var needed = 0
    func stride(_ floats: Int64, _ instruction: Int) -> Int64 {
      let stride = (Int(floats) + 15) / 16 * 16
      needed = max(needed, stride * Int(instructions[instruction].parts) * 4)
      return Int64(stride)
    }
    for product in products {
      apus_contract_prepare(product.arguments, kernels.contract_strip)
      product.arguments.pointee.scratch_stride = stride(
        apus_contract_scratch(product.arguments), product.instruction)
    }
    for window in windows {
      let parts = instructions[window.instruction].parts
      window.arguments.pointee.scratch_stride = stride(
        window.scratch(window.arguments, parts), window.instruction)
    }
    for use in scratches {
      use.stride.pointee = stride(use.floats(), use.instruction)
    }
    if needed > scratchBytes {
      if let scratch { AlignedMemory.free(scratch) }
      scratch = AlignedMemory.allocate(bytes: needed)
      scratchBytes = needed
    }
    let memory = scratch?.assumingMemoryBound(to: Float.self)
    for product in products { product.arguments.pointee.scratch = memory }
    for window in windows { window.arguments.pointee.scratch = memory }
    for use in scratches { use.memory.pointee = memory }
  }

  // MARK: Running

  /// Fits the instructions to `rows` rows.
  func fit(rows: Int) {
    if rows != boundRows { bind(rows: rows) }
  }

  /// Computes the outputs for `rows` rows, at most `capacity`.
  package func run(rows: Int = 1) {
    fit(rows: rows)
    for instruction in instructions {
      if instruction.parts == 1 {
        instruction.kernel(instruction.arguments, 0, 1)
      } else {
        ThreadPool.shared.run(instruction)
      }
    }
  }

  /// The same run, with the time of each instruction added to `profile`.
  package func run(rows: Int, profile: inout Profile) {
    fit(rows: rows)
    if profile.entries.count != instructions.count { profile = makeProfile(rows: rows) }
    for (index, instruction) in instructions.enumerated() {
      let start = Clock.nanoseconds
      ThreadPool.shared.run(instruction)
      profile.entries[index].nanoseconds += Clock.nanoseconds &- start
    }
    profile.runs += 1
  }

  private func makeProfile(rows: Int) -> Profile {
    Profile(
      entries: zip(instructions, infos).map { instruction, info in
        Profile.Entry(
          name: info.name, kernel: engine.instructionSet.rawValue, parts: Int(instruction.parts),
          floatingPointOperations: info.work.reduce(0) { $0 + $1.resolved(rows: rows) },
          bytes: info.traffic.reduce(0) { $0 + $1.resolved(rows: rows) } * 4)
      })
  }
}

/// The time that each of a plan's instructions took.
public struct Profile: Sendable {
  public struct Entry: Sendable {
    /// The operations that the instruction computes.
    public var name: String
    /// The instruction set of its kernel.
    public var kernel: String
    public var parts: Int
    /// For one run, a multiply-add counted as two.
    public var floatingPointOperations: Int
    /// Read and written in one run.
    public var bytes: Int
    /// In all runs.
    public var nanoseconds: UInt64 = 0
  }

  public var entries: [Entry] = []
  public var runs = 0

  public init() {}
  init(entries: [Entry]) { self.entries = entries }
}

extension Fusion {
  /// Returns whether a group reads a node's buffer.
  func reads(_ group: Int, _ node: Int) -> Bool {
    groups[group]!.members.contains { graph.nodes[$0].operands.contains { $0.root == node } }
  }
}
