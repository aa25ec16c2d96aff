import ApusCore
import ApusNN

/// The optimizer's update over a range of the arenas, in place.
final class Update {
  private let executable: Executable
  private let scalars: [UnsafeMutablePointer<Float>]
  private let scale: UnsafeMutablePointer<Float>?

  /// - Parameters:
  ///   - decay: λ, which adds λ·w to the gradient; nil where none applies.
  ///   - clips: whether gradients are multiplied by a scale.
  init(
    _ optimizer: any Optimizer, range: Range<Int>, decay: Double?, clips: Bool, parameters: TensorStorage,
    gradients: TensorStorage, slots: [TensorStorage], engine: Engine
  ) throws {
    let type = TensorType(TensorShape([range.count]))
    let parameter = Tensor.input("parameters", type)
    let raw = Tensor.input("gradients", type)
    let slotInputs = optimizer.slots.map { Tensor.input($0, type) }
    let count = optimizer.scalars(step: 1, rate: 1).count
    let scalarInputs = (0..<count).map { Tensor.input("scalar \($0)", TensorType([])) }
    let scaleInput = Tensor.input("scale", TensorType([]))
    let decayInput = Tensor.input("decay", TensorType([]))
    var gradient = clips ? raw * scaleInput : raw
    if decay != nil { gradient = gradient + decayInput * parameter }
    let updated = optimizer.update(
      parameter: parameter, gradient: gradient, slots: slotInputs, scalars: scalarInputs)
    let graph = try Graph(
      inputs: [parameter, raw] + slotInputs + scalarInputs + [scaleInput, decayInput],
      outputs: [updated.parameter] + updated.slots)
    let inPlace = [(output: 0, input: 0)] + slots.indices.map { (output: 1 + $0, input: 2 + $0) }
    executable = try engine.compile(graph, inPlace: inPlace)
    let offset = range.lowerBound * 4
    executable.bind(input: 0, to: parameters.pointer + offset)
    executable.bind(input: 1, to: gradients.pointer + offset)
    for (position, slot) in slots.enumerated() {
      executable.bind(input: 2 + position, to: slot.pointer + offset)
    }
    let first = 2 + slots.count
    // A scalar that the update does not use has no place.
    let unused = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    self.unused = unused
    scalars = (0..<count).map { [executable] in
      executable.input(first + $0)?.assumingMemoryBound(to: Float.self) ?? unused
    }
    scale = executable.input(first + count)?.assumingMemoryBound(to: Float.self)
    executable.input(first + count + 1)?.storeBytes(of: Float(decay ?? 0), as: Float.self)
  }

  private let unused: UnsafeMutablePointer<Float>

  deinit { unused.deallocate() }

  func run(_ values: Scalars, scale: Double) {
    set(values, scale: scale)
    executable.run()
  }

  func run(_ values: Scalars, scale: Double, profile: inout Profile) {
    set(values, scale: scale)
    executable.run(rows: 1, profile: &profile)
  }

  private func set(_ values: Scalars, scale: Double) {
    for index in scalars.indices { scalars[index].pointee = Float(values[index]) }
    self.scale?.pointee = Float(scale)
  }

  /// The ranges of the arena with one treatment each: with weight decay, those that decay and the rest.
  static func ranges(_ model: Model, decays: Bool) -> [(Range<Int>, decays: Bool)] {
    let end = model.trainedCount
    guard decays, end > 0 else { return end > 0 ? [(0..<end, false)] : [] }
    let boundary =
      model.parameters.filter { !$0.specification.isDecayed && !$0.specification.isState }.map(\.range.lowerBound).min() ?? end
    return [(0..<boundary, true), (boundary..<end, false)].filter { !$0.0.isEmpty }
  }
}
