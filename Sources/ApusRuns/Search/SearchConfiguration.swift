import ApusCore
public import ApusTraining

/// A search: the section `search` of a configuration file.
///
/// ```yaml
/// search:
///   method: random
///   trials: 30
///   metric: loss
///   halving: 3
///   over:
///     training.learningRate: {log: [1e-4, 1e-1]}
///     model.dropout: {uniform: [0, 0.5]}
///     model.hidden: [[64], [128, 64]]
/// ```
///
/// What each setting is stands in ``settings``.
public struct SearchConfiguration: SettingGroup {
  public enum Method: String, Sendable, Codable, CaseIterable {
    /// Each trial draws each hyper-parameter by itself (Bergstra and Bengio 2012).
    case random
    /// Every combination of the ranges' grid values.
    case grid
  }

  public static let section = "search"
  static let trialLimits = 1...100_000
  static let defaultLease = 300.0

  public var over: SearchConfiguration.Space?
  public var method: Method?
  public var trials: Int?
  public var metric: String?
  public var halving: Int?
  public var seed: UInt64?
  public var lease: Double?

  public static let settings: [Setting<SearchConfiguration>] = [
    Setting(
      "over", \.over,
      SettingKind(
        SettingForm(
          .value, "ranges", expected: "ranges by key, as in {training.learningRate: {log: [1e-4, 1e-1]}}"
        ) { (texts) throws(ApusError) in try CallSyntax.value(texts.last ?? "") },
        read: { (json) throws(ApusError) in try SearchConfiguration.Space(json) }, write: { $0.json }),
      "Ranges by key: a list of values, {uniform: [a, b]}, {log: [a, b]}, {integer: [a, b]} or "
        + "{logInteger: [a, b]}."),
    Setting(
      "method", \.method, .choice.placeholder("method"), "How trials are drawn.", unlessGiven: "random"),
    Setting(
      "trials", \.trials, .count(from: trialLimits.lowerBound, to: trialLimits.upperBound),
      "The number of trials.", unlessGiven: "20, or the grid's"),
    Setting(
      "metric", \.metric, .text.placeholder("name"),
      "What the best trial is best at, on validation rows: the loss or any metric, as in rocAUC or 'topK(3)'.",
      unlessGiven: "loss"),
    Setting(
      "halving", \.halving, .count(from: 2, to: 100),
      "Successive halving: after a part of its epochs, one trial in n goes on.", unlessGiven: "all go on"),
    Setting("seed", \.seed, .count(), "Decides what is drawn.", unlessGiven: "0", flag: "search-seed"),
    Setting(
      "lease", \.lease, .number(from: 0.1, to: 100_000).placeholder("seconds"),
      "Seconds without a heartbeat after which a worker is lost and others take over its trials; more than 120 for "
        + "NFS, whose files may look a minute old.",
      unlessGiven: "300"),
  ]

  public init() {}

  /// - Throws: when there is none.
  func space() throws(ApusError) -> SearchConfiguration.Space {
    guard let over else { return try SearchConfiguration.Space([]) }
    return over
  }
}

/// A configuration file with all its sections: those of a run, and that of a search.
public struct ConfigurationFile: Sendable, Equatable {
  public var run: RunConfiguration
  public var search: SearchConfiguration

  public init(
    _ run: RunConfiguration = RunConfiguration(), search: SearchConfiguration = SearchConfiguration()
  ) {
    (self.run, self.search) = (run, search)
  }

  /// Reads a configuration file.
  ///
  /// - Throws: when the file cannot be read, isn't YAML, has a key that is not known, with the nearest one, or a value
  ///   that is out of its range.
  public init(contentsOf path: String) throws {
    let sections = try YAMLFile.read(path)
    do throws(ApusError) {
      run = try RunConfiguration(sections, file: path)
      search = try SearchConfiguration(json: sections[SearchConfiguration.section] ?? .null) {
        "\(path), \(SearchConfiguration.section).\($0)"
      }
    } catch {
      throw error.at(path)
    }
  }

  /// The file's text; what is nil is not in it.
  public func yaml() throws -> String {
    try run.yaml()
      + (search == SearchConfiguration()
        ? "" : YAMLFile.text(.object([JSONMember(SearchConfiguration.section, search.json)])))
  }
}
