import ApusCore
package import ApusTraining

/// Shows how training goes on: on a terminal one line that is drawn over at most ten times a second; elsewhere, where it is
/// asked for, one plain line an epoch, and about a hundred of them where there are many epochs.
package final class ProgressBar {
  private let style: TerminalStyle
  private let batch: Int
  private let epochs: Int
  private let metric: String
  private let writesLines: Bool
  private let write: (String) -> Void
  private let now: () -> Double

  private var state = ProgressLine()
  private var lastDrawing = -Double.infinity
  private var lastStep = 0
  private var lastTime = 0.0
  private var nextLook = 0
  private var isDrawn = false
  private var hasBegun = false

  /// The shortest time between two drawings, in seconds.
  static let interval = 0.1
  /// Over how many seconds the rate is smoothed.
  static let smoothing = 2.0

  /// With more epochs, not each has a line.
  private static let mostLines = 200

  /// - Parameters:
  ///   - batch: samples in a step.
  ///   - metric: the validation metric to show: `accuracy`.
  ///   - writesLines: whether there are lines where nothing can be drawn over.
  ///   - write: takes the text, for standard error.
  ///   - now: seconds since some moment; the system's clock when nil.
  package init(
    style: TerminalStyle, epochs: Int, batch: Int, metric: String, writesLines: Bool = false,
    write: @escaping (String) -> Void,
    now: (() -> Double)? = nil
  ) {
    self.style = style
    self.epochs = epochs
    self.batch = batch
    self.metric = metric
    self.writesLines = writesLines
    self.write = write
    self.now = now ?? { Double(Clock.nanoseconds) * 1e-9 }
  }

  /// Takes notice of an event.
  package func handle(_ event: TrainingEvent) {
    switch event {
    case .started(let steps, _, _):
      state.steps = steps
      state.epochs = epochs
      lastTime = now()
    case .step(let step, let epoch, let loss):
      state.step = step
      state.epoch = epoch
      if !hasBegun { (hasBegun, lastStep) = (true, step - 1) }
      // A clock costs as much as a small net's step: look at it only every so often.
      guard step >= nextLook, style.redraws else { return }
      state.observe(loss: Double(loss))
      look(step)
    case .epoch(let record):
      state.epoch = record.epoch
      state.step = record.step
      state.loss = record.trainingLoss
      state.mistakes = record.mistakes
      state.validation = record.validation(metric).map { (metric, $0) }
      if style.redraws {
        draw(force: false)
      } else if writesLines {
        measure(now())
        let every = epochs > Self.mostLines ? epochs / 100 : 1
        if record.epoch == 1 || record.epoch % every == 0 { write(state.epochLine(record) + "\n") }
      }
    case .checkpoint: break
    case .member(let number, let count):
      clear()
      (hasBegun, nextLook) = (false, 0)
      if style.redraws || writesLines { write("training \(number) of \(count)\n") }
    case .stopped(let reason):
      clear()
      write("stopped early: \(reason)\n")
    case .finished: finish()
    }
  }

  /// Leaves the bar as it is and goes to the next line.
  package func finish() {
    guard style.redraws, state.step > 0, state.step >= state.steps || isDrawn else { return }
    draw(force: true)
    write("\n")
    isDrawn = false
  }

  /// Takes the bar away, for another line in its place.
  package func clear() {
    guard isDrawn else { return }
    write("\r\u{1B}[K")
    isDrawn = false
  }

  private func look(_ step: Int) {
    let before = lastTime
    let time = now()
    // Steps in a twentieth of a second.
    let steps = max(step - lastStep, 1)
    nextLook = step + max(1, min(Int(Double(steps) / max(time - before, 1e-9) * 0.05), 1_000_000))
    if time - lastDrawing >= Self.interval { draw(force: false) }
  }

  private func draw(force: Bool) {
    let time = now()
    guard force || time - lastDrawing >= Self.interval else { return }
    measure(time)
    lastDrawing = time
    isDrawn = true
    write("\r" + state.line(style) + "\u{1B}[K")
  }

  private func measure(_ time: Double) {
    guard state.step > lastStep, time > lastTime else { return }
    state.observe(steps: state.step - lastStep, seconds: time - lastTime, smoothing: Self.smoothing)
    state.samplesPerSecond = state.stepsPerSecond * Double(batch)
    lastStep = state.step
    lastTime = time
  }
}
