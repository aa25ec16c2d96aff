public import ApusCore

/// All zeros: for biases. As weights it shows the symmetry failure: all units of a layer stay equal.
public struct Zeros: ElementwiseInitializer {
  public static let name = "zeros"
  public static let formula = "w = 0"
  public init() {}
  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double { 0 }
}

/// All ones: for scales.
public struct Ones: ElementwiseInitializer {
  public static let name = "ones"
  public static let formula = "w = 1"
  public init() {}
  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double { 1 }
}

/// All the same number: for biases, and for slopes.
public struct ConstantValue: ElementwiseInitializer {
  public static let name = "constant"
  public static let formula = "w = value"
  public var value: Double

  public init() { self.init(value: 0) }
  public init(value: Double) { self.value = value }

  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double { value }
}

extension Initializer where Self == Zeros {
  public static var zeros: Zeros { Zeros() }
}

extension Initializer where Self == Ones {
  public static var ones: Ones { Ones() }
}

extension Initializer where Self == ConstantValue {
  public static func constant(_ value: Double) -> ConstantValue { ConstantValue(value: value) }
}
