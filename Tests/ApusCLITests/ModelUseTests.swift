import ApusCore
import Foundation
import Testing

@Suite struct ModelUseTests {
  private func trained(_ data: String = "x.csv", _ table: String = Sample.table()) throws -> Command {
    let command = try Command()
    try command.write("x.csv", table)
    let result = try command.run("train", data, "--quiet", "--hidden", "8", "--epochs", "8", "--out", "m")
    #expect(result.code == 0, "\(result.err)")
    return command
  }

  @Test func predictionsOfClasses() throws {
    let command = try trained()
    let result = try command.run("predict", "m/model.safetensors", "x.csv", "--out", "p.csv")
    #expect(result.code == 0, "\(result.err)")
    #expect(result.out == "120 predictions in p.csv\n")
    let lines = try command.text("p.csv").split(separator: "\n")
    try #require(lines.count == 121)
    #expect(lines.first == "prediction,probability")
    #expect(
      lines.dropFirst().allSatisfy { line in
        let fields = line.split(separator: ",")
        return ["low", "high"].contains(fields[0]) && (0.5...1).contains(Double(fields[1]) ?? 0)
      })
    // To standard output the same; a row alone as among others.
    #expect(try command.run("predict", "m/model.safetensors", "x.csv").out == command.text("p.csv"))
    let row = Sample.table().split(separator: "\n")[7]
    let alone = try command.run("predict", "m/model.safetensors", "-", input: "a,b,y\n\(row)\n")
    #expect(alone.out.split(separator: "\n").last == lines[7])
  }

  @Test func probabilitiesOfClasses() throws {
    let command = try trained("x.csv", Sample.table { $0 % 2 == 0 ? "\"yes, please\"" : "no" })
    let result = try command.run("predict", "m/model.safetensors", "x.csv", "--probabilities")
    let lines = result.out.split(separator: "\n")
    #expect(lines.first == "prediction,probability,probability_no,\"probability_yes, please\"")
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("no,") || $0.hasPrefix("\"yes, please\",") })
  }

  @Test func predictionsOfNumbers() throws {
    let command = try trained("fish")
    let result = try command.run("predict", "m/model.safetensors", "fish")
    let lines = result.out.split(separator: "\n")
    #expect(lines.first == "prediction")
    #expect(lines.count == 160)
    #expect(lines.dropFirst().allSatisfy { Double($0) != nil })
  }

  @Test func evaluation() throws {
    let command = try trained()
    let shown = try command.run("evaluate", "m/model.safetensors", "x.csv")
    #expect(shown.code == 0)
    #expect(shown.out.hasPrefix("x: 120 samples\n"))
    #expect(shown.out.contains("accuracy") && shown.out.contains("recall"))
    let result = try command.run("evaluate", "m/model.safetensors", "x.csv", "--json")
    let object = try StrictJSON.parse(result.out, name: "output")
    #expect(
      object.objectValue?.map(\.key) == [
        "task", "samples", "metrics", "standardErrors", "positiveClass", "trainedOn",
      ])
    #expect(object["samples"]?.intValue == 120)
    #expect(object["metrics"]?["accuracy"]?.doubleValue != nil)
  }

  @Test func summaries() throws {
    let command = try trained()
    let ofModel = try command.run("summary", "m/model.safetensors")
    #expect(ofModel.code == 0)
    try Expected.check("summary", ofModel.out)
    let before = command.files
    let ofConfiguration = try command.run("summary", "--config", "m/config.yaml")
    #expect(ofConfiguration.out == ofModel.out)
    #expect(command.files == before, "a summary writes nothing")
  }

  @Test(arguments: ["iris", "fish", "digits", "moons"])
  func descriptions(data: String) throws {
    let result = try Command().run("describe", data)
    #expect(result.code == 0)
    #expect(result.err == "")
    try Expected.check("describe-\(data)", result.out)
  }
}
