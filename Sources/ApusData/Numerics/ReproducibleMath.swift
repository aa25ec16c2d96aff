/// Elementary functions whose bits are the same on every machine: only additions, multiplications and
/// divisions in a fixed order, after fdlibm (Sun Microsystems 1993), with errors below 1 ulp.
///
/// What they make (generated sets, logarithms of skewed columns) reaches weights, and the C
/// library's functions differ between systems.
package enum ReproducibleMath {
  /// ln x for x > 0; −∞ at 0, NaN below.
  package static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x.isFinite else { return x }
    var k = Double(x.exponent)
    var m = x.significand
    if m > 1.414213562373095 {
      m *= 0.5
      k += 1
    }
    let f = m - 1
    let s = f / (2 + f)
    let z = s * s
    let w = z * z
    let even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    let odd =
      z
      * (6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
    let half = 0.5 * f * f
    return k * 6.93147180369123816490e-01
      - ((half - (s * (half + odd + even) + k * 1.90821492927058770002e-10)) - f)
  }

  /// cos 2πt.
  package static func cosineOfTurns(_ t: Double) -> Double { sineOfTurns(t - t.rounded(.down) + 0.25) }

  /// sin 2πt: the argument in turns is reduced without error.
  package static func sineOfTurns(_ t: Double) -> Double {
    let fraction = t - t.rounded(.down)
    let quarter = (fraction * 4).rounded()
    let x = (fraction - quarter * 0.25) * 6.283185307179586
    switch Int(quarter) & 3 {
    case 0: return sineNearZero(x)
    case 1: return cosineNearZero(x)
    case 2: return -sineNearZero(x)
    default: return -cosineNearZero(x)
    }
  }

  /// |x| ≤ π/4
  private static func sineNearZero(_ x: Double) -> Double {
    let z = x * x
    let high = -1.98412698298579493134e-04 + z * (2.75573137070700676789e-06 + z * lowSine(z))
    return x + x * z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 + z * high))
  }

  private static func lowSine(_ z: Double) -> Double {
    -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10
  }

  /// |x| ≤ π/4
  private static func cosineNearZero(_ x: Double) -> Double {
    let z = x * x
    let low = -2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)
    let high = -1.38888888888741095749e-03 + z * (2.48015872894767294178e-05 + z * low)
    return 1 - (0.5 * z - z * z * (4.16666666666666019037e-02 + z * high))
  }
}

extension Sequence<Double> {
  /// The sum with Neumaier's compensation, in the sequence's order.
  package func compensatedSum() -> Double {
    var sum = 0.0
    var lost = 0.0
    for value in self {
      let next = sum + value
      lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return sum + lost
  }
}
