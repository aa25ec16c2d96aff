extension TableFormat {
  /// The style in which numbers are written in a file.
  public struct NumberStyle: Equatable, Hashable, Sendable, Codable {
    /// The mark before the fraction: `.` or `,`.
    public var decimalMark: Character
    /// The mark between groups of three digits, if there is one: `,`, `.`, `'` or a blank.
    public var groupMark: Character?

    public init(decimalMark: Character = ".", groupMark: Character? = nil) {
      self.decimalMark = decimalMark
      self.groupMark = groupMark
    }

    /// `1234.5`
    public static let plain = TableFormat.NumberStyle()

    private enum CodingKeys: String, CodingKey { case decimalMark, groupMark }

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      decimalMark = try values.decode(String.self, forKey: .decimalMark).first ?? "."
      groupMark = try values.decodeIfPresent(String.self, forKey: .groupMark)?.first
    }

    public func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(String(decimalMark), forKey: .decimalMark)
      try values.encodeIfPresent(groupMark.map { String($0) }, forKey: .groupMark)
    }
  }
}
