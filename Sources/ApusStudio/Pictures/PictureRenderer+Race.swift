import ApusCore

extension PictureRenderer {
  /// Draws the outputs of each network of a race all over the plane, one after the other, with its results.
  func picture(of race: RaceMessage) throws -> Frame {
    var frame = Frame("race", race.facts + [JSONMember("grid", .integer(size))])
    for weights in race.weights { frame.append(try output(of: weights)) }
    return frame
  }
}
