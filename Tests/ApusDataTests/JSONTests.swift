import ApusCore
import ApusData
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "[]", "{}", "[1,-2.5e+3,0.1]", "{\"a\":{\"b\":[null,false]}}",
    "\"\\u00e9\\ud83d\\ude00\\n\\/\"",
    " \n[ 1 , 2 ]\t", "-0", "1E5",
  ])
  func accepted(_ text: String) throws {
    let value = try StrictJSON.parse(text)
    #expect(try StrictJSON.parse(value.text(sortsKeys: false)) == value)
    #expect(try StrictJSON.parse(value.text(sortsKeys: false, indents: true)) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "tru", "[1,]", "[,1]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "01", "-", "1.", ".5", "1e",
    "+1", "NaN",
    "[1] 2", "\"a", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\u{1}\"", "\"\\u12g4\"",
    "{\"a\":1,\"a\":2}", "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "{\"a\":1,\"\\u0061\":2}", "'a'", "[1 2]", "]",
    "\u{FEFF}1",
  ])
  func refused(_ text: String) {
    #expect(message { _ = try StrictJSON.parse(text, name: "doc") }.hasPrefix("doc: "))
  }

  @Test func badUTF8AndDepth() {
    #expect(message { _ = try StrictJSON.parse([34, 0xC3, 0x28, 34]) }.contains("UTF-8"))
    let deep = String(repeating: "[", count: 100_000)
    #expect(message { _ = try StrictJSON.parse(deep) }.contains("64 deep"))
  }

  @Test func orderIsKeptAndKeysCanBeSorted() throws {
    let value = try StrictJSON.parse("{\"b\":1,\"a\":2,\"B\":3}")
    #expect(value.text(sortsKeys: false) == "{\"b\":1,\"a\":2,\"B\":3}")
    #expect(value.text() == "{\"B\":3,\"a\":2,\"b\":1}")
    #expect(value["a"]?.intValue == 2)
    #expect(value["c"] == nil)
  }

  private struct Everything: Codable, Equatable {
    enum Kind: String, Codable { case one, two }
    struct Inner: Codable, Equatable { var values: [Double], text: String? }
    var double: Double
    var float: Float
    var int: Int
    var big: UInt64
    var small: Int8
    var flag: Bool
    var kind: Kind
    var inner: Inner?
    var list: [Inner]
    var names: [String: Int]
    var nothing: Int?
  }

  @Test func codableValuesComeBack() throws {
    let random = Philox(seed: 9)
    for i in 0..<200 {
      var double = Double(bitPattern: random.bits(UInt64(i)))
      if !double.isFinite { double = .leastNonzeroMagnitude }
      let value = Everything(
        double: double, float: Float(double.significand), int: .min, big: .max, small: -128, flag: i % 2 == 0,
        kind: .two,
        inner: i % 3 == 0
          ? nil : .init(values: [0.1, -0.0, 1e300, Double.leastNonzeroMagnitude * 2024], text: "é\u{0}\"\\"),
        list: [.init(values: [], text: nil)], names: ["b": 1, "a": 2], nothing: nil)
      let text = try JSONCoding.encode(value).text()
      let back = try JSONCoding.decode(Everything.self, from: StrictJSON.parse(text))
      #expect(back == value)
      #expect(back.double.bitPattern == value.double.bitPattern)
      if let inner = back.inner { #expect(inner.values[1].sign == .minus) }
    }
  }

  @Test func wrongDocumentsAreErrorsWithTheirPath() throws {
    func decode(_ text: String) -> String {
      message { _ = try JSONCoding.decode([String: [Int8]].self, from: StrictJSON.parse(text), name: "doc") }
    }
    #expect(decode("{\"a\":[1,\"x\"]}").hasPrefix("doc, a.[1]"))
    #expect(decode("{\"a\":[1000]}").contains("fits"))
    #expect(decode("{\"a\":[1.5]}").contains("whole"))
    #expect(decode("[]").contains("object"))
    #expect(message { _ = try JSONCoding.encode([1.0, .infinity]) }.contains("inf"))
    #expect(
      message { _ = try JSONCoding.decode(Everything.self, from: .object([]), name: "doc") }.contains(
        "\"double\""))
  }
}
