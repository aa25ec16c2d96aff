public import ApusCore
import ApusNN

/// Independent models: the same training from the seeds s, s + 1, …, their predictions averaged (lecture 5: "train multiple
/// independent models").
public struct SeedEnsemble: EnsembleMethod {
  public static let name = "seeds"
  public static let formula = "the mean prediction of trainings from count seeds"
  public var count: Int

  public init() { self.init(count: 5) }
  public init(count: Int) { self.count = count }

  public func validate() throws(ApusError) { try requireCount(count) }

  public var runs: Int { count }
}
