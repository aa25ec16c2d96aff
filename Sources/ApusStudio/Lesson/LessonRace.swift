public import ApusCore
import ApusNN

/// The optimizers that race on a lesson's network.
public struct LessonRace: Sendable, Equatable, Codable {
  public var racers: [LessonRacer] = []
  /// The loss to reach; a tenth of the first one when nil.
  public var goal: Double?

  public init() {}
}

public struct LessonRacer: Sendable, Equatable, Codable {
  public var optimizer: JSONValue
  public var learningRate: Double

  public init() { self.init(Adam.name, rate: 0.01) }

  public init(_ optimizer: String, rate: Double) {
    (self.optimizer, self.learningRate) = (.string(optimizer), rate)
  }
}

extension Lesson {
  /// Those of the lesson, or the usual ones: its own optimizer, and others at their usual rates.
  var racers: [LessonRacer] {
    guard race.racers.isEmpty else { return race.racers }
    var own = LessonRacer()
    (own.optimizer, own.learningRate) = (optimizer, learningRate)
    let usual = [SGD(), Momentum(), Adam()] as [any Optimizer]
    return [own]
      + usual.filter { .string(type(of: $0).name) != optimizer }.map {
        LessonRacer(type(of: $0).name, rate: $0.defaultRate)
      }
  }
}
