import CApus

/// What a program over one axis computes, as a text: the kind of each input (`v` a vector, `s` a scalar), each step as
/// its opcode's number with its operands (`i` an input, `t` an earlier step), and the steps whose results are stored.
///
/// Two programs of the same form differ only in their data, so a kernel that was written for a form computes
/// every program of it.
struct ProgramForm {
  private(set) var text = ""

  /// nil for programs that are not over one contiguous axis.
  init?(_ program: apus_program) {
    guard program.rank == 1, program.has_row_steps == 0 else { return nil }
    let inputCount = Int(program.input_count)
    for index in 0..<inputCount {
      switch program.inputs[index].strides.0 {
      case 0: text += "s"
      case 1: text += "v"
      default: return nil
      }
    }
    // What each register holds now.
    var contents = (0..<Int(program.register_count)).map { "i\($0)" }
    for index in 0..<Int(program.step_count) {
      let step = program.steps[index]
      let operands = [step.a, step.b, step.c].prefix(ProgramForm.operandCount(step.opcode)).map {
        contents[Int($0)]
      }
      text += " \(step.opcode)(\(operands.joined(separator: ",")))"
      contents[Int(step.destination)] = "t\(index)"
    }
    text += " ="
    for index in 0..<Int(program.output_count) {
      guard program.outputs[index].strides.0 == 1 else { return nil }
      text += " " + contents[Int(program.output_registers[index])]
    }
  }

  private static func operandCount(_ opcode: UInt8) -> Int {
    switch UInt32(opcode) {
    case APUS_MULTIPLY_ADD.rawValue, APUS_SELECT.rawValue: 3
    case APUS_ADD.rawValue...APUS_OR.rawValue, APUS_ADD_INT.rawValue...APUS_LESS_EQUAL_INT.rawValue: 2
    default: 1
    }
  }
}
