#if Command
  import Apus
  import ArgumentParser

  /// A section's settings for which a command has flags.
  protocol SettingSelection {
    associatedtype Group: SettingGroup
    static var settings: [Setting<Group>] { get }
  }

  /// A section's settings as flags, made from its table: names, help and completion. What the texts say is read once,
  /// by ``group()``.
  ///
  /// The parser finds a type's flags by its mirror, and their values by coding keys: both are made of the table here.
  struct SettingArguments<Selection: SettingSelection>: ParsableArguments, CustomReflectable {
    /// The texts of the given flags, by the settings' names: one for each time that a flag was given.
    private(set) var texts: [String: [String]] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: SettingKey.self)
      for setting in Self.flags {
        let key = SettingKey(stringValue: setting.name)
        if setting.form.kind == .yesNo {
          if let value = try values.decode(Flag<Bool?>.self, forKey: key).wrappedValue {
            texts[setting.name] = [value ? "true" : "false"]
          }
        } else {
          let given = try values.decode(Option<[String]>.self, forKey: key).wrappedValue
          if !given.isEmpty { texts[setting.name] = given }
        }
      }
    }

    var customMirror: Mirror {
      Mirror(
        self,
        children: Self.flags.map { setting -> Mirror.Child in
          (label: "_\(setting.name)", value: Self.declaration(setting))
        }, displayStyle: .struct)
    }

    private static var flags: [Setting<Selection.Group>] { Selection.settings.filter { $0.flag != nil } }

    private static func declaration(_ setting: Setting<Selection.Group>) -> Any {
      let form = setting.form
      let name = NameSpecification.customLong(setting.flag ?? setting.name)
      let help = ArgumentHelp("\(setting.helpText)", valueName: form.placeholder)
      if form.kind == .yesNo {
        return Flag<Bool?>(wrappedValue: nil, name: name, inversion: .prefixedNo, help: help)
      }
      return Option<[String]>(
        wrappedValue: [], name: name, parsing: form.takesAnyText ? .unconditionalSingleValue : .singleValue,
        help: help, completion: completion(form))
    }

    private static func completion(_ form: SettingForm) -> CompletionKind? {
      if let files = form.files { return .file(extensions: files) }
      return form.names.isEmpty ? nil : .list(form.names)
    }
  }

  extension SettingArguments {
    /// Returns a Boolean value that indicates whether a setting's flag was given.
    func gives(_ path: PartialKeyPath<Selection.Group>) -> Bool {
      Selection.settings.contains { $0.path == path && texts[$0.name] != nil }
    }

    /// Returns the section's settings as the flags give them.
    ///
    /// - Throws: an error that names the flag of a value that cannot be.
    func group() throws(ApusError) -> Selection.Group {
      var members: [JSONMember] = []
      for setting in Selection.settings {
        guard let given = texts[setting.name] else { continue }
        let target = given.count > 1 ? setting.whenRepeated ?? setting : setting
        do throws(ApusError) {
          members.append(JSONMember(target.name, try target.form.parse(given)))
        } catch {
          throw error.at(place(setting.name))
        }
      }
      return try Selection.Group(json: .object(members)) { place($0) }
    }

    /// The flag of a setting, as it was given.
    func place(_ name: String) -> String {
      let given = Selection.settings.first { $0.name == name && texts[name] != nil }
      let setting =
        given ?? Selection.settings.first { $0.whenRepeated?.name == name }
        ?? Selection.settings.first { $0.name == name }
      return "--" + (texts[name] == ["false"] && setting?.form.kind == .yesNo ? "no-" : "")
        + (setting?.flag ?? name)
    }
  }

  extension RunConfiguration {
    /// Lays what flags say over what is there.
    mutating func lay<Selection>(
      _ arguments: SettingArguments<Selection>, over path: WritableKeyPath<RunConfiguration, Selection.Group>
    ) throws(ApusError) {
      lay(try arguments.group(), over: path) { arguments.place($0.name) }
    }
  }

  private struct SettingKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  // MARK: Selections

  enum DataSettings: SettingSelection {
    static let settings = DataConfiguration.settings
  }

  enum ModelSettings: SettingSelection {
    static let settings = ModelConfiguration.settings
  }

  /// The layers, one by one.
  enum LayerSettings: SettingSelection {
    static let settings = ModelConfiguration.settings([\.layers])
  }

  enum TrainingSettingFlags: SettingSelection {
    static let settings = Recipe.settings
  }

  enum SearchSettings: SettingSelection {
    static let settings = SearchConfiguration.settings
  }

  /// The settings for reading data for an existing model.
  enum ReadingSettings: SettingSelection {
    static let settings = DataConfiguration.settings([
      \.header, \.delimiter, \.decimalMark, \.dateOrder, \.columns, \.transpose, \.labelFile, \.rows, \.noise,
    ])
  }

  /// The settings for reading data that is prepared.
  enum PreparationSettings: SettingSelection {
    static let settings = DataConfiguration.settings([
      \.header, \.delimiter, \.decimalMark, \.dateOrder, \.columns, \.size, \.channels, \.transpose,
      \.labelFile,
    ])
  }

  /// The form of pictures, where no model says it.
  enum PictureSettings: SettingSelection {
    static let settings = DataConfiguration.settings([\.size, \.channels])
  }

  /// The metrics to compute.
  enum MetricSettings: SettingSelection {
    static let settings = Recipe.settings([\.metrics])
  }

  /// The settings that choose the target when a table is described.
  enum TargetSettings: SettingSelection {
    static let settings = DataConfiguration.settings([
      \.target, \.targets, \.labelSeparator, \.weights, \.task,
    ])
  }

  extension SettingGroup {
    fileprivate static func settings(_ paths: [PartialKeyPath<Self>]) -> [Setting<Self>] {
      settings.filter { paths.contains($0.path) }
    }
  }

  extension Setting {
    /// The help of the flag: what it sets, the names there are, and what holds unless it is given.
    fileprivate var helpText: String {
      var text = help
      if !form.names.isEmpty {
        let names = form.names.joined(separator: ", ")
        text = form.kind == .choice ? "\(text) (values: \(names))" : "\(text.dropLast()): \(names)."
      }
      return unlessGiven.isEmpty ? text : "\(text) (default: \(unlessGiven))"
    }
  }
#endif
