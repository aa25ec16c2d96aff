public import ApusCore
public import ApusTraining
import Yams

/// Everything that decides a training run, as `config.yaml` holds it. What is nil is chosen from the data.
public struct RunConfiguration: Sendable, Codable, Equatable {
  public var data = DataConfiguration()
  public var model = ModelConfiguration()
  public var training = Recipe()
  /// The origins of values, by key. A value that was changed since has another origin.
  private var origins: [String: Origin] = [:]

  private struct Origin: Sendable {
    var place: String
    var value: JSONValue
  }

  private enum CodingKeys: CodingKey { case data, model, training }

  public init() {}

  public static func == (a: RunConfiguration, b: RunConfiguration) -> Bool {
    a.data == b.data && a.model == b.model && a.training == b.training
  }
}

// MARK: Layers

extension RunConfiguration {
  /// This with what another says in the place of what this says; what the other leaves open stays.
  public func overlay(_ upper: RunConfiguration) -> RunConfiguration {
    var result = self
    result.data = data.overlay(upper.data)
    result.model = model.overlay(upper.model)
    result.training = training.overlay(upper.training)
    for (key, value) in upper.values {
      let place = upper.origin(of: key, value: value) ?? "set in the program"
      result.origins[key] = Origin(place: place, value: value)
    }
    return result
  }

  /// Lays a section over what is there.
  ///
  /// - Parameter place: where a setting was given, as in "--batch".
  package mutating func lay<Group: SettingGroup>(
    _ group: Group, over path: WritableKeyPath<RunConfiguration, Group>,
    from place: (Setting<Group>) -> String
  ) {
    self[keyPath: path] = self[keyPath: path].overlay(group)
    for setting in Group.given(group) {
      origins[setting.key] = Origin(place: place(setting), value: setting.value(group) ?? .null)
    }
  }

  /// The values that are given, by key, in the tables' order.
  package var values: [(key: String, value: JSONValue)] {
    Self.values(data) + Self.values(model) + Self.values(training)
  }

  private static func values<Group: SettingGroup>(_ group: Group) -> [(key: String, value: JSONValue)] {
    Group.settings.compactMap { setting in setting.value(group).map { (setting.key, $0) } }
  }

  /// Returns the place where a key's value was given, as in "--learning-rate" or "c.yaml, training.batch"; nil for one
  /// of the program's.
  package func origin(of key: String) -> String? {
    values.first { $0.key == key }.flatMap { origin(of: key, value: $0.value) }
  }

  /// The same for a key whose value is known.
  func origin(of key: String, value: JSONValue) -> String? {
    origins[key].flatMap { $0.value == value ? $0.place : nil }
  }

  /// Checks every value's range, and that there is no more than one of those of which one may be given.
  ///
  /// - Throws: an error that names the setting where it was given.
  public func check() throws(ApusError) {
    try data.check(at: { place(DataConfiguration.section, $0) })
    try model.check(at: { place(ModelConfiguration.section, $0) })
    try training.check(at: { place(Recipe.section, $0) })
  }

  private func place(_ section: String, _ name: String) -> String {
    let key = "\(section).\(name)"
    return origin(of: key) ?? key
  }
}

// MARK: Files

extension RunConfiguration {
  /// Sections that a file may have beside a run's, for others to read.
  static let otherSections = ["search"]

  /// Reads a configuration file.
  ///
  /// - Parameter vocabulary: layers, losses, optimizers and others of your own, besides those of the tables.
  /// - Throws: when the file cannot be read, isn't YAML, has a key that is not known, with the nearest one, or a value
  ///   that is out of its range.
  public static func load(
    yaml path: String, vocabulary: Vocabulary = .standard
  ) throws -> RunConfiguration {
    let sections = try YAMLFile.read(path)
    do throws(ApusError) {
      return try RunConfiguration(sections, file: path, in: vocabulary)
    } catch {
      throw error.at(path)
    }
  }

  /// - Parameter file: for errors; nil for values that are from no file.
  /// - Throws: when a key is not known, with the nearest one; when a value is of another type or out of its range.
  init(
    _ value: JSONValue, file: String? = nil, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) {
    guard case .object(let sections) = value else {
      throw ApusError(
        "a configuration is a list of keys", expected: Self.sections.map(\.name).joined(separator: ", "))
    }
    let names = Self.sections.map(\.name) + Self.otherSections
    for section in sections where !names.contains(section.key) {
      throw ApusError(
        "unknown section “\(section.key)”", expected: names.joined(separator: ", "),
        fix: Spelling.suggestion(for: section.key, in: names))
    }
    self.init()
    data = try read(value, file, vocabulary)
    model = try read(value, file, vocabulary)
    training = try read(value, file, vocabulary)
  }

  private mutating func read<Group: SettingGroup>(
    _ sections: JSONValue, _ file: String?, _ vocabulary: Vocabulary
  ) throws(ApusError) -> Group {
    let start = file.map { "\($0), " } ?? ""
    let group = try Group(json: sections[Group.section] ?? .null, in: vocabulary) {
      "\(start)\(Group.section).\($0)"
    }
    guard file != nil else { return group }
    for (key, value) in Self.values(group) { origins[key] = Origin(place: start + key, value: value) }
    return group
  }

  private static let sections: [(name: String, keys: [String])] = [
    (DataConfiguration.section, DataConfiguration.settings.map(\.key)),
    (ModelConfiguration.section, ModelConfiguration.settings.map(\.key)),
    (Recipe.section, Recipe.settings.map(\.key)),
  ]

  /// Every key, as in `training.learningRate`.
  package static var allKeys: [String] { sections.flatMap(\.keys) }

  /// The file's text; what is nil is not in it.
  public func yaml() throws -> String {
    let sections = [
      JSONMember(DataConfiguration.section, data.json), JSONMember(ModelConfiguration.section, model.json),
      JSONMember(Recipe.section, training.json),
    ]
    return try YAMLFile.text(.object(sections.filter { $0.value != .object([]) }))
  }
}

/// A YAML file as a JSON value.
enum YAMLFile {
  static func read(_ path: String) throws -> JSONValue {
    let text = try FileBytes.text(of: path)
    do {
      guard let node = try Yams.compose(yaml: text) else { return .object([]) }
      return try JSONValue(yaml: node)
    } catch let error as ApusError {
      throw error.at(path)
    } catch {
      throw ApusError("not YAML: \(error)", at: path)
    }
  }

  static func text(_ value: JSONValue) throws -> String {
    try Yams.serialize(node: value.yaml, sortKeys: false)
  }
}
