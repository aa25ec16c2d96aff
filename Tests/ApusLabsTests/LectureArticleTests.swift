import ApusLabs
import Foundation
import Testing

/// The articles on the lectures name the labs that there are.
@Suite struct LectureArticleTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Apus/Apus.docc")

  private static func text(_ article: String) throws -> String {
    try String(contentsOf: folder.appending(path: "\(article).md"), encoding: .utf8)
  }

  /// What stands between `<!-- labs: number -->` and `<!-- end -->` is the table of that lecture's slides.
  ///
  /// To write the tables anew: `APUS_REWRITE_EXPECTED=1 swift test -c release --filter LectureArticleTests`
  @Test func tables() throws {
    var parts = try Self.text("TheLectures").components(separatedBy: "<!-- labs: ")
    #expect(parts.count == 1 + Lecture.allCases.count)
    for index in parts.indices.dropFirst() {
      let number = try #require(Int(parts[index].prefix { $0 != " " }))
      let lecture = try #require(Lecture(rawValue: number))
      #expect(parts[index - 1].contains("## Lecture \(number): \(lecture.title)\n"))
      let rest = try #require(parts[index].range(of: "<!-- end -->"))
      parts[index] = "\(number) -->\n\(Self.table(of: lecture))\n" + parts[index][rest.lowerBound...]
    }
    let wanted = parts.joined(separator: "<!-- labs: ")
    if ProcessInfo.processInfo.environment["APUS_REWRITE_EXPECTED"] != nil {
      try Data(wanted.utf8).write(to: Self.folder.appending(path: "TheLectures.md"))
    }
    #expect(try Self.text("TheLectures") == wanted)
  }

  /// Each slide once, in the labs' order, with its labs and what they come to.
  private static func table(of lecture: Lecture) -> String {
    var rows: [(slide: String, labs: [any Lab])] = []
    for lab in Labs.table {
      for slide in lab.slides where slide.lecture == lecture {
        if let row = rows.firstIndex(where: { $0.slide == slide.title }) {
          rows[row].labs.append(lab)
        } else {
          rows.append((slide.title, [lab]))
        }
      }
    }
    return
      (["| slide | run | the claim |", "|---|---|---|"]
      + rows.map { row in
        let commands = row.labs.map { "`apus lab \($0.name)`" }.joined(separator: ", ")
        let verdicts = row.labs.map(\.expected.words).joined(separator: ", ")
        return "| \(row.slide) | \(commands) | \(verdicts) |"
      }).joined(separator: "\n")
  }

  /// Each line of the slips names a lab.
  @Test func slips() throws {
    let lines = try Self.text("SlipsOfTheSlides").split(separator: "\n").filter {
      $0.hasPrefix("| ") && !$0.hasPrefix("| lecture, slide")
    }
    #expect(lines.count == 40)
    let names = Labs.table.map(\.name)
    for line in lines {
      let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
      let name = String(cells[cells.count - 1].filter { $0 != "`" })
      #expect(names.contains(name), "\(line)")
    }
  }
}
