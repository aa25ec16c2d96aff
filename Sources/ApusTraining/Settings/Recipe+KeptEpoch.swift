extension Recipe {
  /// The epoch whose weights a training is to keep.
  public enum KeptEpoch: String, Sendable, Codable, CaseIterable {
    /// The one with the lowest validation loss; the last where there are no validation samples.
    case best
    case last
  }
}
