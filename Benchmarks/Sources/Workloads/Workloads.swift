public import Apus

/// The work of one row of the table: `run` does it so many times.
public struct Workload {
  public var id: String
  public var run: (Int) throws -> Void
  /// Does it so many times and gives the times of its instructions, where it is a training step.
  public var profile: ((Int) throws -> [Profile])?
}

/// The training steps and predictions that are compared with the peers: resident data, the same batch every time.
public enum Workloads {
  public static let ids = ["W1", "W2", "W3", "W4", "W5", "W6", "W7"]

  /// One of them, made alone: what it holds is then its peak memory. Nil for any other name.
  public static func named(_ id: String, engine: Engine? = nil) throws -> Workload? {
    switch id {
    case "W1":
      try training(
        id, input: [2], batch: 4, loss: .squared, optimizer: .sgd(0.5), engine,
        Sequential {
          Dense(4); Sigmoid(); Dense(1); Sigmoid()
        })
    case "W2":
      try training(
        id, input: [784], batch: 64, loss: .softmaxCrossEntropy, optimizer: .adam(1e-3), engine,
        Sequential {
          Dense(200); ReLU(); Dense(200); ReLU(); Dense(10)
        })
    case "W3":
      try training(
        id, input: [784], batch: 128, loss: .softmaxCrossEntropy, optimizer: .momentum(0.01, 0.9), engine,
        Sequential {
          Dense(1024); ReLU(); Dense(1024); ReLU(); Dense(10)
        })
    case "W4":
      try training(
        id, input: [28, 28, 1], batch: 64, loss: .softmaxCrossEntropy, optimizer: .adam(1e-3), engine,
        Sequential { DigitCNN() })
    case "W5":
      try training(
        id, input: [32, 32, 3], batch: 64, loss: .softmaxCrossEntropy, optimizer: .momentum(0.01, 0.9),
        engine,
        Sequential {
          Conv2D(32, 3, hasBias: false); BatchNorm(); ReLU()
          ResidualBlock(32); ResidualBlock(32)
          Conv2D(64, 3, stride: 2, hasBias: false); BatchNorm(); ReLU()
          ResidualBlock(64); ResidualBlock(64)
          GlobalAveragePool2D(); Dense(10)
        })
    case "W6":
      try training(
        id, input: [64], classes: 65, batch: 12, loss: .softmaxCrossEntropy, optimizer: .adamW(1e-3), engine,
        Sequential {
          GPT(vocabulary: 65, layers: 4, heads: 4, width: 128)
        })
    case "W7": try inference(engine)
    default: nil
    }
  }

  /// - Parameter classes: the inputs are numbers of so many classes.
  private static func training(
    _ id: String, input: [Int], classes: Int? = nil, batch: Int, loss: some Loss, optimizer: OptimizerSetting,
    _ engine: Engine?,
    _ layers: Sequential
  ) throws -> Workload {
    var model = try Model(input: input, seed: 1, layers: layers)
    let names = (0..<model.outputShape.last!).map { "\($0)" }
    model.objective =
      loss.classTargets == .numbers ? .classes(names, loss: loss) : .numbers(names, loss: loss)
    let step = try TrainingStep(model, optimizer: optimizer, batch: batch, engine: engine)
    let random = Philox(seed: 1, path: "classes")
    let inputs =
      classes.map { count in (0..<(batch * input[0])).map { Float(random.integer(UInt64($0), below: count)) }
      }
      ?? numbers(batch * input.reduce(1, *))
    let rows = Tensor(inputs, shape: TensorShape([batch] + input))
    let target: Tensor
    if loss.classTargets == .numbers {
      // One for each row, or for each position of each row.
      let positions = Array(model.outputShape.dropLast())
      let count = batch * positions.reduce(1, *)
      target = Tensor((0..<count).map { Int32($0 % 10) }, shape: TensorShape([batch] + positions))
    } else {
      target = Tensor(numbers(batch), shape: [.init(batch), 1])
    }
    try step.gradients(["input": rows, "target": target])
    return Workload(
      id: id,
      run: { repetitions in
        for _ in 0..<repetitions {
          try step.gradients()
          try step.update()
        }
      },
      profile: { repetitions in
        var profiles: [Profile] = []
        for _ in 0..<repetitions {
          try step.profile(rate: optimizer.rate, into: &profiles)
        }
        return profiles
      })
  }

  private static func inference(_ engine: Engine?) throws -> Workload {
    let model = try Model(input: [784], seed: 1) {
      Dense(200); ReLU(); Dense(200); ReLU(); Dense(10)
    }
    let predictor = try Predictor(model, capacity: 1, engine: engine)
    let input = numbers(784)
    return Workload(id: "W7") { repetitions in
      for _ in 0..<repetitions { _ = try predictor.predict(input) }
    }
  }

  /// The first of ``numbers(_:)`` in rows.
  static func matrix(_ rows: Int, _ columns: Int) -> Tensor {
    Tensor(numbers(rows * columns), shape: [.init(rows), .init(columns)])
  }

  static func numbers(_ count: Int) -> [Float] {
    let random = Philox(seed: 1, path: "benchmark")
    return (0..<count).map { Float(random.uniform(UInt64($0))) }
  }
}
