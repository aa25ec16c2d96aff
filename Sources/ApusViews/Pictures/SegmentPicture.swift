public import ApusRuns

extension SegmentReading {
  /// Draws the loss along the line, and the straight line between its ends, which a convex loss is never above.
  public func picture(title: String) -> Picture {
    let ends = [0, shares.count - 1].map { Point(shares[$0], losses[$0]) }
    return Picture(
      LineChart(
        title,
        [
          .init("the loss", zip(shares, losses).map { Point($0, $1) }),
          .init("a convex loss is at most", ends, isDashed: true),
        ], xName: "part of the way from the first model to the second", yName: "mean loss on \(rows) rows",
        width: 520, height: 320))
  }
}
