import ApusCore

/// A data set that is part of the package: bundled, or generated on demand.
public struct BuiltInDataset: Sendable {
  /// The name that one types: `iris`.
  public let name: String
  /// A description in one sentence.
  public let summary: String
  /// The origin of the data.
  public let source: String
  /// The column that is predicted; nil for images.
  public let target: String?
  /// Too small to be split: every row is for training.
  package let isUnsplit: @Sendable (GeneratedOptions) -> Bool
  /// A Boolean value that indicates whether rows, noise and seed decide its points.
  public var isGenerated: Bool { source == "generated" }
  let make: @Sendable (GeneratedOptions) throws(ApusError) -> DataSource.Content

  /// All of them; a name that is added here is known everywhere.
  public static let all: [BuiltInDataset] = [
    BuiltInDataset(
      "digits", "5,620 hand-written digits of 8 × 8 pixels, with an official test set of other writers",
      source: "UCI Machine Learning Repository, Alpaydin and Kaynak 1998, CC BY 4.0", target: nil
    ) { _ throws(ApusError) in .images(try .digits()) },
    BuiltInDataset(
      "iris", "150 flowers of three species by four measures", source: "Fisher 1936, UCI, CC BY 4.0",
      target: "species"
    ) { _ throws(ApusError) in .table(try bundled(IrisText.csv, "iris")) },
    BuiltInDataset(
      "fish", "159 fish of seven species: weight by length, height and width",
      source: "Brofeldt 1917, Journal of Statistics Education data archive", target: "Weight"
    ) { _ throws(ApusError) in .table(try bundled(FishText.csv, "fish")) },
    BuiltInDataset(
      "xor", "exclusive or: four rows that no straight line separates; with rows or noise, a cloud",
      source: "generated", target: "class", isUnsplit: { $0.rows == nil && ($0.noise ?? 0) == 0 },
      make: { options throws(ApusError) in .table(try GeneratedSets.xor(options)) }),
    BuiltInDataset(
      "moons", "two half moons that reach into one another", source: "generated", target: "class"
    ) { options throws(ApusError) in .table(try GeneratedSets.moons(options)) },
    BuiltInDataset(
      "circles", "a circle within a circle", source: "generated", target: "class"
    ) { options throws(ApusError) in .table(try GeneratedSets.circles(options)) },
    BuiltInDataset(
      "blobs", "three Gaussian clouds", source: "generated", target: "class"
    ) { options throws(ApusError) in .table(try GeneratedSets.blobs(options)) },
    BuiltInDataset(
      "spirals", "two spirals around one another", source: "generated", target: "class"
    ) { options throws(ApusError) in .table(try GeneratedSets.spirals(options)) },
  ]

  public static func named(_ name: String) -> BuiltInDataset? { all.first { $0.name == name } }

  private init(
    _ name: String, _ summary: String, source: String, target: String?,
    isUnsplit: @escaping @Sendable (GeneratedOptions) -> Bool = { _ in false },
    make: @escaping @Sendable (GeneratedOptions) throws(ApusError) -> DataSource.Content
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.target = target
    self.isUnsplit = isUnsplit
    self.make = make
  }

  /// Bundled tables take the same way as a user's file.
  private static func bundled(_ csv: StaticString, _ name: String) throws(ApusError) -> Table {
    try Table.parse(UnsafeBufferPointer(start: csv.utf8Start, count: csv.utf8CodeUnitCount), name: name)
  }
}
