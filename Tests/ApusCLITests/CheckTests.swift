import ApusCore
import Foundation
import Testing

@Suite struct CheckTests {
  @Test func checksAConfiguration() throws {
    let command = try Command()
    try command.write("c.yaml", "data: {source: iris}\ntraining: {epochs: 20}\n")
    let result = try command.run("check", "--config", "c.yaml", "--seed", "2")
    #expect(result.code == 0, "\(result.out)\(result.err)")
    for word in ["initial loss", "ln 3", "gradient check", "± ", "checks are OK"] {
      #expect(result.out.contains(word), "\(word) in \(result.out)")
    }
    // What was noticed in the data goes first, in sentences as long as they are.
    let (notes, lines) = (
      result.out.split(separator: "\n").filter { $0.hasPrefix("  · ") }, result.out.split(separator: "\n")
    )
    #expect(
      lines.first == "noticed:" && notes.first?.contains("equal to an earlier one") == true, "\(result.out)")
    #expect(lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("  · ") })
    // Nothing is left behind.
    #expect(command.files == ["c.yaml"])
  }

  /// Numbers without end become missing values, and are named before anything is judged.
  @Test func oddCellsAreSaid() throws {
    let command = try Command()
    let rows = (0..<60).map { "\($0 == 4 ? "inf" : $0 == 8 ? "1e400" : "\($0)"),\($0 * 7 % 11),\($0 % 2)" }
    try command.write("t.csv", "a,b,y\n" + rows.joined(separator: "\n") + "\n")
    let result = try command.run("check", "t.csv", "--epochs", "2")
    #expect(result.out.contains("\"inf\" in row 5, \"1e400\" in row 9: no finite numbers"), "\(result.out)")
  }

  @Test func aBadFindingEndsWithOne() throws {
    let result = try Command().run("check", "moons", "--learning-rate", "1e-7", "--epochs", "3", "--json")
    #expect(result.code == 1)
    let object = try StrictJSON.parse(result.out, name: "output")
    #expect(object["level"]?.stringValue == "bad")
    let checks = object["checks"]?.arrayValue ?? []
    let rate = try #require(checks.first { $0["name"]?.stringValue == "learning rate" })
    #expect(rate["level"]?.stringValue == "bad")
    #expect(rate["fix"]?.stringValue?.hasPrefix("raise the learning rate: --learning-rate ") == true)
    #expect(rate["why"]?.stringValue?.isEmpty == false && (rate["details"]?.arrayValue?.count ?? 0) > 10)
  }

  @Test func gradientsOfAConfigurationAndOfAModel() throws {
    let command = try Command()
    try command.write(
      "c.yaml", "data: {source: fish}\nmodel: {hidden: [5, 4], activation: tanh}\ntraining: {epochs: 2}\n")
    let result = try command.run("gradcheck", "--config", "c.yaml")
    #expect(result.code == 0, "\(result.err)")
    #expect(result.out.contains("0.weight") && result.out.contains("ok: the gradients are those of the loss"))
    #expect(try command.run("train", "--config", "c.yaml", "--quiet", "--out", "run").code == 0)
    let model = try command.run("gradcheck", "run/model.safetensors", "--json", "--rows", "2")
    let object = try StrictJSON.parse(model.out, name: "output")
    #expect(object["level"]?.stringValue == "ok")
    #expect(object["parameters"]?.arrayValue?.count == 6)
  }

  /// A line before training and a line after it, and none where nothing is to be said.
  @Test func trainSaysTwoLines() throws {
    let result = try Command().run("train", "blobs", "--epochs", "30", "--seed", "1")
    #expect(result.code == 0)
    #expect(result.out.split(separator: "\n").count { $0.contains("doctor: ") } == 2, "\(result.out)")
  }
}
