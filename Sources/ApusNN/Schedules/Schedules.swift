public import ApusCore

/// The schedules that configurations can name.
public enum Schedules {
  public static let table = NameTable<any Schedule>(
    "schedule",
    [
      ConstantRate(), StepDecay(), ExponentialDecay(), InverseTime(), InverseSquareRoot(), CosineDecay(),
      OneCycle(), ReduceOnPlateau(), Warmup(),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the schedule of a name, a name with parameters, or a list of them that follow each other.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown schedule or parameter, with the nearest name, or a wrong value.
  public static func schedule(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any Schedule {
    guard case .array = description else { return try table.item(description, in: vocabulary) }
    let sequence = try ScheduleSequence(description, in: vocabulary)
    return sequence.schedules.count == 1 ? sequence.schedules[0] : sequence
  }
}

extension Schedule {
  public static var prototypes: [any Named] { Schedules.table.items }
  public static var table: NameTable<any Schedule> { Schedules.table }
}
