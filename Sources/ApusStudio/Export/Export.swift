import ApusCore
import ApusData
import ApusNN
package import ApusRuns
package import ApusTraining

/// An export of a lesson from the page: files and a command that lead to the same weights, and a program.
package struct Export {
  private let plan: LessonPlan
  private let progress: TrainingSession.Progress
  private let deviation: String?

  package init(_ playground: PlaygroundSession) {
    plan = playground.plan
    progress = playground.session.progress
    deviation = playground.deviation
  }

  package init(_ plan: LessonPlan, progress: TrainingSession.Progress = TrainingSession.Progress()) {
    (self.plan, self.progress, deviation) = (plan, progress, nil)
  }

  static let dataName = "points.csv"
  static let configurationName = "lesson.yaml"
  private var command: String {
    "apus train\(plan.samples.table == nil ? " " + LessonData.digits : "") --config \(Self.configurationName)"
  }

  var json: JSONValue {
    get throws {
      try .object([
        JSONMember("command", .string(command)), JSONMember("yaml", .string(configuration.yaml())),
        JSONMember("csv", csv.map { .string($0) } ?? .null), JSONMember("swift", .string(swift)),
        JSONMember("epochs", .integer(epochs)),
        JSONMember("deviation", deviation.map { .string($0) } ?? .null),
      ])
    }
  }

  /// The whole epochs that were trained, where no schedule looks at the length of the run; else those of the lesson.
  var epochs: Int {
    plan.settings.schedule is ConstantRate && progress.epoch > 0 ? progress.epoch : plan.lesson.epochs
  }

  /// For `apus train`.
  package var configuration: RunConfiguration {
    let (lesson, settings) = (plan.lesson, plan.settings)
    var configuration = RunConfiguration()
    if plan.samples.table == nil {
      // With its official test set, which is looked at once, at the end.
      configuration.data.source = LessonData.digits
    } else {
      configuration.data.source = Self.dataName
      configuration.data.target = plan.points.names.target
      configuration.data.task = plan.points.task
      configuration.data.test = 0
    }
    if plan.samples.table != nil, plan.lesson.data.isProjected {
      configuration.data.header = true
      configuration.data.delimiter = LessonSamples.format.delimiter
      configuration.data.decimalMark = "."
    }
    configuration.data.scaling = lesson.scaling
    configuration.data.validation = lesson.data.validation
    configuration.model.layers = plan.network
    configuration.training = settings.recipe
    configuration.training.epochs = epochs
    // The page shows the weights of now.
    configuration.training.keep = lesson.data.validation > 0 ? .last : nil
    return configuration
  }

  /// The samples with the inputs as columns; nil where a run has them by name.
  package var csv: String? { plan.samples.table?.csv }

  // MARK: A program

  /// A program that reads the points and trains the same network.
  package var swift: String {
    let (lesson, settings) = (plan.lesson, plan.settings)
    var writer = Writer()
    var layers: [String] = []
    for (number, item) in plan.network.items.enumerated() {
      layers.append("  " + writer.expression(item.layer, "layer\(number)"))
    }
    let rule = writer.expression(settings.optimizer, "rule")
    let loss = writer.expression(plan.objective.loss, "loss")
    let schedule =
      settings.schedule is ConstantRate ? "" : ", schedule: \(writer.schedule(settings.schedule))"
    var regularization: [String] = []
    if lesson.l2 > 0 { regularization.append("l2: \(lesson.l2)") }
    if lesson.l1 > 0 { regularization.append("l1: \(lesson.l1)") }
    if let norm = lesson.clipNorm { regularization.append("clipNorm: \(norm)") }
    let made = writer.lines.isEmpty ? "" : writer.lines.joined(separator: "\n") + "\n"
    return """
      import Apus

      \(samples)
      let training = points.subset(split.training.indices)
      let validation = points.subset(split.validation)

      \(made)var model = try Model(input: points.inputShape, seed: \(lesson.seed)) {
      \(layers.joined(separator: "\n"))
      }
      model.objective = Objective(points.targets, loss: \(loss))
      let settings = TrainingSettings(
        optimizer: OptimizerSetting(\(rule), rate: \(lesson.learningRate))\(schedule), epochs: \(epochs), batch: \(settings.batch)\
      \(regularization.isEmpty ? "" : ",\n  regularization: Regularization(\(regularization.joined(separator: ", ")))"),
        keep: .last, seed: \(lesson.seed))
      try model.fit(training, validation: validation, settings: settings)
      for metric in try model.evaluate(on: validation.count > 0 ? validation : training) {
        print(metric)
      }

      """
  }

  /// The lines that make `points` and their `split`.
  private var samples: String {
    let lesson = plan.lesson
    let options =
      "Split.Options(validation: \(lesson.data.validation), test: 0, seed: \(lesson.seed))"
    guard plan.samples.table != nil else {
      return """
        let images = try ImageSet.digits().training
        let rows = Array(0..<images.count)
        let split = try Split.random(rows: rows, classes: images.classLabels(), \(options))
        let preprocessing = ImageDataset.Preprocessing.fit(
          images, rows: split.training, scaling: .\(lesson.scaling.rawValue))
        let points = try preprocessing.apply(to: images, name: "digits")
        """
    }
    let target = Self.literal(plan.points.names.target)
    let format =
      lesson.data.isProjected
      ? #", format: TableFormat(hasHeader: true, delimiter: ",", numberStyle: .plain)"# : ""
    return """
      let table = try Table.read("\(Self.dataName)"\(format))
      let task = try TableTask(table, target: \(target), task: .\(plan.points.task.rawValue))
      let split = \(lesson.data.validation > 0 ? "try task.split(\(options))" : "task.unsplit()")
      let encoding = TablePreprocessing.Options(scaling: .\(lesson.scaling.rawValue))
      let points = try task.fit(split.training, options: encoding).apply(to: table).dataset
      """
  }

  /// Values of tables as Swift: `Adam()`; one whose properties are not the usual ones is a variable, made before it is used.
  private struct Writer {
    private(set) var lines: [String] = []

    mutating func expression(_ item: any Named, _ name: String) -> String {
      if let dense = item as? Dense {
        guard dense.initializer != Dense().initializer else { return "Dense(\(dense.units))" }
        let initializer = expression(dense.initializer.value, name + "Weights")
        return "Dense(\(dense.units), initializer: \(initializer))"
      }
      if let dropout = item as? Dropout { return "Dropout(\(dropout.rate))" }
      let type = "\(Swift.type(of: item))"
      guard case .object(let members) = item.configuration, case .object(let changed)? = members.first?.value
      else { return "\(type)()" }
      lines.append("var \(name) = \(type)()")
      lines += changed.map { "\(name).\($0.key) = \(Export.literal($0.value))" }
      return name
    }

    mutating func schedule(_ schedule: any Schedule) -> String {
      guard let sequence = schedule as? ScheduleSequence else { return expression(schedule, "schedule") }
      var parts: [String] = []
      for (number, part) in sequence.schedules.enumerated() {
        parts.append(expression(part, "schedule\(number + 1)"))
      }
      return parts[0] + parts.dropFirst().map { ".then(\($0))" }.joined()
    }
  }

  private static func literal(_ value: JSONValue) -> String {
    switch value {
    case .null: return "nil"
    case .bool(let value): return value ? "true" : "false"
    case .number(let digits): return digits
    case .string(let text):
      let words = text.split(separator: " ")
      if words.count == 2, let count = Int(words[0]),
        words[1].hasPrefix("step") || words[1].hasPrefix("epoch")
      {
        return words[1].hasPrefix("step") ? ".steps(\(count))" : ".epochs(\(count))"
      }
      return literal(text)
    case .array(let values): return "[" + values.map { literal($0) }.joined(separator: ", ") + "]"
    case .object: return value.text()
    }
  }

  /// A text as Swift writes it.
  private static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20: result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
