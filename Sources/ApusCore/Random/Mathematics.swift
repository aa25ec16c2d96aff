import CApus

/// Functions in double precision that give the same bits on every machine: for whatever can reach a weight
/// (schedules, bias corrections, first weights), where the C library's would differ.
public enum Mathematics {
  public static func exp(_ x: Double) -> Double { apus_exp(x) }
  public static func log(_ x: Double) -> Double { apus_log(x) }
  public static func sin(_ x: Double) -> Double { apus_sin(x) }
  public static func cos(_ x: Double) -> Double { apus_cos(x) }
  public static func tanh(_ x: Double) -> Double { apus_tanh(x) }
  public static func pow(_ x: Double, _ y: Double) -> Double { apus_pow(x, y) }
}
