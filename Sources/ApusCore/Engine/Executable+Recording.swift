import CApus

/// The kernel calls of a run and the memory that they are given: what it takes to make the same calls elsewhere.
///
/// For tests, which have them repeated on other processors.
package struct KernelCalls {
  package struct Call {
    /// The kernel's field of `apus_kernels`, whose name is field 0.
    package var field: Int
    package var arguments: UnsafeRawPointer
    package var parts: Int
    /// The name of the computation.
    package var name: String
    let instruction: Instruction
  }

  package let calls: [Call]
  /// The structures that the calls are given, whose addresses lead to each other and to the memory below.
  package let arguments: [UnsafeRawBufferPointer]
  /// The memory that the calls read and write: inputs, intermediate results and outputs in one, then the constants.
  package let memory: [UnsafeRawBufferPointer]
  /// The memory that holds nothing before or after a call.
  package let scratch: UnsafeRawBufferPointer

  /// The sizes of the table of kernels and of all structures of arguments, added up: recordings of others are none.
  package static let structureBytes =
    MemoryLayout<apus_kernels>.size + MemoryLayout<apus_program>.size + MemoryLayout<apus_program_sums>.size
    + MemoryLayout<apus_update>.size + MemoryLayout<apus_contract>.size + MemoryLayout<apus_windowed>.size
    + MemoryLayout<apus_reduce>.size + MemoryLayout<apus_copy>.size + MemoryLayout<apus_gather>.size
    + MemoryLayout<apus_attention>.size + MemoryLayout<apus_caches>.size
}

extension Executable {
  /// Returns the calls of a run of a number of rows, to be made before anything else is run; nil where inputs or outputs are
  /// in memory of the caller's.
  package func kernelCalls(rows: Int) -> KernelCalls? {
    fit(rows: rows)
    guard var table = engine.instructionSet.kernels else { return nil }
    let fields = withUnsafeBytes(of: &table) { Array($0.bindMemory(to: UInt.self)) }
    let memory =
      [UnsafeRawBufferPointer(start: self.memory, count: memoryBytes)]
      + constants.map { UnsafeRawBufferPointer(start: $0.pointer, count: $0.count * 4) }
    let isWithin = arguments.addresses.allSatisfy { entry in
      guard let address = entry.field.pointee else { return true }
      return memory.contains { $0.baseAddress! <= address && address <= $0.baseAddress! + $0.count }
    }
    guard isWithin else { return nil }
    let calls = zip(instructions, instructionNames).map { instruction, name in
      KernelCalls.Call(
        field: fields.firstIndex(of: unsafeBitCast(instruction.kernel, to: UInt.self))!,
        arguments: instruction.arguments, parts: Int(instruction.parts), name: name, instruction: instruction)
    }
    return KernelCalls(
      calls: calls, arguments: arguments.structures, memory: memory,
      scratch: UnsafeRawBufferPointer(start: scratch, count: scratchBytes))
  }

  /// Makes one of the calls.
  package func run(_ call: KernelCalls.Call) { ThreadPool.shared.run(call.instruction) }

  /// The number of steps of each computation over rows that C does in one loop (`RowForms.c`), after a run.
  package var rowFormSteps: [Int] {
    programs.flatMap { program in
      withUnsafeBytes(of: program.pointee.plan.row_runs) { runs in
        runs.bindMemory(to: apus_row_run.self).prefix(Int(program.pointee.plan.row_run_count)).map {
          Int($0.count)
        }
      }
    }
  }
}
