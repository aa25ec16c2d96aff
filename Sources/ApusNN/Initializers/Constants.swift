public import ApusCore

/// All zeros: for biases. As weights it shows the symmetry failure: all units of a layer stay equal.
public struct Zeros: Initializer {
  public static let name = "zeros"
  public static let formula = "w = 0"
  public init() {}
  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double { 0 }
}

/// All ones: for scales.
public struct Ones: Initializer {
  public static let name = "ones"
  public static let formula = "w = 1"
  public init() {}
  public func value(_ index: Int, fanIn: Int, fanOut: Int, random: Philox) -> Double { 1 }
}

extension Initializer where Self == Zeros {
  public static var zeros: Zeros { Zeros() }
}

extension Initializer where Self == Ones {
  public static var ones: Ones { Ones() }
}
