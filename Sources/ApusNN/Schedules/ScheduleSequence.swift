import ApusCore

/// Schedules one after the other.
public struct ScheduleSequence: Schedule {
  public static let name = "sequence"
  public static let formula = "one schedule after the other"
  public static var isList: Bool { true }
  public var schedules: [any Schedule]

  public init() { schedules = [] }
  public init(schedules: [any Schedule]) { self.schedules = schedules }
  init(_ first: [any Schedule], _ next: some Schedule) { schedules = first + [next] }

  public func rate(step: Int, base: Double, run: RunLength) -> Double {
    rate(step: step, base: base, run: run, state: ScheduleState())
  }

  public func rate(step: Int, base: Double, run: RunLength, state: ScheduleState) -> Double {
    guard let part = part(at: step, of: run) else { return base }
    let own = part.index < state.parts.count ? state.parts[part.index] : ScheduleState()
    return schedules[part.index].rate(step: step - part.start, base: base, run: part.rest, state: own)
  }

  public func observe(_ loss: Double, step: Int, run: RunLength, state: inout ScheduleState) {
    // The epoch belongs to the schedule of its last step.
    guard let part = part(at: max(step - 1, 0), of: run) else { return }
    while state.parts.count <= part.index { state.parts.append(ScheduleState()) }
    schedules[part.index].observe(
      loss, step: step - part.start, run: part.rest, state: &state.parts[part.index])
  }

  /// The schedule that holds in a step, where it began, and how long the run is from there.
  private func part(at step: Int, of run: RunLength) -> (index: Int, start: Int, rest: RunLength)? {
    var start = 0
    for (index, schedule) in schedules.enumerated() {
      let rest = RunLength(steps: max(run.steps - start, 0), stepsPerEpoch: run.stepsPerEpoch)
      if let length = schedule.length(in: rest), step >= start + length, index < schedules.count - 1 {
        start += length
        continue
      }
      return (index, start, rest)
    }
    return nil
  }

  public func length(in run: RunLength) -> Int? {
    var steps = 0
    for schedule in schedules {
      let rest = RunLength(steps: max(run.steps - steps, 0), stepsPerEpoch: run.stepsPerEpoch)
      guard let length = schedule.length(in: rest) else { return nil }
      steps += length
    }
    return steps
  }

  public func unused(in run: RunLength) -> String? {
    var start = 0
    for (index, schedule) in schedules.enumerated() {
      let rest = RunLength(steps: max(run.steps - start, 0), stepsPerEpoch: run.stepsPerEpoch)
      if let own = schedule.unused(in: rest) { return own }
      guard index < schedules.count - 1 else { break }
      let next = type(of: schedules[index + 1]).name
      guard let length = schedule.length(in: rest) else {
        return "\(type(of: schedule).name) never ends, and \(next) never begins"
      }
      start += length
      if start >= run.steps, run.steps > 0 {
        return "\(next) begins after \(start) steps, and the run has \(run.steps)"
      }
    }
    return nil
  }

  public init(from decoder: any Decoder) throws {
    try self.init(JSONValue(from: decoder), in: decoder.vocabulary)
  }

  /// Reads the description of a list of schedules.
  ///
  /// - Throws: for an empty list; an error that names an unknown schedule or parameter, with the nearest name.
  init(_ description: JSONValue, in vocabulary: Vocabulary) throws(ApusError) {
    guard case .array(let items) = description, !items.isEmpty else {
      throw ApusError("an empty list of schedules", expected: "at least one")
    }
    schedules = []
    for item in items {
      if case .array = item {
        schedules.append(try ScheduleSequence(item, in: vocabulary))
      } else {
        schedules.append(try Self.table.item(item, in: vocabulary))
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for schedule in schedules { try schedule.encodeDescription(to: container.superEncoder()) }
  }
}
