import ApusCore

/// Examines a model, its data and its training, and reports what is OK and what needs a look (lecture 5).
///
/// ```swift
/// let examined = ExaminedModel(model, split, settings: settings)
/// for finding in Doctor.examine(examined) where finding.level != .ok {
///   print(finding.name, finding.result.figure, finding.result.fix ?? "")
/// }
/// ```
///
/// Nothing that is examined changes: every measurement trains a copy.
public enum Doctor {
  /// Every examination that applies, in the order of ``Examinations/table``.
  ///
  /// - Parameter begin: hears the name of each examination before it is made.
  public static func examine(_ examined: ExaminedModel, begin: (String) -> Void = { _ in }) -> [Finding] {
    Examinations.table.compactMap { type in
      begin(type.name)
      return check(type, examined)
    }
  }

  /// The short form that `apus train` runs by itself.
  public static func examine(_ examined: ExaminedModel, at moment: Examinations.Moment) -> [Finding] {
    examine(examined, Examinations.table.filter { $0.moments.contains(moment) })
  }

  /// Some examinations, in the order given.
  public static func examine(_ examined: ExaminedModel, _ examinations: [any Examination.Type]) -> [Finding] {
    examinations.compactMap { check($0, examined) }
  }

  private static func check(_ type: any Examination.Type, _ examined: ExaminedModel) -> Finding? {
    func made(_ result: Finding.Result) -> Finding {
      Finding(name: type.name, stage: type.stage, why: type.why, result: result)
    }
    do {
      return try type.init()(examined).map(made)
    } catch {
      // What stops one examination, a value that is not finite say, is a finding of its own.
      let problem = error as? ApusError ?? ApusError("\(error)")
      return made(
        Finding.Result(
          .bad, figure: (problem.place.map { "\($0): " } ?? "") + problem.problem,
          expected: problem.expected ?? "a network that can be run", fix: problem.fix))
    }
  }
}
