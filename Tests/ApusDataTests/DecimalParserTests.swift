import ApusCore
import ApusData
import Testing

@Suite struct DecimalParserTests {
  @Test func everyLengthAndExponentRoundsAsTheStandardLibraryDoes() {
    let random = Philox(seed: 1, path: "decimals")
    var counter: UInt64 = 0
    func next(_ bound: Int) -> Int {
      counter += 1
      return random.integer(counter, below: bound)
    }
    for _ in 0..<200_000 {
      var text = next(2) == 0 ? "" : "-"
      let digits = 1 + next(24)
      let point = next(digits + 3)
      for i in 0..<digits {
        if i == point { text += "." }
        text += String(next(10))
      }
      if next(4) == 0 { text += "e\(next(70) - 35)" }
      if next(100) == 0 { text += "e\(next(700) - 350)" }
      let expected = Double(text)
      let parsed = DecimalParser.parse(text)
      if let expected, expected.isFinite {
        #expect(parsed?.bitPattern == expected.bitPattern, "\(text)")
      } else {
        #expect(parsed == nil, "\(text)")
      }
    }
  }

  @Test func doublesThatAreWrittenComeBack() {
    let random = Philox(seed: 2, path: "doubles")
    for i in 0..<100_000 {
      let value = Double(bitPattern: random.bits(UInt64(i)))
      guard value.isFinite else { continue }
      #expect(DecimalParser.parse("\(value)")?.bitPattern == value.bitPattern, "\(value)")
    }
  }

  /// Halves between two doubles, where one wrong bit shows.
  @Test(arguments: [
    "9007199254740993", "9007199254740992.5", "0.1", "0.30000000000000004", "1.0000000000000001110223",
    "1.00000000000000011102230246251565", "123456789012345678", "0.1234567890123456789",
    "1.7976931348623157e308", "4.9e-324", "2.2250738585072011e-308", "18446744073709551615", "1e22", "1e23",
    "8.5e-27", "9.999999999999999999", "0.9999999999999999999", "00012.50", "+5", ".5", "5.", "-0",
  ])
  func hardCase(_ text: String) {
    let expected = Double(text.hasSuffix(".") ? text + "0" : text.hasPrefix(".") ? "0" + text : text)
    #expect(DecimalParser.parse(text)?.bitPattern == expected?.bitPattern)
  }

  @Test(arguments: [
    "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "inf", "nan", "1 2", "1,2", "--1", "1e999",
  ])
  func noNumber(_ text: String) { #expect(DecimalParser.parse(text) == nil) }

  @Test func stylesOfNumbers() {
    let comma = TableFormat.NumberStyle(decimalMark: ",", groupMark: ".")
    let grouped = TableFormat.NumberStyle(decimalMark: ".", groupMark: ",")
    #expect(DecimalParser.parse("1.234.567,5", comma) == 1_234_567.5)
    #expect(DecimalParser.parse("3,14", comma) == 3.14)
    #expect(DecimalParser.parse("-1,234,567.25", grouped) == -1_234_567.25)
    #expect(DecimalParser.parse("12,34", grouped) == nil)
    #expect(DecimalParser.parse("1,2345", grouped) == nil)
    #expect(DecimalParser.parse("1234,567", grouped) == nil)
    #expect(DecimalParser.parse(",123", grouped) == nil)
    #expect(DecimalParser.parse("1,", grouped) == nil)
    #expect(
      DecimalParser.parse("1'234'567.5", TableFormat.NumberStyle(decimalMark: ".", groupMark: "'"))
        == 1_234_567.5)
  }
}
