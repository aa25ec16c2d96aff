package import ApusCore
import ApusData
import ApusNN
import ApusRuns
import ApusTraining
import Synchronization

extension LiveSession {
  /// Carries out an order of the page: `{"do": "play"}` and the like.
  ///
  /// - Throws: when the order is not known or cannot be carried out.
  package func obey(_ order: JSONValue) async throws -> JSONValue {
    let names = (Self.table.map { $0.name } + Self.readings.map { $0.name }).joined(separator: ", ")
    guard let name = order["do"]?.stringValue else {
      throw ApusError("no order", expected: "{\"do\": …}, with one of \(names)")
    }
    if let reading = Self.readings.first(where: { $0.name == name }) {
      return try await make(reading, order)
    }
    guard let known = Self.table.first(where: { $0.name == name }) else {
      throw ApusError("unknown order “\(name.prefix(40))”", expected: names)
    }
    return try await perform { [self] playground in try known.body(self, playground, order) }
  }

  /// A table that was handed in, as a text; the lesson is then about it.
  ///
  /// - Parameter wanted: a lesson that was about such a table before; without one, what the table seems to be about.
  package func open(table text: String, name: String, lesson wanted: Lesson? = nil) async throws -> JSONValue
  {
    // On the session's own thread: a table that takes long keeps nobody else waiting.
    try await perform { playground in
      let bytes = Array(text.utf8)
      try Self.checkWidth(bytes)
      let table = try Table.parse(bytes, name: String(name.prefix(100)))
      try playground.take(wanted ?? Self.lesson(on: table, playground.lesson), table: table)
      return try .object([
        JSONMember("lesson", playground.lesson.json), JSONMember("table", table.outline),
        JSONMember("leftOut", .integer(playground.plan.points.leftOut)),
      ])
    }
  }

  private static func lesson(on table: Table, _ former: Lesson) throws(ApusError) -> Lesson {
    var lesson = former
    lesson.data = try LessonData(own: table, keeping: lesson.data)
    // What was chosen for another task may not do for this one.
    lesson.loss = nil
    return lesson
  }

  /// - Throws: when a line has more separators of a kind than a table of ``Limits/columns``: before there is an array for each.
  private static func checkWidth(_ bytes: [UInt8]) throws(ApusError) {
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
    var counts = [0, 0, 0, 0]
    for byte in bytes {
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { counts = [0, 0, 0, 0] }
      guard let kind = separators.firstIndex(of: byte) else { continue }
      counts[kind] += 1
      guard counts[kind] < Limits.columns else {
        throw ApusError(
          "a line of more than \(Limits.columns) columns", at: "the table", expected: "at most so many")
      }
    }
  }

  private struct Known: Sendable {
    let name: String
    let body: @Sendable (LiveSession, PlaygroundSession, JSONValue) throws -> JSONValue
  }

  private static let table = [
    Known(name: "play") { _, playground, _ in
      playground.play(true)
      return .null
    },
    Known(name: "pause") { _, playground, _ in
      playground.play(false)
      return .null
    },
    Known(name: "step") { _, playground, order in
      playground.stepOnce(try choice(order, "by") { "a step by “\($0)”" })
      return .null
    },
    Known(name: "rewind") { _, playground, _ in
      try playground.rewind()
      return .null
    },
    Known(name: "scrub") { _, playground, order in
      try playground.scrub(to: try number(order, "step"))
      return .null
    },
    Known(name: "speed") { _, playground, order in
      let given = order["stepsPerSecond"] ?? .null
      let speed = given.doubleValue
      guard given == .null || speed.map({ $0 > 0 && $0 <= 1e9 }) == true else {
        throw ApusError(
          "\(given.text().prefix(40)) steps a second",
          expected: "more than 0, or null for as many as there can be")
      }
      playground.setSpeed(speed)
      return .null
    },
    Known(name: "lesson") { _, playground, order in
      guard let json = order["lesson"] else { throw ApusError("no lesson") }
      try playground.take(Lesson(json: json))
      return try playground.lesson.json
    },
    Known(name: "weight") { _, playground, order in
      guard let path = order["path"]?.stringValue, let value = order["value"]?.doubleValue else {
        throw ApusError("no weight", expected: "path, index and value")
      }
      try playground.set(path, try number(order, "index"), to: value)
      return .null
    },
    Known(name: "draw") { _, playground, order in
      var image: [UInt8]?
      if let sample = order["sample"] {
        image = try playground.plan.samples.image(sample.intValue ?? -1).pixels
      } else if order["strokes"] != nil || order["pixels"] != nil {
        image = try DrawnDigit(json: order).pixels
      }
      try playground.show(image)
      return .object([
        JSONMember("pixels", image.map { .array($0.map { .integer(Int($0)) }) } ?? .null)
      ])
    },
    Known(name: "race") { _, playground, order in
      try playground.obey(try choice(order, "what") { "“\($0)” of a race" })
      return .null
    },
    Known(name: "grid") { _, playground, order in
      try playground.setGrid(try number(order, "size"))
      return .null
    },
    Known(name: "show") { _, playground, _ in
      try playground.showAll()
      return try .object([
        JSONMember("lesson", playground.lesson.json), JSONMember("table", playground.table?.outline ?? .null),
      ])
    },
    Known(name: "watch") { live, playground, order in
      live.watch(order)
      playground.hasChanged = true
      return .null
    },
    Known(name: "doctor") { live, playground, _ in
      try live.examine(playground.examined())
      return .null
    },
    Known(name: "export") { _, playground, _ in try Export(playground).json },
  ]

  /// One of a few named things.
  ///
  /// - Parameter problem: what is wrong, with the name that was given.
  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ order: JSONValue, _ key: String, problem: (Substring) -> String
  ) throws(ApusError) -> Choice {
    let name = order[key]?.stringValue ?? ""
    guard let choice = Choice(rawValue: name) else {
      throw ApusError(
        problem(name.prefix(40)), expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  private static func number(_ order: JSONValue, _ key: String) throws(ApusError) -> Int {
    guard let number = order[key]?.intValue else { throw ApusError("no whole number “\(key)”") }
    return number
  }

  /// The model of now, as a file.
  package func modelFile() async throws -> [UInt8] {
    let slot = Slot<[UInt8]>()
    _ = try await perform { playground in
      var model = playground.session.snapshot()
      model.trainedRows = RowSketch(playground.plan.training)
      slot.value = try model.serialized()
      return .null
    }
    return slot.value ?? []
  }

  /// Written by the training thread before the reply, read after it.
  final class Slot<Value>: @unchecked Sendable { var value: Value? }

  /// The doctor takes seconds: on a thread of its own, one at a time.
  private func examine(_ examined: ExaminedModel) throws(ApusError) {
    guard !isExamining.exchange(true, ordering: .acquiring) else { return }
    let box = ExaminedModelBox(examined)
    do {
      try PlainThread.detachLongWork { [self] in
        let checks = Doctor.examine(box.examined)
        isExamining.store(false, ordering: .releasing)
        self.latest.put(
          message: Frame("doctor", [JSONMember("findings", .array(checks.map(\.json)))]).bytes)
      }
    } catch {
      isExamining.store(false, ordering: .releasing)
      throw error
    }
  }

  private struct ExaminedModelBox: @unchecked Sendable {
    let examined: ExaminedModel
    init(_ examined: ExaminedModel) { self.examined = examined }
  }
}
