/// The targets of a data set, and how they became numbers, as a model's objective has them.
public struct TargetEncoding: Sendable, Equatable {
  /// The class names, the labels, or the names of the numbers.
  public var kind: TargetKind
  /// One for each number: the network sees (y − mean) / deviation. Empty for classes and labels, and for numbers in their
  /// own unit.
  public var scales: [TargetScale]

  /// The largest magnitude of a number; squares of larger ones would not be finite.
  static let largest = 1e100
  /// In deviations, how far from the mean a value may be: a float32 holds its square.
  static let mostDeviations = 1e18

  public init(_ kind: TargetKind, scales: [TargetScale] = []) {
    self.kind = kind
    self.scales = scales
  }

  /// Returns another encoding where this one's targets are among that one's: classes that are all known there, or the
  /// same numbers. Otherwise returns this one. A model that is trained further then keeps its own encoding.
  func adopting(_ other: TargetEncoding) -> TargetEncoding {
    switch (kind, other.kind) {
    case (.classes(let names), .classes(let known)) where names.allSatisfy(known.contains): other
    case (.values(let names), .values(let known)) where names == known: other
    default: self
    }
  }
}
