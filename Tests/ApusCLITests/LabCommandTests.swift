import Foundation
import Testing

@Suite struct LabCommandTests {
  @Test func listsByTheme() throws {
    let result = try Command().run("lab")
    #expect(result.code == 0 && result.err == "")
    for text in ["One neuron\n", "  perceptron ", "lecture 5: Bucharest"] {
      #expect(result.out.contains(text))
    }
    #expect(result.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// An object for each lab, with the command that it names.
  @Test func listsAsJSON() throws {
    let result = try Command().run("lab", "--json")
    let labs = try #require(JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [[String: Any]])
    #expect(result.code == 0 && labs.count == 60)
    for lab in labs { #expect((lab["tryIt"] as? String)?.hasPrefix("apus ") == true) }
  }

  @Test func oneLab() throws {
    let command = try Command()
    let result = try command.run("lab", "perceptron", "--seed", "2")
    #expect(result.code == 0, "\(result.out)\(result.err)")
    for text in [
      "measured", "Novikoff", "try it yourself: apus train", "pictures: runs/lab-perceptron/lab.html\n",
    ] {
      #expect(result.out.contains(text), "\(text)")
    }
    #expect(command.exists("runs/lab-perceptron/1-mistakes-in-each-epoch.svg"))
    // The command that it says works.
    let line = result.out.split(separator: "\n").first { $0.hasPrefix("try it yourself: apus ") }!
    let arguments = line.dropFirst("try it yourself: apus ".count).split(separator: " ").map(String.init)
    #expect(try command.run(arguments + ["--epochs", "1"]).code == 0)
  }

  @Test func asJSON() throws {
    let command = try Command()
    let result = try command.run("lab", "perceptron", "--json", "--out", "here")
    #expect(result.code == 0)
    let object = try #require(JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any])
    #expect(object["verdict"] as? String == "holds" && object["asExpected"] as? Bool == true)
    #expect((object["figures"] as? [Any])?.count ?? 0 > 4)
    #expect(command.exists("here/lab.html"))
    #expect(try command.run("lab", "perceptron", "--json", "--out", "again").out == result.out)
  }

  /// Broken on purpose, the verdict is another one, and that is what is expected.
  @Test func sabotaged() throws {
    let result = try Command().run("lab", "perceptron", "--sabotage")
    #expect(result.code == 0 && result.out.contains("Does not hold here"))
    #expect(result.out.contains("sabotaged: shuffled labels"))
  }

  @Test func mistakes() throws {
    let command = try Command()
    let unknown = try command.run("lab", "perseptron")
    #expect(unknown.code == 1 && unknown.err.contains("did you mean “perceptron”?"))
    let data = try command.run("lab", "perceptron", "--data", ".")
    #expect(data.code == 1 && data.err.contains("--data .: the lab perceptron takes no data of its own"))
    #expect(try command.run("lab", "perceptron", "--all").code == 64)
    #expect(!command.exists("runs"))
  }
}
