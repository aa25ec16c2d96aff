import ApusRuns
import ApusTraining

/// The tables of settings as the article about configurations shows them, by section.
package enum SettingTables {
  package static let all: [String: String] = [
    DataConfiguration.section: markdown(DataConfiguration.self),
    ModelConfiguration.section: markdown(ModelConfiguration.self),
    Recipe.section: markdown(Recipe.self), SearchConfiguration.section: markdown(SearchConfiguration.self),
  ]

  private static func markdown<Group: SettingGroup>(_ group: Group.Type) -> String {
    let rows = Group.settings.map { setting in
      [
        "`\(setting.name)`", setting.flag.map { "`--\($0)`" } ?? "the argument", setting.help,
        setting.form.expected, setting.unlessGiven.isEmpty ? "–" : setting.unlessGiven,
      ]
    }
    return
      ([["key", "flag", "what it sets", "values", "unless given"], Array(repeating: "---", count: 5)] + rows)
      .map { row in
        "| "
          + row.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
          .joined(separator: " | ") + " |"
      }
      .joined(separator: "\n")
  }
}
