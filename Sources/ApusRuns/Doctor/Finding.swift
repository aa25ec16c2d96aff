public import ApusCore

/// A finding of the doctor: a figure, the range it should lie in, and what to do where it does not.
public struct Finding: Sendable, Equatable {
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case ok
    /// Worth a look.
    case look
    /// Something is wrong.
    case bad

    public static func < (left: Level, right: Level) -> Bool {
      allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
  }

  /// The name of what was examined: `initial loss`.
  public var name: String
  public var stage: Examinations.Stage
  /// Why it matters, as one sentence.
  public var why: String
  public var result: Finding.Result

  public var level: Level { result.level }

  public init(name: String, stage: Examinations.Stage, why: String, result: Finding.Result) {
    self.name = name
    self.stage = stage
    self.why = why
    self.result = result
  }

  /// `{"name","stage","level","value","figure","expected","why","fix","details"}`
  public var json: JSONValue {
    .object([
      JSONMember("name", .string(name)), JSONMember("stage", .string(stage.rawValue)),
      JSONMember("level", .string(level.rawValue)),
      JSONMember("value", result.value.map { .double($0) } ?? .null),
      JSONMember("figure", .string(result.figure)), JSONMember("expected", .string(result.expected)),
      JSONMember("why", .string(why)), JSONMember("fix", result.fix.map { .string($0) } ?? .null),
      JSONMember(
        "details",
        .array(
          (result.details?.rows ?? []).map { row in
            .object(zip(result.details!.headers, row).map { JSONMember($0, .string($1)) })
          })),
    ])
  }
}

extension Finding {
  /// The result of an examination.
  public struct Result: Sendable, Equatable {
    public var level: Finding.Level
    /// The measured number, where it is one.
    public var value: Double?
    /// The figure as people read it: `2.41`, `3 of 64 units`.
    public var figure: String
    /// The range that it should lie in.
    public var expected: String
    /// The fix; nil where all is well.
    public var fix: String?
    /// One row for each layer, column or parameter.
    package var details: FindingDetails?

    /// - Parameter fix: of no account where the level is OK.
    public init(
      _ level: Finding.Level, value: Double? = nil, figure: String, expected: String, fix: String? = nil
    ) {
      self.init(level, value: value, figure: figure, expected: expected, fix: fix, details: nil)
    }

    package init(
      _ level: Finding.Level, value: Double? = nil, figure: String, expected: String, fix: String? = nil,
      details: FindingDetails?
    ) {
      self.level = level
      self.value = value
      self.figure = figure
      self.expected = expected
      self.fix = level == .ok ? nil : fix
      self.details = details
    }
  }
}

/// A small table below a finding.
package struct FindingDetails: Sendable, Equatable {
  package var headers: [String]
  package var rows: [[String]]

  package init(_ headers: [String], _ rows: [[String]]) {
    self.headers = headers
    self.rows = rows
  }
}
