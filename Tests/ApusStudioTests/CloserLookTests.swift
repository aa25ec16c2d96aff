import ApusCore
import ApusData
import ApusNN
import ApusStudio
import ApusRuns
import Testing

/// What the page's panels ask for: histograms through depth, the gradient check, the graph of a point, the landscape.
@Suite struct CloserLookTests {
  private func order(_ name: String, _ members: [JSONMember] = []) -> JSONValue {
    .object([JSONMember("do", .string(name))] + members)
  }

  private func live(_ preset: String = "circle", _ change: (inout Lesson) -> Void = { _ in }) throws
    -> LiveSession
  {
    var lesson = try #require(Preset.table.first { $0.name == preset }).lesson()
    lesson.data.points = 80
    change(&lesson)
    return try LiveSession(lesson)
  }

  private func header(_ frame: [UInt8]) throws -> JSONValue {
    let length = frame[4..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    return try StrictJSON.parse(Array(frame[8..<(8 + length)]))
  }

  /// The next picture of the session that a check holds for.
  private func picture(
    _ live: LiveSession, _ reader: Int, where holds: (JSONValue) -> Bool = { _ in true }
  ) async throws -> JSONValue {
    while let frames = await live.latest.next(reader) {
      for frame in frames {
        let header = try header(frame)
        if header["kind"]?.stringValue == "picture", holds(header) { return header }
      }
    }
    throw ApusError("the stream is over")
  }

  // MARK: Depth

  @Test func histogramsAreSentWhileTheyAreWatched() async throws {
    let live = try live("vanishing")
    defer { live.close() }
    let reader = live.latest.join()
    _ = try await live.obey(order("show"))
    #expect(try await picture(live, reader)["depth"] == nil)
    _ = try await live.obey(order("watch", [JSONMember("depth", .bool(true))]))
    let depth = try #require(try await picture(live, reader) { $0["depth"] != nil }["depth"])
    let layers = try #require(depth["layers"]?.arrayValue)
    let rows = try #require(depth["rows"]?.intValue)
    #expect(rows == 56)
    #expect(layers.map { $0["title"]?.stringValue } == (1...7).map { "layer \($0)" } + ["output"])
    for (layer, units) in zip(layers, [6, 6, 6, 6, 6, 6, 6, 2]) {
      func sum(_ key: String) -> Int { layer[key]?.arrayValue?.reduce(0) { $0 + ($1.intValue ?? 0) } ?? -1 }
      #expect(sum("outputs") == rows * units)
      #expect(sum("gradients") == rows * units)
    }
    // Hidden layers share an axis, which holds a sigmoid's numbers.
    #expect(layers[0]["low"]?.doubleValue == 0 && layers[6]["high"]?.doubleValue == 1)
    // What the lesson is about.
    let sizes = layers.compactMap { $0["gradientRms"]?.doubleValue }
    #expect(sizes.count == 8 && zip(sizes, sizes.dropFirst()).allSatisfy(<) && sizes[7] > 1000 * sizes[0])
    _ = try await live.obey(order("watch", [JSONMember("depth", .bool(false))]))
    _ = try await picture(live, reader) { $0["depth"] == nil }
  }

  /// As many numbers as there are, in the places of the library's own reading.
  @Test func histogramsFollowTheWeights() async throws {
    let live = try live()
    defer { live.close() }
    let reader = live.latest.join()
    _ = try await live.obey(order("watch", [JSONMember("depth", .bool(true))]))
    let first = try await picture(live, reader) { $0["depth"] != nil }
    _ = try await live.obey(order("step", [JSONMember("by", .string("epoch"))]))
    let second = try await picture(live, reader) { $0["step"] != first["step"] && $0["depth"] != nil }
    #expect(second["depth"] != first["depth"])
    // A loss that is no number is told.
    _ = try await live.obey(
      order(
        "weight",
        [
          JSONMember("path", .string("4.bias")), JSONMember("index", .integer(0)),
          JSONMember("value", .double(1e6)),
        ]))
    let third = try await picture(live, reader) { $0["depth"] != second["depth"] && $0["depth"] != nil }
    #expect((third["depth"]?["layers"]?.arrayValue?.last?["high"]?.doubleValue ?? 0) >= 1e6)
  }

  // MARK: Gradients

  @Test(arguments: ["circle", "batch-norm", "dropout", "hinge", "ravine"])
  func theGradientsAreRight(_ name: String) async throws {
    let live = try live(name == "hinge" ? "circle" : name) { lesson in
      if name == "hinge" { lesson.loss = .string("hinge") }
      // With weights of 0.05 gradients are small beside rounding.
      for index in lesson.layers.indices { lesson.layers[index].initializer = .string("xavierUniform") }
    }
    defer { live.close() }
    let report = try await live.obey(order("gradients"))
    #expect(report["level"]?.stringValue == "ok", "\(report.text())")
    #expect((report["worst"]?["error"]?.doubleValue ?? 1) < 1e-5)
    let names = (report["parameters"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    #expect(names.contains("output, weight") && names.contains("output, bias"))
    if name == "circle" {
      let all = ["layer 1", "layer 2", "output"].flatMap { ["\($0), weight", "\($0), bias"] }
      #expect(names.sorted() == all.sorted())
    }
    if name == "batch-norm" { #expect(names.contains { $0.hasPrefix("layer 1, batch norm ") }) }
  }

  // MARK: Graph

  @Test func theGraphOfAPoint() async throws {
    let live = try live("xor") { $0.data.noise = 0 }
    defer { live.close() }
    let graph = try await live.obey(order("graph", [JSONMember("point", .integer(3))]))
    let nodes = try #require(graph["nodes"]?.arrayValue)
    func node(_ name: String) throws -> JSONValue {
      try #require(nodes.first { $0["name"]?.stringValue == name })
    }
    // Two classes: the gradient of the output's bias is p − y, (p₁ − y₁, p₂ − y₂).
    let bias = try node("output, bias")
    let gradient = try #require(bias["gradient"]?["first"]?.arrayValue?.first?.doubleValue)
    #expect(abs(gradient) < 1 && gradient != 0)
    let loss = try #require(nodes.last)
    #expect(loss["kind"]?.stringValue == "result")
    let value = try #require(loss["value"]?["first"]?.arrayValue?.first?.doubleValue)
    let probability = 1 - abs(gradient)
    #expect(abs(value + Mathematics.log(probability)) < 1e-5)
    #expect(try node("layer 1, weight")["shape"] == .array([.integer(2), .integer(4)]))
    let forward = try #require(graph["forward"]?.arrayValue).compactMap(\.intValue)
    let backward = try #require(graph["backward"]?.arrayValue).compactMap(\.intValue)
    #expect(forward.last == nodes.count - 1 && backward.first == nodes.count - 1)
    #expect(backward.contains(nodes.firstIndex { $0["name"] == .string("layer 1, weight") }!))
    #expect(graph["svg"]?.stringValue?.contains("data-node=\"0\"") == true)
    #expect(["A", "B"].contains(graph["target"]?.stringValue))
    // Every point has one, and others have none.
    _ = try await live.obey(order("graph", [JSONMember("point", .integer(79))]))
    for point: JSONValue in [.integer(80), .integer(-1), .integer(Int.max)] {
      await #expect(throws: ApusError.self) {
        try await live.obey(order("graph", [JSONMember("point", point)]))
      }
    }
  }

  /// What is asked of a plan that is no longer there is not measured, whatever the point: the page asks again.
  @Test(arguments: ["graph", "landscape", "gradients"])
  func measurementsOfAnEarlierPlan(_ name: String) async throws {
    let live = try live("xor") { $0.data.points = 40 }
    defer { live.close() }
    let members = [
      JSONMember("plan", .integer(0)), JSONMember("point", .integer(79)),
      JSONMember("plane", .string("path")),
    ]
    #expect(
      try await live.obey(order(name, members)) == .object([JSONMember("outdated", .bool(true))]))
  }

  /// Numbers to predict, batch norms with one point, and a network too large to be drawn.
  @Test func graphsOfOtherLessons() async throws {
    for name in ["ravine", "batch-norm", "dropout"] {
      let live = try live(name)
      defer { live.close() }
      let graph = try await live.obey(order("graph"))
      let nodes = try #require(graph["nodes"]?.arrayValue)
      #expect(nodes.count > 5, "\(name)")
      let loss = nodes.last?["value"]?["first"]?.arrayValue?.first?.doubleValue
      #expect(loss?.isFinite == true)
    }
    let large = try live {
      $0.layers = Array(repeating: LessonLayer(units: 8), count: 8)
      for index in $0.layers.indices {
        $0.layers[index].activation = .string("mish")
        $0.layers[index].batchNorm = true
      }
    }
    defer { large.close() }
    do {
      let graph = try await large.obey(order("graph"))
      #expect((graph["nodes"]?.arrayValue?.count ?? 0) <= GraphReading.mostNodes)
    } catch let error as ApusError {
      #expect(error.problem.contains("operations"))
    }
  }

  // MARK: Landscape

  @Test func theLandscapeFollowsTheWay() async throws {
    let live = try live()
    defer { live.close() }
    let reader = live.latest.join()
    let along = order("landscape", [JSONMember("plane", .string("path"))])
    // Nothing has been gone yet.
    #expect(try await live.obey(along)["kind"]?.stringValue == "random")
    for _ in 0..<5 { _ = try await live.obey(order("step", [JSONMember("by", .string("epoch"))])) }
    let map = try await live.obey(along)
    #expect(map["kind"]?.stringValue == "path")
    let explained = (map["explained"]?.arrayValue ?? []).compactMap(\.doubleValue)
    #expect(explained.count == 2 && explained[0] >= explained[1] && explained.reduce(0, +) <= 1 + 1e-9)
    #expect(explained.reduce(0, +) > 0.6)
    let way = (map["way"]?.arrayValue ?? []).map { ($0.arrayValue ?? []).compactMap(\.doubleValue) }
    #expect(way.count > 3 && abs(way.last![0]) < 1e-9 && abs(way.last![1]) < 1e-9)
    let size = try #require(map["size"]?.intValue)
    let values = try #require(map["values"]?.arrayValue)
    #expect(values.count == size * size)
    // The weights of now are better than most of what is around them.
    let loss = try #require(map["loss"]?.doubleValue)
    #expect(values.count { ($0.doubleValue ?? 0) > loss } > size * size / 2)
    // The picture says where the weights are: first in the middle, then elsewhere.
    _ = try await live.obey(order("show"))
    let number = map["number"]
    let first = try await picture(live, reader) { $0["landscape"]?["number"] == number }
    let at = (first["landscape"]?["at"]?.arrayValue ?? []).compactMap(\.doubleValue)
    #expect(at.count == 2 && at.allSatisfy { abs($0) < 1e-6 })
    // What the pictures' loss is, the map's is too.
    let shown = try #require(first["curve"]?.arrayValue?[2].doubleValue)
    #expect(abs(shown - loss) < 1e-4 * max(1, abs(loss)))
    _ = try await live.obey(order("step", [JSONMember("by", .string("epoch"))]))
    let second = try await picture(live, reader) { $0["step"] != first["step"] }
    #expect(second["landscape"]?["at"] != first["landscape"]?["at"])
    // Another network's weights have no place on it.
    var lesson = Lesson()
    lesson.layers = [LessonLayer(units: 3)]
    _ = try await live.obey(order("lesson", [JSONMember("lesson", lesson.json)]))
    #expect(try await picture(live, reader)["landscape"] == nil)
    _ = try await live.obey(order("watch", [JSONMember("landscape", .bool(false))]))
    await #expect(throws: ApusError.self) {
      try await live.obey(order("landscape", [JSONMember("plane", .string("<b>"))]))
    }
    await #expect(throws: ApusError.self) { try await live.obey(order("landscape")) }
  }

  /// Weights of zero have no filter to be as long as, and no way.
  @Test func landscapesThatAreFlat() async throws {
    let live = try live("zeros")
    defer { live.close() }
    let map = try await live.obey(order("landscape", [JSONMember("plane", .string("random"))]))
    let values = Set((map["values"]?.arrayValue ?? []).compactMap(\.doubleValue))
    #expect(values.count == 1)
  }
}
