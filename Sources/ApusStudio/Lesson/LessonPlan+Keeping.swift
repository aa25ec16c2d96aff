import ApusCore
import ApusNN

extension LessonPlan {
  /// The same with another learning rate.
  func with(rate: Double) -> LessonPlan { LessonPlan(self, rate: rate) }

  /// The new model with the weights of an old one between units that both have: a unit that is added begins anew, and the
  /// others go on.
  func keeping(_ old: Model, of plan: LessonPlan, in model: Model) throws -> Model {
    let arena = TensorStorage(model.storage.floats)
    let weights = old.storage
    defer { withExtendedLifetime(weights) {} }
    // From the output too, though layers may have come or gone before it.
    let pairs =
      zip(densePaths.dropLast(), plan.densePaths.dropLast()).map { ($0, $1) }
      + [(densePaths.last!, plan.densePaths.last!)]
    // The inputs of the first layer are found by name.
    let inputs = inputs.map { input in plan.inputs.firstIndex { $0.name == input.name } }
    for (number, (to, from)) in pairs.enumerated() {
      for name in ["weight", "bias"] {
        guard let target = model.parameters.first(where: { $0.path == "\(to).\(name)" }),
          let source = old.parameters.first(where: { $0.path == "\(from).\(name)" })
        else { continue }
        let isFirst =
          number == 0 && name == "weight" && densePaths.first == to && plan.densePaths.first == from
        let (columns, oldColumns) = (target.shape.last ?? 0, source.shape.last ?? 0)
        guard columns > 0, oldColumns > 0 else { continue }
        for row in 0..<(target.count / columns) {
          guard let oldRow = isFirst ? inputs[row] : row, oldRow < source.count / oldColumns else { continue }
          for column in 0..<min(columns, oldColumns) {
            arena.floats[target.offset + row * columns + column] =
              weights.floats[source.offset + oldRow * oldColumns + column]
          }
        }
      }
    }
    return model.replacingStorage(arena)
  }
}
