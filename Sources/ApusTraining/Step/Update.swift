import ApusCore
import ApusNN

/// The optimizer's update over a range of the arenas, in place.
final class Update {
  private let graph: CompiledGraph
  /// The memory for the numbers that the step decides; nil and left out where the update doesn't depend on them.
  private let rate: UnsafeMutablePointer<Float>?
  private let scale: UnsafeMutablePointer<Float>?
  private let scalars: UnsafeMutableBufferPointer<Scalar>
  private let rateFactor: Double
  /// Results that have memory of their own, and where they go after a run.
  private let moves: UnsafeMutableBufferPointer<Move>

  private typealias Scalar = (
    place: UnsafeMutablePointer<Float>, value: (_ step: Double, _ rate: Double) -> Double
  )
  private typealias Move = (from: UnsafeMutableBufferPointer<Float>, to: UnsafeMutablePointer<Float>)

  deinit {
    scalars.deinitialize().deallocate()
    moves.deallocate()
  }

  /// - Parameter slots: the optimizer's arenas, by name.
  init(
    _ trace: UpdateTrace, parameters: TensorStorage, gradients: TensorStorage,
    slots: [String: TensorStorage], engine: Engine
  ) throws(ApusError) {
    let offset = trace.range.lowerBound * 4
    rateFactor = trace.treatment.rateFactor
    var arrays = [("parameters", parameters.pointer + offset)]
    arrays += trace.update.slots.map { ("slot \($0.name)", slots[$0.name]!.pointer + offset) }
    var moves: [Move] = []
    do {
      graph = try trace.compiled(inPlace: true, engine: engine)
    } catch {
      // A formula may read what another of its results has overwritten by then: two slots that change places.
      graph = try trace.compiled(inPlace: false, engine: engine)
      for (name, place) in arrays where graph.type(ofOutput: name) != nil {
        let count = trace.range.count
        moves.append((graph.floats(name, rows: 1), place.bindMemory(to: Float.self, capacity: count)))
      }
    }
    for (name, place) in arrays { graph.bind(input: name, to: place) }
    graph.bind(input: "gradients", to: gradients.pointer + offset)
    rate = graph.scalar("rate")
    scale = graph.scalar("scale")
    graph.scalar("l2")?.pointee = Float(trace.treatment.l2)
    graph.scalar("l1")?.pointee = Float(trace.treatment.l1)
    let scalars = trace.update.scalars.enumerated().compactMap { [graph] index, scalar in
      graph.scalar("scalar \(index)").map { ($0, scalar.value) }
    }
    // In memory of their own: a loop over an array counts it, in each step.
    self.scalars = .allocate(capacity: scalars.count)
    _ = self.scalars.initialize(fromContentsOf: scalars)
    self.moves = .allocate(capacity: moves.count)
    _ = self.moves.initialize(fromContentsOf: moves)
  }

  func run(step: Int, rate: Double, scale: Double) {
    set(step: step, rate: rate * rateFactor, scale: scale)
    graph.run()
    for move in moves { move.to.update(from: move.from.baseAddress!, count: move.from.count) }
  }

  func run(step: Int, rate: Double, scale: Double, profile: inout Profile) {
    set(step: step, rate: rate * rateFactor, scale: scale)
    graph.run(rows: 1, profile: &profile)
    for move in moves { move.to.update(from: move.from.baseAddress!, count: move.from.count) }
  }

  private func set(step: Int, rate: Double, scale: Double) {
    self.rate?.pointee = Float(rate)
    self.scale?.pointee = Float(scale)
    for index in scalars.indices {
      scalars[index].place.pointee = Float(scalars[index].value(Double(step), rate))
    }
  }
}
