public import ApusCore
import ApusNN

/// The best of several trainings: the same one from the seeds s, s + 1, …, of which the one with the lowest validation loss is
/// kept, or the lowest training loss where there are no validation rows (lecture 3: "restart with other first weights").
///
/// Where a training reaches its goal with probability p, one of k does with 1 − (1 − p)ᵏ.
public struct Restarts: EnsembleMethod {
  public static let name = "restarts"
  public static let formula = "the one of trainings from count seeds with the lowest validation loss"
  public var count: Int

  public init() { self.init(count: 5) }
  public init(count: Int) { self.count = count }

  public func validate() throws(ApusError) { try requireCount(count) }

  public var runs: Int { count }
  public var keepsBest: Bool { true }
}
