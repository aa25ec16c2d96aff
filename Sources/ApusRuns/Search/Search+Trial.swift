public import ApusCore

extension Search {
  /// One of a search's trials: its values, and what came of it.
  public struct Trial: Sendable, Equatable {
    public enum Status: String, Sendable {
      /// Not begun, or waiting for the others at a rung of the halving.
      case waiting
      /// This process is at it.
      case running
      /// All epochs are done.
      case finished
      /// Others were better after the part of the epochs that it had.
      case stopped
      case failed
    }

    /// Counted from 1.
    public let number: Int
    /// A value for each axis of the space.
    public let values: [JSONValue]
    public var status = Status.waiting
    /// The metric after each rung of the halving, the last one after all epochs.
    public var scores: [Double] = []
    /// Epochs done.
    public var epochs = 0
    /// Steps done, where the training's length is given in steps.
    public var steps: Int?
    /// The seconds of training, by the workers whose results count.
    public var seconds = 0.0
    /// Why it failed.
    public var problem: String?

    package init(number: Int, values: [JSONValue]) {
      self.number = number
      self.values = values
    }

    /// The newest score.
    public var score: Double? { scores.last }
  }
}
