import Apus
import ApusCore
import Testing

/// What columns are, as flags and files say it.
@Suite struct ColumnSettingTests {
  private func parse(_ texts: String...) throws -> DataConfiguration {
    let setting = try #require(DataConfiguration.settings.first { $0.name == "columns" })
    #expect(setting.flag == "column")
    return try DataConfiguration(json: .object([JSONMember("columns", setting.form.parse(texts))]))
  }

  @Test func flagsSayWhatColumnsAre() throws {
    #expect(try parse("age=number").columns == ["age": .number])
    #expect(try parse("a=out,b=id", "c=d=text").columns == ["a": .out, "b": .id, "c=d": .text])
    #expect(try parse("\"a,b\"=date").columns == ["a,b": .date])
    #expect(try parse("\"say \"\"a\"\"\"=category").columns == ["say \"a\"": .category])
    #expect(try parse("a=number").format().columns == ["a": .number])
  }

  @Test(arguments: [
    ("age", "says of no column"), ("=number", "says of no column"), ("a=numbr", "did you mean"),
    ("a=number,a=text", "given twice"), ("\"a=number", "never closed"),
  ])
  func whatCannotBeIsRefused(_ text: String, _ problem: String) throws {
    let error = try #require(throws: ApusError.self) { try parse(text) }
    #expect("\(error)".contains(problem), "\(error)")
  }

  @Test func aFileHasThemByName() throws {
    let configuration = try DataConfiguration(json: StrictJSON.parse("{\"columns\": {\"a,b\": \"date\"}}"))
    #expect(configuration.columns == ["a,b": .date])
    #expect(try DataConfiguration(json: configuration.json) == configuration)
  }
}
