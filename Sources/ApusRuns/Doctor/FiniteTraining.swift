import ApusCore

/// A check of whether training with the settings as they are stays finite.
struct FiniteTraining: Examination {
  static let name = "finite values"
  static let stage = Examinations.Stage.training
  static let why = "One value that is not finite spoils every weight it reaches; it is caught before it does."

  func callAsFunction(_ examined: ExaminedModel) throws -> Finding.Result? {
    guard (try? examined.probe()) != nil, !examined.isTrained else { return nil }
    let rehearsal = try examined.rehearsal()
    let expected = "finite"
    guard let error = rehearsal.error else {
      return Finding.Result(
        .ok, value: Double(rehearsal.steps), figure: "\(rehearsal.steps) of \(rehearsal.wholeRun) steps",
        expected: expected)
    }
    return Finding.Result(
      .bad, value: Double(rehearsal.steps),
      figure: (error.place.map { "\($0): " } ?? "") + error.problem, expected: expected,
      fix: error.fix ?? "lower the learning rate")
  }
}
