/// The numbers that an optimizer's update needs in a step: at most ten, without memory of their own, because
/// they are computed in every step.
public struct Scalars: Sendable {
  private var values = SIMD16<Double>()
  public private(set) var count = 0

  public init(
    _ a: Double, _ b: Double? = nil, _ c: Double? = nil, _ d: Double? = nil, _ e: Double? = nil,
    _ f: Double? = nil, _ g: Double? = nil, _ h: Double? = nil, _ i: Double? = nil, _ j: Double? = nil
  ) {
    append(a)
    append(b)
    append(c)
    append(d)
    append(e)
    append(f)
    append(g)
    append(h)
    append(i)
    append(j)
  }

  mutating func append(_ value: Double?) {
    guard let value else { return }
    values[count] = value
    count += 1
  }

  public subscript(index: Int) -> Double { values[index] }
}
