import ApusSystem

/// The C library's functions, for the reference interpreter alone: their last bits differ between machines. Values that can
/// reach a weight come from ``Mathematics``.
enum Libm {
  static func exponential(_ x: Double) -> Double { exp(x) }
  static func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }
  static func logarithm(_ x: Double) -> Double { log(x) }
  static func logarithmOnePlus(_ x: Double) -> Double { log1p(x) }
  static func sine(_ x: Double) -> Double { sin(x) }
  static func cosine(_ x: Double) -> Double { cos(x) }
  static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  static func errorFunction(_ x: Double) -> Double { erf(x) }
  static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
}
