public import Apus
import Dispatch

/// The update of many parameters by each optimizer, against the copy of a long array: both are bound by memory.
public struct OptimizerUpdates {
  /// The best of the rounds.
  public struct Figure {
    public var name: String
    public var seconds: Double
    /// What must be read and written.
    public var bytes: Int
    /// Instructions of the update: 1 when all is one pass over memory.
    public var instructions: Int
    public var bytesPerSecond: Double { Double(bytes) / seconds }
  }

  private struct Case {
    var figure: Figure
    var step: TrainingStep
  }

  private let engine: Engine
  private var cases: [Case] = []
  private var copy: Figure
  private let source: UnsafeMutableRawBufferPointer
  private let target: UnsafeMutableRawBufferPointer

  /// - Parameter count: how many parameters.
  public init(_ count: Int = 10_000_000, engine: Engine) throws {
    self.engine = engine
    let optimizers: [(any Optimizer, clipNorm: Double?)] = [
      (SGD(), nil), (Momentum(), nil), (Momentum(momentum: 0.9, isRateInside: true), nil),
      (Nesterov(), nil), (Adagrad(), nil), (RMSprop(), nil), (RMSprop(), 1),
      (RMSprop(momentum: 0.9), nil), (Momentum(), 1), (Adam(), nil),
      (Adam(), 1), (AdamW(), nil), (AdamW(), 1),
    ]
    for (optimizer, clipNorm) in optimizers {
      var model = try Model(input: [count / 100], seed: 1) { Dense(100, hasBias: false) }
      model.objective = .numbers((0..<100).map { "\($0)" })
      let step = try TrainingStep(
        model, optimizer: OptimizerSetting(optimizer), batch: 1,
        regularization: Regularization(clipNorm: clipNorm), engine: engine)
      try step.gradients(["input": Workloads.matrix(1, count / 100), "target": Workloads.matrix(1, 100)])
      cases.append(
        Case(
          figure: Figure(
            name: optimizer.configuration.text() + (clipNorm == nil ? "" : ", clipped"), seconds: .infinity,
            bytes: 0, instructions: 0),
          step: step))
    }
    let size = count * 4 * 4
    source = .allocate(byteCount: size, alignment: 64)
    target = .allocate(byteCount: size, alignment: 64)
    source.initializeMemory(as: UInt8.self, repeating: 1)
    target.initializeMemory(as: UInt8.self, repeating: 2)
    copy = Figure(name: "copy", seconds: .infinity, bytes: 2 * size, instructions: 0)
  }

  /// Runs everything once more, one after the other, so that a slow spell of the machine hits all of them.
  public mutating func runRound(_ round: Int) throws {
    for index in cases.indices {
      var profiles: [Profile] = []
      let step = cases[index].step
      try step.profile(rate: 0, into: &profiles)
      let update = profiles[2].entries
      let seconds = Double(update.reduce(0) { $0 + $1.nanoseconds }) * 1e-9
      cases[index].figure.seconds = min(cases[index].figure.seconds, seconds)
      cases[index].figure.instructions = update.count
      // Parameters and slots are read and written, gradients read.
      cases[index].figure.bytes = update.reduce(0) { $0 + $1.bytes }
      copy.seconds = min(copy.seconds, copyOnce())
    }
  }

  private func copyOnce() -> Double {
    let threads = engine.threads
    let size = source.count / threads / 64 * 64
    nonisolated(unsafe) let (source, target) = (source.baseAddress!, target.baseAddress!)
    let start = DispatchTime.now().uptimeNanoseconds
    DispatchQueue.concurrentPerform(iterations: threads) { part in
      (target + part * size).copyMemory(from: source + part * size, byteCount: size)
    }
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }

  /// The copy first.
  public var figures: [Figure] { [copy] + cases.map(\.figure) }

  public func deallocate() {
    source.deallocate()
    target.deallocate()
  }
}
