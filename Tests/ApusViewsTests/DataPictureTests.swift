import ApusCore
import ApusData
import ApusViews
import Testing

/// The picture of data before training: what it shows is what is in the data.
@Suite("Picture of data")
struct DataPictureTests {
  private func table(_ columns: [Table.Column]) throws -> DataSource {
    DataSource(name: "few", origin: "few.csv", content: .table(try Table(name: "few", columns: columns)))
  }

  @Test("Of a table with classes: their rows, the two best numbers in their colors, every column")
  func classes() throws {
    let picture = try Picture.data(DataSource.open("iris"))
    for words in [
      "iris: 150 rows of 5 columns", "(the target)", "setosa", "versicolor", "virginica", ">50<",
    ] {
      #expect(picture.svg.contains(words), "\(words)")
    }
    // Petals tell the species apart better than sepals do.
    let words = picture.summary
    #expect(
      ["petal_width over petal_length", "petal_length over petal_width"].contains { words.contains($0) },
      "\(picture.summary)")
  }

  @Test("Of a table with a number as target: that over the two columns that go best with it")
  func numbers() throws {
    let rows = (0..<40).map { Double($0) }
    let columns = [
      Table.Column("a", numbers: rows), Table.Column("b", numbers: (0..<40).map { Double(($0 * 7) % 11) }),
      Table.Column("y", numbers: (0..<40).map { Double(2 * $0 + ($0 * 5) % 3) }),
    ]
    let picture = try Picture.data(table(columns), target: "y")
    #expect(picture.summary.hasPrefix("y (the target); y over a; y over b"), "\(picture.summary)")
  }

  @Test("Columns beyond the thirtieth are left out, and the title says so; a constant one is said to be")
  func manyColumns() throws {
    var columns = (0..<40).map { (column: Int) -> Table.Column in
      let numbers = (0..<20).map { (row: Int) -> Double in column == 3 ? 7 : Double((row * (column + 3)) % 13)
      }
      return Table.Column("c\(column)", numbers: numbers)
    }
    columns.append(Table.Column("y", texts: (0..<20).map { $0 % 2 == 0 ? "yes" : "no" }))
    let picture = try Picture.data(table(columns), target: "y")
    #expect(picture.title.contains("the last 10 not shown"), "\(picture.title)")
    #expect(picture.summary.contains("c3: always 7"), "\(picture.summary)")
    #expect(!picture.summary.contains("c30"))
  }

  @Test("Of images the first of each class, the mean image and the classes' sizes; of a text its characters")
  func imagesAndTexts() throws {
    let digits = try Picture.data(DataSource.open("digits"))
    #expect(
      digits.summary
        == "Training images, the first of each class; The mean image; Training images of each")
    let text = try Picture.data(DataSource(name: "words", origin: "words.txt", content: .text("abba ba\n")))
    #expect(text.title == "words: 8 characters, 4 of them different")
    #expect(text.svg.contains("newline"))
  }

  @Test("A target that isn't there is an error") func unknownTarget() {
    #expect(throws: ApusError.self) { try Picture.data(DataSource.open("fish"), target: "Wieght") }
  }
}
