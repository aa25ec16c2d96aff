import ApusCore
import ApusData
import ApusStudio
import ApusTraining
import Testing

@Suite struct LessonTests {
  private func lesson(_ text: String) throws -> Lesson { try Lesson(json: StrictJSON.parse(text)) }

  /// A lesson in an address of an earlier version.
  @Test func theOlderNameOfTheRateIsRead() throws {
    let lesson = try self.lesson(#"{"rate": 0.25, "race": {"racers": [{"rate": 0.5}]}}"#)
    #expect(lesson.learningRate == 0.25 && lesson.race.racers.map(\.learningRate) == [0.5])
    #expect(try lesson.json["rate"] == nil)
  }

  @Test func whatIsLeftOutIsTheDefault() throws {
    #expect(try lesson("{}") == Lesson())
    let given = try lesson(
      #"{"data": {"set": "xor", "noise": 0.2}, "layers": [{"units": 3}, {}], "learningRate": 0.1}"#)
    #expect(given.data.set == "xor" && given.data.points == Lesson().data.points)
    #expect(given.layers.map(\.units) == [3, 4] && given.learningRate == 0.1)
  }

  @Test func comesBackFromItsJSON() throws {
    for preset in Preset.table {
      let lesson = preset.lesson()
      #expect(try Lesson(json: lesson.json) == lesson, "\(preset.name)")
    }
  }

  @Test(arguments: [
    (#"{"color": 1}"#, "unknown key “color”"),
    (#"{"data": {"sett": "xor"}}"#, "unknown key “sett”"),
    (#"{"layers": [{"unit": 1}]}"#, "unknown key “unit”"),
    (#"{"layers": 3}"#, "no list"),
    (#"{"layers": [{"units": 33}]}"#, "layers[0].units is 33"),
    (#"{"layers": [{"units": 0}]}"#, "layers[0].units is 0"),
    (#"{"layers": [{},{},{},{},{},{},{},{},{}]}"#, "9 of them"),
    (#"{"layers": [{"dropout": 1}]}"#, "layers[0].dropout is 1"),
    (#"{"learningRate": -1}"#, "learningRate is -1"),
    (#"{"learningRate": "fast"}"#, "is not a number"),
    (#"{"batch": 0}"#, "batch is 0"),
    (#"{"epochs": 100001}"#, "epochs is 100001"),
    (#"{"data": {"points": 20001}}"#, "data.points is 20001"),
    (#"{"data": {"points": 1e30}}"#, "is not a whole number"),
    (#"{"data": {"noise": 2}}"#, "data.noise is 2"),
    (#"{"data": {"set": "nowhere"}}"#, "unknown data set “nowhere”"),
    (#"{"data": {"classes": 5}}"#, "data.classes is 5"),
    (#"{"data": {"added": [{"x": 1e300}]}}"#, "data.added is"),
    (#"{"inputs": []}"#, "inputs is []"),
    (#"{"inputs": ["x3"]}"#, "unknown input “x3”"),
    (#"{"seed": -1}"#, "is not a whole number"),
    (#"{"data": {"set": "own", "columns": {"all": true}, "added": [{}]}}"#, "data.added is 1"),
    (#"{"data": {"set": "digits", "removed": [1]}}"#, "data.removed is 1"),
    (#"{"data": {"set": "digits", "added": [{}]}}"#, "data.added is 1"),
    (#"{"data": {"set": "own", "columns": {"every": true}}}"#, "unknown key “every”"),
    ("[]", "is no object"),
  ])
  func mistakesAreRefused(_ text: String, _ problem: String) throws {
    let error = try #require(throws: ApusError.self) { try lesson(text) }
    #expect(error.problem.contains(problem), "\(error)")
  }

  /// What a table does not know is refused when the lesson is planned.
  @Test(arguments: [
    #"{"optimizer": "adamm"}"#, #"{"loss": "nothing"}"#, #"{"schedule": {"step": {"every": "x"}}}"#,
    #"{"layers": [{"activation": "rellu"}]}"#, #"{"initializer": "ones2"}"#,
    #"{"data": {"set": "plane", "classes": 1}, "loss": "softmaxCrossEntropy"}"#,
    #"{"data": {"set": "own"}}"#, #"{"data": {"added": [{"target": 7}]}}"#,
    #"{"optimizer": {"momentum": {"momentum": 2}}}"#,
  ])
  func namesAreChecked(_ text: String) throws {
    #expect(throws: ApusError.self) {
      let plan = try LessonPlan(lesson(text))
      _ = try plan.session(plan.model(), engine: Engine.standard())
    }
  }

  @Test(arguments: PointSet.table.map(\.name))
  func setsAreInThePlane(_ name: String) throws {
    let set = try PointSet.named(name)
    for classes in set.classes {
      var data = LessonData()
      (data.set, data.classes, data.points, data.noise) = (name, classes, 500, 0)
      let points = try LessonPoints(data, table: nil)
      #expect(points.count == 500)
      #expect(zip(points.x, points.y).allSatisfy { abs($0) <= 6 && abs($1) <= 6 })
      if set.task == .classification {
        for label in 0..<classes { #expect(points.targets.contains(Double(label))) }
      } else {
        #expect(points.targets.allSatisfy { abs($0) <= 3 })
      }
    }
  }

  /// The same seed gives the same points, and noise leaves the draw as it is.
  @Test func pointsDependOnTheSeedAlone() throws {
    var data = LessonData()
    let first = try LessonPoints(data, table: nil)
    #expect(try LessonPoints(data, table: nil).x == first.x)
    data.seed = 2
    #expect(try LessonPoints(data, table: nil).x != first.x)
  }

  @Test func pointsByHand() throws {
    var data = LessonData()
    data.added = [LessonPoint(x: 1, y: 2, target: 1)]
    data.removed = [0, 5]
    let points = try LessonPoints(data, table: nil)
    #expect(points.count == 299)
    #expect(points.x.last == 1 && points.y.last == 2 && points.targets.last == 1)
  }

  /// Every item of every table can be chosen.
  @Test func everyMenuCanBeChosen() throws {
    let menus = try Menus.json
    func names(_ family: String) -> [String] {
      (menus[family]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }
    #expect(names("optimizers").contains("adam") && names("losses").contains("hinge"))
    let engine = try Engine.standard()
    func plans(_ change: (inout Lesson) -> Void) throws {
      var lesson = Lesson()
      lesson.data.points = 40
      change(&lesson)
      let plan = try LessonPlan(Lesson(json: lesson.json))
      let session = try plan.session(plan.model(), engine: engine)
      try session.runStep()
    }
    for name in names("activations") { try plans { $0.layers[0].activation = .string(name) } }
    for name in names("optimizers") { try plans { $0.optimizer = .string(name) } }
    for name in names("schedules") { try plans { $0.schedule = .string(name) } }
    for name in names("initializers") { try plans { $0.layers[0].initializer = .string(name) } }
    for name in names("losses") {
      for set in PointSet.table where set.task == .classification {
        try plans {
          $0.loss = .string(name)
          $0.data.set = set.name
          $0.data.classes = set.classes.upperBound
        }
      }
    }
    for loss in menus["losses"]?.arrayValue ?? [] where loss["isForNumbers"]?.boolValue == true {
      try plans {
        $0.loss = loss["name"]
        $0.data.set = "hills"
        $0.data.classes = 1
      }
    }
  }
}
