import ApusCore
import ApusTraining

/// A setting that a search varies, and what its values are drawn from.
///
/// ```swift
/// Vary(\.training.learningRate, .log(1e-4...1e-1))
/// Vary(\.model.hidden, [[64], [128], [64, 64]])
/// Vary(\.model.dropout, 0...0.5)
/// ```
///
/// Key paths are the keys of a configuration file. What cannot be, a range that is empty or a value that the setting
/// doesn't take, is found when the search runs, before the first training.
public struct Vary: Sendable {
  let axis: Result<SearchConfiguration.Space.Axis, ApusError>

  /// One of several values, each as likely as the others.
  public init<Value>(_ path: WritableKeyPath<RunConfiguration, Value?>, _ values: [Value]) {
    axis = Result { () throws(ApusError) in
      let key = try RunConfiguration.key(path)
      let choices = values.map { value in
        var configuration = RunConfiguration()
        configuration[keyPath: path] = value
        return configuration.values.first { $0.key == key }?.value ?? .null
      }
      return SearchConfiguration.Space.Axis(key: key, range: try Search.Range(choice: choices))
    }
  }

  /// A number of a range; equal differences are equally likely.
  public init(_ path: WritableKeyPath<RunConfiguration, Double?>, _ range: ClosedRange<Double>) {
    self.init(path, .uniform(range))
  }

  /// A number of a range.
  public init(_ path: WritableKeyPath<RunConfiguration, Double?>, _ draw: Draw<Double>) {
    self.init(path, draw.isLogarithmic ? .log : .uniform, draw.range.lowerBound, draw.range.upperBound)
  }

  /// A whole number of a range; each is equally likely.
  public init(_ path: WritableKeyPath<RunConfiguration, Int?>, _ range: ClosedRange<Int>) {
    self.init(path, .uniform(range))
  }

  /// A whole number of a range.
  public init(_ path: WritableKeyPath<RunConfiguration, Int?>, _ draw: Draw<Int>) {
    self.init(
      path, draw.isLogarithmic ? .logInteger : .integer, Double(draw.range.lowerBound),
      Double(draw.range.upperBound))
  }

  private init(
    _ path: PartialKeyPath<RunConfiguration>, _ kind: Search.Range.Kind, _ lower: Double, _ upper: Double
  ) {
    axis = Result { () throws(ApusError) in
      let key = try RunConfiguration.key(path)
      do throws(ApusError) {
        return SearchConfiguration.Space.Axis(key: key, range: try Search.Range(kind, lower, upper))
      } catch {
        throw error.at(key)
      }
    }
  }

  /// The distribution from which numbers of a range are drawn.
  public struct Draw<Number: Comparable & Sendable>: Sendable {
    let range: ClosedRange<Number>
    let isLogarithmic: Bool

    /// Equal differences are equally likely.
    public static func uniform(_ range: ClosedRange<Number>) -> Draw {
      Draw(range: range, isLogarithmic: false)
    }
    /// Equal factors are equally likely; the range is of positive numbers.
    public static func log(_ range: ClosedRange<Number>) -> Draw { Draw(range: range, isLogarithmic: true) }
  }
}

extension Search {
  /// Lists what a search varies.
  @resultBuilder
  public enum Builder {
    public static func buildBlock(_ parts: [Vary]...) -> [Vary] { parts.flatMap { $0 } }
    public static func buildExpression(_ vary: Vary) -> [Vary] { [vary] }
    public static func buildOptional(_ part: [Vary]?) -> [Vary] { part ?? [] }
    public static func buildEither(first: [Vary]) -> [Vary] { first }
    public static func buildEither(second: [Vary]) -> [Vary] { second }
    public static func buildArray(_ parts: [[Vary]]) -> [Vary] { parts.flatMap { $0 } }
  }
}

extension RunConfiguration {
  /// The key of a setting's property, as in `training.learningRate`.
  ///
  /// - Throws: for a property that is no setting.
  static func key(_ path: PartialKeyPath<RunConfiguration>) throws(ApusError) -> String {
    func key<Group: SettingGroup>(_ section: KeyPath<RunConfiguration, Group>) -> String? {
      Group.settings.first { (section as PartialKeyPath).appending(path: $0.path) == path }?.key
    }
    guard let key = key(\.data) ?? key(\.model) ?? key(\.training) else {
      throw ApusError(
        "\(path) is no setting", at: "Vary", expected: #"one of a section's, as in \.training.batch"#)
    }
    return key
  }
}
