import ApusCore
import ApusNN
package import ApusTraining

/// A number of a lesson that is a run's setting too: its name, its help and its range are the run's, up to what a page may
/// ask for.
struct LessonSetting: Sendable {
  /// The lesson's key.
  let name: String
  let setting: Setting<Recipe>
  let least: Double
  let most: Double
  let value: @Sendable (Lesson) -> Double?

  private init(
    _ name: String, _ path: PartialKeyPath<Recipe>, least: Double? = nil, most: Double,
    value: @escaping @Sendable (Lesson) -> Double?
  ) {
    guard let setting = Recipe.setting(path) else { preconditionFailure("\(name) is no setting of a recipe") }
    (self.name, self.setting, self.most, self.value) = (name, setting, most, value)
    self.least = least ?? setting.form.lower ?? 0
  }

  static let table = [
    LessonSetting("learningRate", \.learningRate, most: 1000) { $0.learningRate },
    LessonSetting("batch", \.batch, most: Double(Limits.points)) { Double($0.batch) },
    LessonSetting("epochs", \.epochs, least: 1, most: Double(Limits.epochs)) { Double($0.epochs) },
    LessonSetting("l2", \.l2, most: 100) { $0.l2 },
    LessonSetting("l1", \.l1, most: 100) { $0.l1 },
    LessonSetting("clipNorm", \.clipNorm, most: 1e6) { $0.clipNorm },
  ]

  /// - Throws: when the lesson's number is out of the run's range, or more than a page may ask for.
  func check(_ lesson: Lesson) throws(ApusError) {
    guard let value = value(lesson) else { return }
    let isTaken = (try? Recipe(json: .object([JSONMember(setting.name, .double(value))]))) != nil
    guard isTaken, value >= least, value <= most else {
      throw ApusError(
        "\(name) is \(shortText(value))", at: "lesson",
        expected: "\(setting.form.expected); at least \(shortText(least)) and at most \(shortText(most)) here"
      )
    }
  }

  /// The description of the setting for the page's form.
  var json: JSONMember {
    JSONMember(
      name,
      .object([
        JSONMember("title", .string(setting.title)), JSONMember("help", .string(setting.help)),
        JSONMember("min", .double(least)), JSONMember("max", .double(most)),
      ]))
  }
}

extension Lesson {
  /// The recipe by which a run trains what the lesson shows.
  ///
  /// - Throws: when an item of a table is not known.
  package var recipe: Recipe {
    get throws(ApusError) {
      var recipe = Recipe(
        epochs: epochs, batch: batch, optimizer: try Optimizers.optimizer(optimizer),
        learningRate: learningRate,
        schedule: try Schedules.schedule(schedule), l2: l2, l1: l1 == 0 ? nil : l1, clipNorm: clipNorm,
        seed: seed)
      if let loss { recipe.loss = try Losses.loss(loss) }
      return recipe
    }
  }
}
