import ApusCore
import ApusData
import ApusNN
import ApusStudio
import ApusRuns
import ApusTraining
import Foundation
import Testing

@Suite struct DigitTests {
  private func lesson() throws -> Lesson {
    try #require(Preset.table.first { $0.name == "digits" }).lesson()
  }

  /// Exported files run by the command come to the same weights: the page has all digits that are for training.
  @Test(arguments: [0.3, 0])
  func theExportedRunComesToTheSameWeights(_ validation: Double) throws {
    var lesson = try lesson()
    lesson.epochs = 2
    lesson.data.validation = validation
    let playground = try PlaygroundSession(lesson, table: nil)
    playground.play(true)
    while playground.isPlaying { _ = playground.trainForAWhile() }
    let export = Export(playground)
    #expect(export.csv == nil)
    #expect(export.swift.contains("ImageSet.digits()"))
    let folder = try TemporaryFolder()
    let plan = try RunPlan(export.configuration, folder: folder.path + "/run")
    _ = try plan.run()
    let saved = try Model(contentsOf: folder.path + "/run/model.safetensors")
    #expect(saved.weights == playground.weights)
  }

  @Test func itIsLearnt() throws {
    let playground = try PlaygroundSession(try lesson(), table: nil)
    for _ in 0..<10 { playground.stepOnce(.epoch) }
    let validation = try #require(playground.plan.validation)
    let accuracy = try playground.session.evaluate(validation).first { $0.name == "accuracy" }
    #expect(try #require(accuracy).value > 0.95)
    let shares = try #require(playground.plan.variance)
    #expect(shares[0] > shares[1] && shares[1] > 0.05 && shares[0] + shares[1] < 0.5)
  }

  // MARK: By hand

  /// A stroke down fills the two columns in the middle, each block by half or more, at any size and place.
  @Test func aStrokeDownStandsInTheMiddle() {
    let line = DrawnDigit(strokes: [[0.5, 0.1, 0.5, 0.9]]).pixels
    for row in 0..<8 {
      let levels = Array(line[(8 * row)..<(8 * row + 8)])
      #expect(levels[0..<3].allSatisfy { $0 == 0 } && levels[5..<8].allSatisfy { $0 == 0 })
      #expect(levels[3] == levels[4] && levels[3] > 3 && levels[3] <= 8)
    }
    #expect(DrawnDigit(strokes: [[0.2, 0.3, 0.2, 0.4]]).pixels == line)
    #expect(DrawnDigit(strokes: [[300, 0, 300, 50], [300, 50, 300, 90]]).pixels == line)
  }

  /// Each level is a count of a block's 16 pixels; all together they are the pixels within the pen's reach.
  @Test func levelsAreCounts() {
    #expect(DrawnDigit(strokes: []).pixels == Array(repeating: 0, count: 64))
    let dot = DrawnDigit(strokes: [[0.7, 0.2]]).pixels
    // A pen of radius 2 in the middle of four blocks: 12 pixels' middles are within it, 3 of each block.
    #expect(dot.filter { $0 > 0 } == [3, 3, 3, 3] && dot[27] == 3 && dot[36] == 3)
    let square = DrawnDigit(strokes: [[0, 0, 1, 0, 1, 1, 0, 1, 0, 0]]).pixels
    #expect(square[0] > 10 && square[63] == square[0] && square[27] == 0)
    let turned = (0..<64).map { (place: Int) -> UInt8 in square[(place % 8) * 8 + place / 8] }
    #expect(square == turned)
    #expect(square.allSatisfy { $0 <= 16 })
  }

