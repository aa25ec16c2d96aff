import ApusCore
import ApusData
import Testing

/// Units behind the numbers of a column, and numbers in several units.
@Suite struct ColumnUnitTests {
  private func table(_ cells: [String]) throws -> Table {
    try parse((["v\tw"] + cells.map { "\($0)\t1" }).joined(separator: "\n"))
  }

  @Test(arguments: [
    ("kg", " "), ("cm", ""), ("°C", " "), ("km/h", " "), ("m", ""), ("m2", " "), ("fl. oz", " "), ("µg", ""),
    ("Ω", " "), ("years", " "),
  ])
  func oneUnit(_ unit: String, _ blank: String) throws {
    let read = try table((1...30).map { "\(Double($0) + 0.5)\(blank)\(unit)" })
    #expect(read.numbers(0) == (1...30).map { Double($0) + 0.5 })
    #expect(
      read.notes == [
        "column 1 \"v\" is numbers as they are written, in \(unit): \"1.5\(blank)\(unit)\" is 1.5 "
          + "(otherwise: --column v=category)"
      ])
  }

  @Test func aFewWithoutItAndTheirPlural() throws {
    let some = try table((1...40).map { $0 % 20 == 0 ? "\($0)" : $0 == 7 ? "unknown" : "-\($0) kg" })
    #expect(some.numbers(0)[0] == -1 && some.numbers(0)[19] == 20 && some.numbers(0)[6].isNaN)
    let ages = try table((1...30).map { $0 % 5 == 0 ? "1 year" : "\($0) years" })
    #expect(ages.numbers(0)[4] == 1 && ages.numbers(0)[5] == 6)
    // A decimal comma is found as ever.
    let commas = try table((1...30).map { "\($0),25 mm" })
    #expect(commas.numbers(0)[2] == 3.25)
    #expect(try table((1...30).map { "1.\($0 % 9)00,5 kg" }).numbers(0)[1] == 1200.5)
  }

  @Test func severalUnitsAreTexts() throws {
    let mixed = try table((1...40).map { $0 % 4 == 0 ? "\($0) g" : "\($0) kg" })
    #expect(mixed.texts(0)[0] == "1 kg")
    #expect(
      mixed.notes.contains(
        "column 1 \"v\" holds numbers in several units (kg in 30, g in 10 rows), and so texts: write them in one"
      ),
      "\(mixed.notes)")
    // What follows a number of a street or of a class is no unit to speak of.
    for cells in [
      (1...30).map { "\($0) \(["Main", "Oak", "Elm"][$0 % 3])" },
      (1...30).map { "\($0)\(["a", "b"][$0 % 2])" },
      (1...30).map { "\($0 % 10)\(["th", "st"][$0 % 2])" },
    ] {
      let streets = try table(cells)
      #expect(streets.texts(0)[0] == cells[0] && streets.notes.isEmpty, "\(streets.notes)")
    }
    // Days are dates.
    #expect(try TableSchema.describing(table((1...28).map { "\($0) May 2024" })).columns[0].kind == .date)
    // A lone one among bare numbers is a slip, as ever.
    let lone = try table(["5 kg"] + (1...40).map { "\($0)" })
    #expect(lone.numbers(0)[0].isNaN && lone.columns[0].strays.map(\.text) == ["5 kg"])
  }

  /// The unit stays in the preprocessing: new data in another one is no number, or an error.
  @Test func newDataIsInTheSameUnit() throws {
    let random = Philox(seed: 1, path: "units")
    let rows = (0..<60).map { row in
      let weight = 50 + 10 * random.normal(UInt64(row))
      return "\(weight) kg,\(2 * weight + random.normal(UInt64(100 + row))) cm"
    }
    let train = try parse("weight,size\n" + rows.joined(separator: "\n") + "\n")
    let task = try train.task(target: "size")
    let fitted = try task.fit(task.unsplit().training)
    #expect(fitted.targets.scales.map(\.unit) == ["cm"])
    func encoded(_ text: String) throws -> FittedTable.Encoded {
      try fitted.apply(
        to: Table.parse(Array(text.utf8), name: "new.csv", format: fitted.preprocessing.format),
        readsTargets: false)
    }
    let plain = try encoded("weight,at\n50 kg,1\n51,2\n")
    let other = try encoded("weight,at\n50 g,1\n51 kg,2\n")
    #expect(plain.dataset.features[0] != plain.dataset.features[1] && plain.notes.isEmpty, "\(plain.notes)")
    #expect(other.notes.joined().contains("1 missing value, though none in training"), "\(other.notes)")
    let grams = "weight,at\n" + (1...20).map { "\($0) g,1" }.joined(separator: "\n") + "\n"
    let text = message { _ = try fitted.apply(to: parse(grams)) }
    #expect(text.contains("the numbers are in g") && text.contains("expected kg, as in training"))
  }
}
