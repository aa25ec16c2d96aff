/// For which images a network of the zoo is built.
public enum ImageForm: String, Codable, Sendable, CaseIterable {
  /// The paper's network, for photographs of about 224 × 224 pixels.
  case large
  /// For images of about 32 × 32 pixels, of which the paper's first strides would leave nothing: the same blocks, behind a
  /// beginning that keeps the pixels, and no wider than such images need.
  case small
}
