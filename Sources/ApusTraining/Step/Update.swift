import ApusCore
import ApusNN

/// The optimizer's update over a range of the arenas, in place.
final class Update {
  private let graph: CompiledGraph
  private let scalars: [UnsafeMutablePointer<Float>]
  private let scale: UnsafeMutablePointer<Float>?

  /// Elements of the arena with one treatment.
  struct Treatment: Equatable {
    /// λ₂, which adds λ₂·w to the gradient.
    var l2: Double
    /// λ₁, which adds λ₁·sign(w).
    var l1: Double
    /// Times the learning rate; 0 for what is frozen.
    var rateFactor: Double
    /// Whether an optimizer that decays weights by itself does so here.
    var decaysByItself: Bool
  }

  private let optimizer: any Optimizer
  private let rateFactor: Double

  /// - Parameter limits: of which the gradients' are applied here.
  init(
    _ optimizer: any Optimizer, _ part: (range: Range<Int>, treatment: Treatment), limits: Regularization,
    parameters: TensorStorage, gradients: TensorStorage, slots: [TensorStorage], engine: Engine
  ) throws {
    let range = part.range
    let (l2, l1) = (part.treatment.l2, part.treatment.l1)
    rateFactor = part.treatment.rateFactor
    let optimizer = part.treatment.decaysByItself ? optimizer : optimizer.withoutDecay ?? optimizer
    self.optimizer = optimizer
    let type = TensorType(TensorShape([range.count]))
    let parameter = Tensor.input("parameters", type)
    let raw = Tensor.input("gradients", type)
    let slotInputs = optimizer.slots.map { Tensor.input($0, type) }
    let count = optimizer.scalars(step: 1, rate: 1).count
    let scalarInputs = (0..<count).map { Tensor.input("scalar \($0)", TensorType([])) }
    let scaleInput = Tensor.input("scale", TensorType([]))
    let penalties = ["l2", "l1"].map { Tensor.input($0, TensorType([])) }
    var gradient = limits.clipNorm != nil ? raw * scaleInput : raw
    if let limit = limits.clipValue {
      gradient = maximum(minimum(gradient, Tensor(Float(limit))), Tensor(Float(-limit)))
    }
    if l2 != 0 { gradient = gradient + penalties[0] * parameter }
    if l1 != 0 { gradient = gradient + penalties[1] * parameter.sign() }
    let updated = optimizer.update(
      parameter: parameter, gradient: gradient, slots: slotInputs, scalars: scalarInputs)
    let names = optimizer.slots.map { "slot \($0)" }
    let numbers = (0..<count).map { "scalar \($0)" }
    graph = try CompiledGraph(
      inputs: NamedTensors(
        [("parameters", parameter), ("gradients", raw)] + Array(zip(names, slotInputs))
          + Array(zip(numbers, scalarInputs))
          + [("scale", scaleInput), ("l2", penalties[0]), ("l1", penalties[1])]),
      outputs: NamedTensors([("parameters", updated.parameter)] + Array(zip(names, updated.slots))),
      inPlace: ["parameters"] + names, engine: engine)
    let offset = range.lowerBound * 4
    graph.bind(input: "parameters", to: parameters.pointer + offset)
    graph.bind(input: "gradients", to: gradients.pointer + offset)
    for (name, slot) in zip(names, slots) { graph.bind(input: name, to: slot.pointer + offset) }
    // A scalar that the update does not use has no place.
    let unused = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    self.unused = unused
    scalars = numbers.map { [graph] in graph.scalar($0) ?? unused }
    scale = graph.scalar("scale")
    graph.scalar("l2")?.pointee = Float(l2)
    graph.scalar("l1")?.pointee = Float(l1)
  }

  private let unused: UnsafeMutablePointer<Float>

  deinit { unused.deallocate() }

  func run(step: Int, rate: Double, scale: Double) {
    set(optimizer.scalars(step: step, rate: rate * rateFactor), scale: scale)
    graph.run()
  }

  func run(step: Int, rate: Double, scale: Double, profile: inout Profile) {
    set(optimizer.scalars(step: step, rate: rate * rateFactor), scale: scale)
    graph.run(rows: 1, profile: &profile)
  }

  private func set(_ values: Scalars, scale: Double) {
    for index in scalars.indices { scalars[index].pointee = Float(values[index]) }
    self.scale?.pointee = Float(scale)
  }

  /// The ranges of the arena with one treatment each, without those that are frozen.
  static func ranges(_ training: ModelTraining) -> [(range: Range<Int>, treatment: Treatment)] {
    let end = training.model.trainedCount
    let trained = training.model.parameters.filter { !$0.specification.isState }
      .sorted { $0.offset < $1.offset }
    var ranges: [(range: Range<Int>, treatment: Treatment)] = []
    for (position, parameter) in trained.enumerated() {
      let group = training.group(of: parameter.path)
      let usual = parameter.specification.isDecayed ? training.regularization : .none
      let treatment = Treatment(
        l2: group?.l2 ?? usual.l2, l1: group?.l1 ?? usual.l1, rateFactor: group?.rateFactor ?? 1,
        decaysByItself: training.optimizer.withoutDecay != nil && parameter.specification.isDecayed
          && group?.l2 != 0)
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
