import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// One batch through a network and back: what signals and gradients are like at each layer.
///
/// Without dropout, which would only add noise, and without regularization.
struct Probe {
  /// A layer with weights.
  struct Signal {
    var path: String
    var name: String
    /// The root mean square of the layer's outputs over the batch.
    var output: Double
    /// The root mean square of the gradient of the mean loss with respect to them.
    var gradient: Double
  }

  let rows: Int
  /// The mean loss of the batch, without regularization.
  let loss: Double
  /// Layers with weights, from the input to the output.
  let signals: [Signal]
  /// Layers of activations whose units can die or saturate.
  let units: [UnitReading]

  private static let mostRows = 256
  /// Numbers of all layers together that a probe may hold.
  private static let mostNumbers = 1 << 24

  init(_ examined: ExaminedModel, _ model: Model) throws {
    let perRow = model.summary.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    let batch = examined.sample(min(Self.mostRows, max(Self.mostNumbers / max(perRow, 1), 8)))
    let layers = TracedModel(traced: model, mode: .withoutDropout).ownLayers
    let weighted = layers.filter { !model.weights(of: $0.path).isEmpty }
    let activations = layers.compactMap { layer in
      (layer.layer as? any Activation).flatMap { ActivationCurve($0) }.map { (layer.path, layer.name, $0) }
    }
    var training = ModelTraining(model)
    training.mode = .withoutDropout
    let taps =
      weighted.flatMap { [CompiledModel.Output.layer($0.path), .gradient(of: .loss, $0.path)] }
      + activations.map { .layerInput($0.0) }
    let step = try TrainingStep(
      training, capacity: batch.count, isWeighted: batch.dataset.weights != nil, taps: taps,
      engine: examined.engine())
    rows = batch.count
    loss = Double(try step.gradients(batch))
    signals = try weighted.map { layer in
      Signal(
        path: layer.path, name: layer.name,
        output: Self.rootMeanSquare(try step.value(of: .layer(layer.path)).values()),
        gradient: Self.rootMeanSquare(try step.value(of: .gradient(of: .loss, layer.path)).values()))
    }
    units = try activations.compactMap { path, name, curve in
      guard let shape = layers.last(where: { $0.path == path })?.outputShape else { return nil }
      let values = try step.value(of: .layerInput(path)).values()
      return try UnitReading(path, name, curve, values, units: shape[-1].size)
    }
  }

  private static func rootMeanSquare(_ values: [Float]) -> Double {
    (values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(values.count, 1))).squareRoot()
  }
}
