/// The memory of a schedule for the epochs so far: part of a run's progress, so that a resumed run goes on alike.
///
/// Most schedules depend on the step alone and leave it as it is.
public struct ScheduleState: Sendable, Codable, Equatable {
  /// The smallest loss so far.
  public var best: Double?
  public var epochsSinceBest = 0
  /// The number of times that the rate was reduced.
  public var reductions = 0
  /// Epochs that are not counted.
  public var epochsOfRest = 0
  /// The states of the schedules of a sequence that have begun.
  public var parts: [ScheduleState] = []

  public init() {}
}
