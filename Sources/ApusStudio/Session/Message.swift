import ApusCore

/// The weights of a moment, on their way from the training thread to the drawing one.
struct Message: Sendable {
  var plan: Int
  var step: Int
  var epoch: Double
  var weights: [Float]
  var facts: [JSONMember]
  /// A Boolean value that indicates whether the page should be given all points of the curves, and not only the newest.
  var wantsCurve: Bool
  var restartsCurve: Bool
  /// A Boolean value that indicates whether the moment is in the past, so that the curves have its point.
  var isLookingBack: Bool
  var isPlaying: Bool
  /// An image to predict.
  var drawn: [UInt8]?
}
