import ApusCore

/// The weights of all racers at a moment, on their way to the drawing thread.
struct RaceMessage: Sendable {
  var number: Int
  var plan: LessonPlan
  var weights: [[Float]]
  var facts: [JSONMember]

  /// Places along each axis of a racer's picture.
  static let grid = 48

  /// For the drawing thread: what is needed to draw any of the race.
  func renderer() throws -> PictureRenderer {
    try PictureRenderer(plan, plan.model(), number: number, size: Self.grid)
  }
}
