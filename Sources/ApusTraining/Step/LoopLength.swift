import ApusCore
package import ApusNN

/// The information that a hand-written loop gives on its length.
package struct LoopLength {
  private let steps: Int?
  private let stepsPerEpoch: Int?

  package init(steps: Int? = nil, stepsPerEpoch: Int? = nil) {
    (self.steps, self.stepsPerEpoch) = (steps, stepsPerEpoch)
  }

  package init(_ run: RunLength) { self.init(steps: run.steps, stepsPerEpoch: run.stepsPerEpoch) }

  /// The lengths as schedules take them; where one isn't known, none that matters.
  var run: RunLength { RunLength(steps: steps ?? 1 << 20, stepsPerEpoch: stepsPerEpoch ?? 1 << 10) }

  /// Why the rates of some schedules can't be told; nil where they can.
  func problem(_ schedules: [any Schedule]) -> ApusError? {
    for schedule in schedules {
      let longer = RunLength(steps: run.steps * 2, stepsPerEpoch: run.stepsPerEpoch)
      let other = RunLength(steps: run.steps, stepsPerEpoch: run.stepsPerEpoch * 2)
      let text = schedule.configuration.text()
      if steps == nil, Self.differ(schedule, run, longer) {
        return ApusError(
          "the schedule \(text) lasts to the end of the run, whose length isn't known", at: "TrainingStep",
          expected: "the number of steps",
          fix: "give steps: to the step, a length to the schedule, or update(rate:) the learning rate")
      }
      if stepsPerEpoch == nil, Self.differ(schedule, run, other) {
        return ApusError(
          "the schedule \(text) counts epochs, whose length isn't known", at: "TrainingStep",
          expected: "the number of steps in an epoch",
          fix:
            "give stepsPerEpoch: to the step, lengths in steps to the schedule, or update(rate:) the learning rate"
        )
      }
    }
    return nil
  }

  private static func differ(_ schedule: any Schedule, _ first: RunLength, _ second: RunLength) -> Bool {
    [1, 10, 1_000, 100_000, 1 << 19].contains {
      schedule.rate(step: $0, base: 1, run: first) != schedule.rate(step: $0, base: 1, run: second)
    }
  }
}
