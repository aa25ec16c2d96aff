import ApusCore
package import ApusTraining

/// States of a training to go back to, in bounded memory: where they become too many every other one goes.
package struct Snapshots {
  package struct Item {
    package var state: TrainingState
    /// The loss of the step after which it was taken; nil for the first weights.
    var loss: Float?
  }

  package private(set) var items: [Item] = []
  private var spacing = 1
  package static let most = 64

  package var steps: [Int] { items.map(\.state.progress.step) }

  mutating func note(_ session: TrainingSession, loss: Float?) {
    let step = session.progress.step
    if let last = items.last?.state.progress.step, step < last + spacing { return }
    items.append(Item(state: session.lightState, loss: loss))
    guard items.count > Self.most else { return }
    items = items.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    spacing = max(spacing * 2, (step - items[0].state.progress.step) / Self.most)
  }

  /// The one at a step, or the last before it.
  func item(at step: Int) -> Item? { items.last { $0.state.progress.step <= step } ?? items.first }

  /// The last one whose loss was no more than at the start: where to go back to after training has diverged.
  var lastGood: Item? {
    let first = items.first { $0.loss != nil }?.loss ?? .infinity
    return items.last { ($0.loss ?? 0) <= max(first, 0) * 1.5 && ($0.loss ?? 0).isFinite } ?? items.first
  }

  mutating func removeAll(after step: Int) { items.removeAll { $0.state.progress.step > step } }
}

extension TrainingSession {
  /// The state without the epochs' figures, of which there may be many.
  var lightState: TrainingState {
    var state = state
    state.progress.history.epochs = []
    return state
  }

  /// Goes back to a state of this session, or of one with the same parameters.
  func returnTo(_ light: TrainingState) throws {
    var state = light
    state.progress.history.epochs = Array(progress.history.epochs.prefix(state.progress.epoch))
    if state.progress.position >= stepsPerEpoch { state.progress.position = 0 }
    try restore(state)
  }
}
