import ApusCore
import ApusTraining
import ApusViews
import Testing

/// Collects what is written, and keeps the time.
private final class Screen {
  var text = ""
  var seconds = 0.0
}

@Suite struct ProgressTests {
  private let terminal = TerminalStyle(redraws: true, usesColor: false, width: 80)

  private func record(_ epoch: Int, step: Int) throws -> History.Epoch {
    let text =
      #"{"epoch":\#(epoch),"step":\#(step),"rate":0.1,"trainingLoss":0.5,"validation":"#
      + #"[{"name":"loss","value":0.6},{"name":"accuracy","value":0.75}]}"#
    return try JSONCoding.decode(History.Epoch.self, from: StrictJSON.parse(text))
  }

  /// Two epochs of a hundred steps.
  private func show(_ style: TerminalStyle, secondsPerStep: Double, lines: Bool = true) throws -> String {
    let screen = Screen()
    let bar = ProgressBar(
      style: style, epochs: 2, batch: 10, metric: "accuracy", writesLines: lines,
      write: { screen.text += $0 }, now: { screen.seconds })
    bar.handle(.started(steps: 200, stepsPerEpoch: 100, parameters: 5))
    for step in 1...200 {
      screen.seconds += secondsPerStep
      bar.handle(.step(step, epoch: (step - 1) / 100 + 1, loss: 0.25))
      if step % 100 == 0 { bar.handle(.epoch(try record(step / 100, step: step))) }
    }
    bar.handle(.finished(History()))
    return screen.text
  }

  /// A line every two seconds, by the clock that is handed over: what goes on, and for how long.
  @Test func aHeartbeatEveryTwoSeconds() {
    var heartbeat = Heartbeat("check", now: 100)
    let lines = stride(from: 100.0, through: 109.5, by: 0.5).compactMap { now in
      heartbeat.line(now < 105 ? "gradient check" : "learning rate", now: now)
    }
    #expect(
      lines == [
        "check: gradient check … 2 s", "check: gradient check … 4 s", "check: learning rate … 6 s",
        "check: learning rate … 8 s",
      ])
    var short = Heartbeat("check", now: 0)
    #expect(short.line("the data", now: 1.9) == nil)
  }

  @Test func plainLines() throws {
    let text = try show(.plain, secondsPerStep: 0.01)
    #expect(
      text == """
        epoch 1/2  loss 0.5000  validation loss 0.6000, accuracy 0.7500  1.00k samples/s
        epoch 2/2  loss 0.5000  validation loss 0.6000, accuracy 0.7500  1.00k samples/s

        """)
  }

  /// Without a terminal, lines are only where they are asked for.
  @Test func noLinesUnasked() throws {
    #expect(try show(.plain, secondsPerStep: 0.01, lines: false) == "")
  }

  @Test func drawnAtMostTenTimesASecond() throws {
    let text = try show(terminal, secondsPerStep: 0.01)
    let drawings = text.split(separator: "\r")
    #expect((10...22).contains(drawings.count))
    #expect(text.hasSuffix("\n"))
    #expect(drawings.allSatisfy { $0.hasSuffix("\u{1B}[K") || $0.hasSuffix("\u{1B}[K\n") })
    #expect(drawings.last!.contains("100 %"))
    #expect(drawings.last!.contains("ETA 0:00"))
  }

  @Test func slowSteps() throws {
    #expect(try show(terminal, secondsPerStep: 3).contains("3.0 s/it"))
  }

  @Test(arguments: [1, 12, 20, 30, 40, 60, 80, 100, 200])
  func linesFit(width: Int) {
    var line = ProgressLine()
    line.epoch = 3
    line.epochs = 20
    line.step = 60
    line.steps = 400
    line.stepsPerSecond = 12
    line.samplesPerSecond = 12_345
    line.loss = 0.123456
    line.validation = ("accuracy", 0.9)
    let text = line.line(TerminalStyle(redraws: true, usesColor: false, width: width))
    #expect(text.count < max(width, 2))
    if width >= 100 {
      #expect(text.contains("epoch  3/20 ━") && text.contains("15 %  12.3k samples/s  ETA 0:29  loss 0.1235"))
    }
    #expect(!line.line(TerminalStyle(redraws: true, usesColor: false, width: width)).contains("\u{1B}"))
    #expect(
      width < 40
        || line.line(TerminalStyle(redraws: true, usesColor: true, width: width)).contains("\u{1B}[36m"))
  }
}

@Suite struct LearningCurveTests {
  private func history(_ training: [Double], _ validation: [Double]) throws -> History {
    let epochs = training.indices.map { index -> String in
      let metrics = validation.isEmpty ? "[]" : #"[{"name":"loss","value":\#(validation[index])}]"#
      return
        #"{"epoch":\#(index + 1),"step":1,"rate":1,"trainingLoss":\#(training[index]),"validation":\#(metrics)}"#
    }
    let text = #"{"epochs":[\#(epochs.joined(separator: ","))],"bestEpoch":2}"#
    return try JSONCoding.decode(History.self, from: StrictJSON.parse(text))
  }

  @Test(arguments: [2, 3, 40, 500])
  func fits(epochs: Int) throws {
    let training = (1...epochs).map { 1 / Double($0) }
    let lines = try LearningCurve(history(training, training.map { $0 + 0.1 })).lines()
    #expect(lines.count == 15)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(
      lines[0].contains("training") && lines[0].contains("validation") && lines[0].contains("lowest: epoch 2")
    )
    var done = try history(training, training.map { $0 + 0.1 })
    done.kept = KeptWeights(.lastEpoch, epoch: epochs)
    #expect(LearningCurve(done).lines()[0].contains("kept: epoch \(epochs)"))
    done.kept = KeptWeights(.average)
    #expect(!LearningCurve(done).lines()[0].contains("epoch"))
    #expect(lines[0].contains("logarithmic") == (epochs > 30))
    #expect(lines[14].hasSuffix("\(epochs)"))
    #expect(lines.joined().unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
  }

  @Test func aFallingLineFalls() throws {
    let lines = try LearningCurve(history([4, 3, 2, 1], [])).lines()
    #expect(lines[1].hasPrefix("4 ┤"))
    #expect(lines[12].hasPrefix("1 ┤"))
    // Left at the top, right at the bottom.
    #expect(lines[1].count < 20)
    #expect(lines[12].count > 60)
    #expect(!lines[0].contains("validation"))
  }

  @Test func nothingForOneEpoch() throws {
    #expect(try LearningCurve(history([1], [])).lines() == [])
    #expect(try LearningCurve(history([1, 1, 1], [])).lines().count == 15)
  }
}
