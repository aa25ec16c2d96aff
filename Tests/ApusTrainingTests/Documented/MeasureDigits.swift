import Apus

/// A network for the digits, measured: what a linear model makes of each layer, how it stands a half of its units silenced,
/// the barrier to another one, and the batch whose noise is as large as the gradient.
func measuredDigits() throws -> (probes: [Double], halved: Double, barrier: Double, noise: Double) {
  let split = try ImageSet.digits().split(validation: 0.1, seed: 1)
  let models = try Sweep.map([1, 2] as [UInt64]) { seed -> Model in
    var model = try Model(for: split, seed: seed) {
      Flatten(); Dense(32); ReLU(); Dense(10)
    }
    try model.fit(split, epochs: 3, optimizer: .adam(3e-3), seed: seed)
    return model
  }
  let probes = try ProbeReading(models[0], training: split.training, test: split.test, layers: ["2"])
  let ablation = try AblationReading(models[0], on: split.test, shares: [0, 0.5])
  let segment = try SegmentReading(models[0], models[1], on: split.test)
  let noise = try GradientNoiseReading(models[0], on: split.training, rows: 200, sizes: [1, 32])
  return (
    probes.layers.map(\.accuracy.value), ablation.layers[0].values[1], segment.barrier, noise.scale
  )
}
