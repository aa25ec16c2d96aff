public import ApusCore

/// The learning rate as a function of the step.
///
/// Adding one costs a file with a conforming type, and a line of ``Schedules/table``.
public protocol Schedule: Named {
  /// The schedules that a sequence is read from.
  static var table: NameTable<any Schedule> { get }

  /// The rate in a step (counted from 0 where this schedule begins).
  ///
  /// - Parameters:
  ///   - base: the optimizer's learning rate.
  ///   - run: how long training goes on from where this schedule begins.
  func rate(step: Int, base: Double, run: RunLength) -> Double

  /// The same for a schedule that looks at the loss, with what it remembers.
  func rate(step: Int, base: Double, run: RunLength, state: ScheduleState) -> Double

  /// Told at the end of each epoch.
  ///
  /// - Parameters:
  ///   - loss: of the validation samples, or of the epoch where there are none.
  ///   - step: the steps since this schedule began.
  func observe(_ loss: Double, step: Int, run: RunLength, state: inout ScheduleState)

  /// The steps after which the next schedule takes over; nil when it never ends.
  func length(in run: RunLength) -> Int?

  /// The part of it that a run is too short for, as a clause for people; nil where the run is long enough.
  func unused(in run: RunLength) -> String?
}

extension Schedule {
  public func rate(step: Int, base: Double, run: RunLength, state: ScheduleState) -> Double {
    rate(step: step, base: base, run: run)
  }
  public func observe(_ loss: Double, step: Int, run: RunLength, state: inout ScheduleState) {}
  public func length(in run: RunLength) -> Int? { nil }
  public func unused(in run: RunLength) -> String? { nil }

  /// This schedule for its length, then another.
  public func then(_ next: some Schedule) -> ScheduleSequence {
    ScheduleSequence((self as? ScheduleSequence)?.schedules ?? [self], next)
  }
}

/// The length of a training run.
public struct RunLength: Sendable, Equatable {
  public var steps: Int
  public var stepsPerEpoch: Int

  public init(steps: Int, stepsPerEpoch: Int) {
    self.steps = steps
    self.stepsPerEpoch = stepsPerEpoch
  }
}

/// A length in steps or epochs: `100`, `"100 steps"`, `"5 epochs"`.
public struct Span: Sendable, Equatable, Codable {
  public enum Unit: String, Sendable { case steps, epochs }
  public var count: Int
  public var unit: Unit

  public static func steps(_ count: Int) -> Span { Span(count: count, unit: .steps) }
  public static func epochs(_ count: Int) -> Span { Span(count: count, unit: .epochs) }

  /// Longer than any run, and several of them still add up.
  private static let longest = 1 << 50

  init(count: Int, unit: Unit) {
    self.count = count
    self.unit = unit
  }

  public func steps(in run: RunLength) -> Int {
    let (steps, overflow) = count.multipliedReportingOverflow(by: unit == .steps ? 1 : run.stepsPerEpoch)
    return overflow ? Self.longest : min(steps, Self.longest)
  }

  /// Returns the number of times that it has passed after a number of steps; a length of 0 counts as one step.
  func count(in step: Int, of run: RunLength) -> Int { step / max(steps(in: run), 1) }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let steps = try? container.decode(Int.self) {
      self = .steps(steps)
    } else {
      let text = try container.decode(String.self)
      let parts = text.split(separator: " ")
      guard let count = parts.first.flatMap({ Int($0) }), count >= 0, parts.count <= 2 else {
        throw ApusError("“\(text)” is no length", expected: "as in “100 steps” or “5 epochs”")
      }
      let word = parts.count == 2 ? String(parts[1]) : "steps"
      guard let unit = Unit(rawValue: word.hasSuffix("s") ? word : word + "s") else {
        throw ApusError("“\(word)” is no unit of length", expected: "steps or epochs")
      }
      self.init(count: count, unit: unit)
    }
    guard count >= 0 else { throw ApusError("a length of \(count)", expected: "0 or more") }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let word = count == 1 ? String(unit.rawValue.dropLast()) : unit.rawValue
    try container.encode("\(count) \(word)")
  }
}
