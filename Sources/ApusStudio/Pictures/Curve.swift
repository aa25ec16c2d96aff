import ApusCore

/// The results of training at a step, on both parts.
package struct CurvePoint: Sendable, Equatable {
  package var step: Int
  /// With the part of the epoch at hand.
  var epoch: Double
  package var loss: Double
  /// The accuracy for classes; nil for numbers.
  var accuracy: Double?
  var validationLoss: Double?
  var validationAccuracy: Double?

  package init(step: Int, epoch: Double, loss: Double) {
    (self.step, self.epoch, self.loss) = (step, epoch, loss)
  }

  var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return .array([
      .integer(step), .double(epoch), number(loss), number(accuracy), number(validationLoss),
      number(validationAccuracy),
    ])
  }
}

/// Points in the order of their steps, thinned out where they become too many.
package struct Curve: Sendable {
  package private(set) var points: [CurvePoint] = []
  private var spacing = 1
  private let limit: Int

  /// - Parameter most: points that are kept.
  package init(most: Int = Curve.most) { limit = most }
  package static let most = 400

  package mutating func append(_ point: CurvePoint) {
    removeAll(from: point.step)
    if let last = points.last, points.count > 1, last.step - points[points.count - 2].step < spacing {
      // The newest point is always there; it gives way to the one after it.
      points[points.count - 1] = point
    } else {
      points.append(point)
    }
    guard points.count > limit else { return }
    points = points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    spacing = max(spacing * 2, (points.last!.step - points[0].step) / limit)
  }

  /// Removes the points at a step and after it.
  mutating func removeAll(from step: Int) {
    while let last = points.last, last.step >= step { points.removeLast() }
  }

  mutating func removeAll() { self = Curve(most: limit) }
}
