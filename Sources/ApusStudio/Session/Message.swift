import ApusCore

/// The weights of a moment, on their way from the training thread to the drawing one.
struct Message: Sendable {
  var plan: Int
  var step: Int
  var epoch: Double
  var weights: [Float]
  var facts: [JSONMember]
  /// Whether the page should be given all points of the curves, and not the newest alone.
  var wantsCurve: Bool
  var restartsCurve: Bool
  /// Whether the moment is one of the past, whose point the curves have.
  var isLookingBack: Bool
  var isPlaying: Bool
  /// An image to predict.
  var drawn: [UInt8]?
}
