import ApusCore

extension PictureRenderer {
  /// What each of a race puts out all over the plane, one after the other, and how it stands.
  func picture(of race: RaceMessage) throws -> Frame {
    var frame = Frame("race", race.facts + [JSONMember("grid", .integer(size))])
    for weights in race.weights { frame.append(try output(of: weights)) }
    return frame
  }
}
