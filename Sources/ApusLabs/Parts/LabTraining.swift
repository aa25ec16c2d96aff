import ApusCore
package import ApusData
package import ApusNN
package import ApusTraining

/// A training whose every step's loss is kept: of labs that look at curves, steps to a goal, and trainings that diverge.
package struct LabTraining: Sendable {
  /// The mean loss of each step's batch, before its update.
  package private(set) var losses: [Double] = []
  /// A Boolean value that indicates whether a loss or a weight was not finite any more, or the loss grew beyond reason.
  package private(set) var isDiverged = false
  /// The model after the last good step.
  package private(set) var model: Model

  /// - Parameters:
  ///   - stop: asked after each step, with the losses so far: whether to end.
  /// - Throws: what a session throws, but for divergence.
  package init(
    _ model: Model, on data: any Dataset, _ settings: TrainingSettings,
    until stop: ([Double]) -> Bool = { _ in false }
  ) throws {
    let session = try TrainingSession(model, training: data, settings: settings)
    self.model = session.step.model
    losses.reserveCapacity(session.stepCount)
    do {
      while !session.isFinished {
        losses.append(Double(try session.runStep()))
        if stop(losses) { break }
      }
    } catch let error as ApusError where error.kind == .divergence {
      isDiverged = true
    }
    self.model = session.step.model
  }

  /// The losses with the noise of batches taken out: r ← 0.9 r + 0.1 ℓ, from the first on.
  package var running: [Double] { Self.running(losses) }

  package static func running(_ losses: [Double]) -> [Double] {
    var mean = losses.first ?? 0
    return losses.map { loss in
      mean = 0.9 * mean + 0.1 * loss
      return mean
    }
  }

  /// The first step after which the running loss is at most the goal; nil where it never is.
  package func steps(to goal: Double) -> Int? { running.firstIndex { $0 <= goal }.map { $0 + 1 } }
}

extension Model {
  /// Dense layers of some sizes with an activation between them, from first weights that fit it.
  ///
  /// - Parameters:
  ///   - sizes: the inputs, the hidden units, the outputs: `[64, 50, 10]`.
  ///   - initializer: of the hidden layers' weights; the last layer's are Xavier's, all biases 0.
  package static func dense(
    _ sizes: [Int], _ activation: any Layer = ReLU(), initializer: any Initializer = HeNormal(),
    seed: UInt64
  ) throws -> Model {
    var layers: [any Layer] = []
    for units in sizes.dropFirst().dropLast() {
      layers += [dense(units, initializer), activation]
    }
    return try Model(
      input: [sizes[0]], seed: seed,
      layers: Sequential(layers + [dense(sizes[sizes.count - 1], XavierNormal())]))
  }

  private static func dense(_ units: Int, _ initializer: some Initializer) -> Dense {
    Dense(units, initializer: initializer)
  }

  /// D50: 64-50-10 with ReLU, He's normal weights, Xavier's at the output.
  package static func d50(seed: UInt64) throws -> Model { try dense([64, 50, 10], seed: seed) }

  /// One linear layer.
  package static func linear(
    _ inputs: Int, _ outputs: Int, _ initializer: some Initializer = .zeros, seed: UInt64 = 0
  ) throws -> Model {
    try Model(input: [inputs], seed: seed) { Dense(outputs, initializer: initializer) }
  }

  /// The share of samples whose most probable class is theirs.
  package func accuracy(on data: any Dataset) throws -> LabValue {
    guard let value = try evaluate(on: data, .accuracy) else {
      throw ApusError("the targets have no accuracy", expected: "classes")
    }
    return LabValue([value.value], standardError: value.standardError)
  }
}
