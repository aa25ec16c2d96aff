public import Apus

/// The time of single kernels, read from the profiles of training steps that are little else.
public enum Kernels {
  /// A kernel's best time.
  public struct Figure {
    public var name: String
    public var seconds: Double
    public var floatingPointOperations: Int
    public var bytes: Int
  }

  /// C = A · B, all of them n × n: the forward product of a layer without bias on a batch of n.
  public static func matrixProduct(_ n: Int = 1024, engine: Engine, rounds: Int = 10) throws -> Figure {
    let step = try self.step(inputs: n, outputs: n, batch: n, optimizer: SGD(), engine)
    let entry = try best(step, plan: 0, rounds: rounds) {
      $0.floatingPointOperations >= 2 * n * n * n
    }
    return figure("sgemm \(n)³", entry)
  }

  /// The predictions of a layer without bias for a batch of n: the product, and its operands' ways in and out.
  public static func prediction(_ n: Int = 1024, engine: Engine) throws -> Workload {
    let model = try Model(input: [n], seed: 1) { Dense(n, hasBias: false) }
    let predictor = try Predictor(model, capacity: n, engine: engine)
    let inputs = Workloads.numbers(n * n)
    return Workload(id: "Dense(\(n)) on \(n) rows") { repetitions in
      for _ in 0..<repetitions { _ = try predictor.predict(inputs) }
    }
  }

  /// Adam's update of so many parameters; often, since the first rounds find the threads asleep.
  public static func adam(_ count: Int, engine: Engine, rounds: Int = 300) throws -> Figure {
    let step = try self.step(inputs: count / 100, outputs: 100, batch: 1, optimizer: Adam(), engine)
    return figure("Adam, \(count) parameters", try best(step, plan: 2, rounds: rounds) { _ in true })
  }

  /// The longest instruction of a plan that fits, at its best.
  private static func best(
    _ step: TrainingStep, plan: Int, rounds: Int, where fits: (Profile.Entry) -> Bool
  ) throws -> Profile.Entry {
    var best: Profile.Entry?
    for round in 0...rounds {
      var profiles: [Profile] = []
      try step.profile(rate: 0, into: &profiles)
      // The first matrix product is the one forward.
      guard round > 0, let entry = profiles[plan].entries.first(where: fits) else { continue }
      if entry.nanoseconds < best?.nanoseconds ?? .max { best = entry }
    }
    guard let best else { throw ApusError("no instruction of the plan fits") }
    return best
  }

  private static func step(
    inputs: Int, outputs: Int, batch: Int, optimizer: some Optimizer, _ engine: Engine
  ) throws -> TrainingStep {
    var model = try Model(input: [inputs], seed: 1) { Dense(outputs, hasBias: false) }
    model.objective = .numbers((0..<outputs).map { "\($0)" })
    let step = try TrainingStep(model, optimizer: OptimizerSetting(optimizer), batch: batch, engine: engine)
    try step.gradients(["input": Workloads.matrix(batch, inputs), "target": Workloads.matrix(batch, outputs)])
    return step
  }

  private static func figure(_ name: String, _ entry: Profile.Entry) -> Figure {
    Figure(
      name: name, seconds: Double(entry.nanoseconds) * 1e-9,
      floatingPointOperations: entry.floatingPointOperations, bytes: entry.bytes)
  }

  /// The instructions in a step of W1, whose arithmetic is next to nothing: its time is what dispatch costs.
  public static func instructionsOfXOR(engine: Engine) throws -> Int {
    var model = try Model(input: [2], seed: 1) {
      Dense(4); Sigmoid(); Dense(1); Sigmoid()
    }
    model.objective = .numbers(["y"])
    let step = try TrainingStep(model, optimizer: .sgd(), batch: 4, engine: engine)
    try step.gradients(["input": Workloads.matrix(4, 2), "target": Workloads.matrix(4, 1)])
    var profiles: [Profile] = []
    try step.profile(rate: 0, into: &profiles)
    return profiles.reduce(0) { $0 + $1.entries.count }
  }
}