  @Test(arguments: [
    "{}", #"{"strokes": 1}"#, #"{"strokes": [1]}"#, #"{"strokes": [[1]]}"#, #"{"strokes": [["a", 1]]}"#,
    #"{"strokes": [[1e999, 1]]}"#, #"{"strokes": [[1e7, 1]]}"#, #"{"pixels": [1, 2]}"#,
    "{\"pixels\": [\((0..<64).map { _ in "17" }.joined(separator: ","))]}",
    "{\"pixels\": [\((0..<64).map { _ in "-1" }.joined(separator: ","))]}",
    "{\"strokes\": [\((0..<65).map { _ in "[1,1]" }.joined(separator: ","))]}",
    "{\"strokes\": [[\((0..<8194).map { _ in "1" }.joined(separator: ","))]]}",
  ])
  func whatIsNoDigitIsRefused(_ text: String) throws {
    let json = try StrictJSON.parse(text)
    #expect(throws: ApusError.self) { try DrawnDigit(json: json) }
  }

  private static func ellipse(_ x: Double, _ y: Double, _ across: Double, _ down: Double) -> [Double] {
    (0...24).flatMap { step in
      let turn = Double(step) / 24 * 2 * Double.pi
      return [x + across * Mathematics.sin(turn), y - down * Mathematics.cos(turn)]
    }
  }

  /// Digits drawn as one would are taken for what they are, with the weights of now; without any, nothing is told.
  @Test func drawnDigitsAreKnown() async throws {
    let drawn: [(Int, [[Double]])] = [
      (0, [Self.ellipse(0.5, 0.5, 0.25, 0.4)]),
      (1, [[0.4, 0.25, 0.52, 0.1, 0.52, 0.9]]),
      (4, [[0.55, 0.1, 0.25, 0.6, 0.8, 0.6], [0.62, 0.4, 0.62, 0.9]]),
      (7, [[0.25, 0.12, 0.75, 0.12, 0.45, 0.9]]),
    ]
    let live = try LiveSession(try lesson())
    defer { live.close() }
    let reader = live.latest.join()
    for _ in 0..<12 { _ = try await live.obey(StrictJSON.parse(#"{"do": "step", "by": "epoch"}"#)) }
    for (label, strokes) in drawn {
      let lines =
        "[" + strokes.map { "[\($0.map { "\($0)" }.joined(separator: ","))]" }.joined(separator: ",") + "]"
      let answer = try await live.obey(StrictJSON.parse("{\"do\": \"draw\", \"strokes\": \(lines)}"))
      #expect(answer["pixels"]?.arrayValue?.count == 64)
      var values: [Double] = []
      // Pictures of what was drawn before may still be on their way.
      for _ in 0..<20 where values.firstIndex(of: values.max() ?? 0) != label {
        _ = try await live.obey(StrictJSON.parse(#"{"do": "show"}"#))
        try await Task.sleep(for: .milliseconds(100))
        for frame in await live.latest.next(reader) ?? [] {
          values = try Self.header(frame)["drawn"]?["values"]?.arrayValue?.compactMap(\.doubleValue) ?? values
        }
      }
      #expect(values.count == 10 && abs(values.reduce(0, +) - 1) < 1e-4)
      #expect(values.firstIndex(of: values.max() ?? 0) == label, "\(label): \(values)")
    }
    let sample = try await live.obey(StrictJSON.parse(#"{"do": "draw", "sample": 5}"#))
    let images = try ImageSet.digits().training
    #expect(sample["pixels"]?.arrayValue?.compactMap(\.intValue) == images.bytes[320..<384].map { Int($0) })
    for wrong in [
      #"{"do": "draw", "sample": -1}"#, #"{"do": "draw", "sample": 3823}"#, #"{"do": "draw", "sample": "x"}"#,
    ] {
      await #expect(throws: ApusError.self) { try await live.obey(StrictJSON.parse(wrong)) }
    }
    // Other lessons have no digits.
    _ = try await live.obey(StrictJSON.parse(#"{"do": "lesson", "lesson": {}}"#))
    await #expect(throws: ApusError.self) {
      try await live.obey(StrictJSON.parse(#"{"do": "draw", "strokes": [[0, 0, 1, 1]]}"#))
    }
  }

  private static func header(_ frame: [UInt8]) throws -> JSONValue {
    let length = frame[4..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    return try StrictJSON.parse(Array(frame[8..<(8 + length)]))
  }
}
