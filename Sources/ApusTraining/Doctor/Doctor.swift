import ApusCore

/// Examines a model, its data and its training, and says what is well and what is not (MISSION K; S4).
///
/// ```swift
/// let patient = Patient(model, split, settings: trainer.settings)
/// for verdict in Doctor.examine(patient) where verdict.level != .ok {
///   print(verdict.name, verdict.finding.figure, verdict.finding.fix ?? "")
/// }
/// ```
///
/// Nothing that is examined changes: every measurement trains a copy.
public enum Doctor {
  /// Every examination that applies, in the order of ``Examinations/table``.
  public static func examine(_ patient: Patient) -> [Verdict] {
    examine(patient, Examinations.table)
  }

  /// The short form that `apus train` runs by itself.
  public static func examine(_ patient: Patient, at moment: Examinations.Moment) -> [Verdict] {
    examine(patient, Examinations.table.filter { $0.moments.contains(moment) })
  }

  /// Some examinations, in the order given.
  public static func examine(_ patient: Patient, _ examinations: [any Examination.Type]) -> [Verdict] {
    examinations.compactMap { verdict($0, patient) }
  }

  private static func verdict(_ type: any Examination.Type, _ patient: Patient) -> Verdict? {
    func made(_ finding: Finding) -> Verdict {
      Verdict(name: type.name, stage: type.stage, why: type.why, finding: finding)
    }
    do {
      return try type.init()(patient).map(made)
    } catch {
      // What stops one examination, a value that is not finite say, is a finding of its own.
      let problem = error as? ApusError ?? ApusError("\(error)")
      return made(
        Finding(
          .bad, figure: (problem.place.map { "\($0): " } ?? "") + problem.problem,
          expected: problem.expected ?? "a network that can be run", fix: problem.fix))
    }
  }
}
