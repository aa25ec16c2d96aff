import ApusCore
import ApusNN

/// The update of a range of a model's parameters as a graph: what is done to the gradients, then the optimizer's formula.
struct UpdateTrace {
  /// Elements of the arena.
  let range: Range<Int>
  let treatment: Treatment
  let update: TracedUpdate
  private let parameters: Tensor
  private let gradients: Tensor
  private let scale = Tensor.input("scale", TensorType([]))
  private let l2 = Tensor.input("l2", TensorType([]))
  private let l1 = Tensor.input("l1", TensorType([]))

  /// The treatment of parameters that are updated together.
  struct Treatment: Equatable {
    /// λ₂, which adds λ₂·w to the gradient.
    var l2: Double
    /// λ₁, which adds λ₁·sign(w).
    var l1: Double
    /// Times the learning rate; 0 for what is frozen.
    var rateFactor: Double
    /// A Boolean value that indicates whether an optimizer that decays weights by itself does so here.
    var isDecayed: Bool
  }

  /// - Parameter limits: of which the gradients' are applied here.
  /// - Throws: a mistake in the optimizer's formula.
  private init(
    _ optimizer: any Optimizer, range: Range<Int>, treatment: Treatment, limits: Regularization
  ) throws(ApusError) {
    let type = TensorType(TensorShape([range.count]))
    (self.range, self.treatment) = (range, treatment)
    parameters = .input("parameters", type)
    gradients = .input("gradients", type)
    // In this order: the engine knows these parts before an update that has a loop of its own (UpdateLoop).
    var gradient = limits.clipNorm != nil ? gradients * scale : gradients
    if let limit = limits.clipValue {
      gradient = maximum(minimum(gradient, Tensor(Float(limit))), Tensor(Float(-limit)))
    }
    if treatment.l2 != 0 { gradient = gradient + l2 * parameters }
    if treatment.l1 != 0 { gradient = gradient + l1 * parameters.sign() }
    update = try TracedUpdate(
      optimizer, parameters: parameters, gradients: gradient, isDecayed: treatment.isDecayed)
  }

  /// The updates of the parameters that aren't frozen.
  static func all(_ training: ModelTraining) throws(ApusError) -> [UpdateTrace] {
    var traces: [UpdateTrace] = []
    let distinguishesDecay = try TracedUpdate(training.optimizer).distinguishesDecay
    for (range, treatment) in ranges(training, distinguishesDecay) {
      traces.append(
        try UpdateTrace(
          training.optimizer, range: range, treatment: treatment, limits: training.regularization))
    }
    return traces
  }

  /// - Parameter inPlace: whether results take the place of the values that they are new ones of.
  func compiled(inPlace: Bool, engine: Engine) throws(ApusError) -> CompiledGraph {
    let slots = update.slots.map { ("slot \($0.name)", $0.before) }
    let scalars = update.scalars.enumerated().map { ("scalar \($0)", $1.input) }
    let results =
      [("parameters", update.parameters)]
      + update.slots.filter(\.isSet).map { ("slot \($0.name)", $0.after) }
    return try CompiledGraph(
      inputs: NamedTensors(
        [("parameters", parameters), ("gradients", gradients)] + slots + scalars
          + [("rate", update.rate), ("scale", scale), ("l2", l2), ("l1", l1)]),
      outputs: NamedTensors(results), inPlace: inPlace ? results.map(\.0) : [], engine: engine)
  }

  /// The ranges of the arena with one treatment each, without those that are frozen.
  private static func ranges(
    _ training: ModelTraining, _ distinguishesDecay: Bool
  ) -> [(range: Range<Int>, treatment: Treatment)] {
    let end = training.model.trainedCount
    let trained = training.model.parameters.filter { !$0.specification.isState }
      .sorted { $0.offset < $1.offset }
    var ranges: [(range: Range<Int>, treatment: Treatment)] = []
    for (position, parameter) in trained.enumerated() {
      let group = training.group(of: parameter.path)
      let usual = parameter.specification.isDecayed ? training.regularization : .none
      let treatment = Treatment(
        l2: group?.l2 ?? usual.l2, l1: group?.l1 ?? usual.l1, rateFactor: group?.rateFactor ?? 1,
        isDecayed: distinguishesDecay && parameter.specification.isDecayed && group?.l2 != 0)
      // Up to the next parameter: the gap between the two holds zeros.
      let next = position + 1 < trained.count ? trained[position + 1].offset : end
      if let last = ranges.last, last.treatment == treatment {
        ranges[ranges.count - 1].range = last.range.lowerBound..<next
      } else {
        ranges.append((parameter.offset..<next, treatment))
      }
    }
    return ranges.filter { $0.treatment.rateFactor != 0 }
  }
}
