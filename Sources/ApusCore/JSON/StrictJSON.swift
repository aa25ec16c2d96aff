/// Reads JSON (RFC 8259) and nothing laxer: a key that occurs twice in an object, bad UTF-8, half a
/// surrogate pair, a bare control character, a leading zero or anything behind the document is an
/// error with its byte's position. Nesting is bounded, so no input exhausts the stack.
package enum StrictJSON {
  /// - Parameter name: what messages call the document.
  package static func parse(
    _ text: String, name: String = "JSON", maximumDepth: Int = 64
  ) throws(ApusError) -> JSONValue {
    try parse(Array(text.utf8), name: name, maximumDepth: maximumDepth)
  }

  /// - Parameters:
  ///   - name: what messages call the document.
  ///   - takesNaN: whether `NaN`, `Infinity` and `-Infinity` are numbers, as Python writes them and JSON forbids.
  package static func parse(
    _ bytes: [UInt8], name: String = "JSON", maximumDepth: Int = 64, takesNaN: Bool = false
  ) throws(ApusError) -> JSONValue {
    var parser = Parser(bytes: bytes, name: name, maximumDepth: maximumDepth, takesNaN: takesNaN)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.position == bytes.count else { throw parser.error("something follows the document") }
    return value
  }

  private struct Parser {
    let bytes: [UInt8]
    let name: String
    let maximumDepth: Int
    let takesNaN: Bool
    var position = 0

    func error(_ problem: String, at offset: Int? = nil) -> ApusError {
      ApusError("\(problem) at byte \((offset ?? position) + 1)", at: name, expected: "valid JSON")
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
      while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) throws(ApusError) -> JSONValue {
      guard depth <= maximumDepth else {
        throw error("the document is nested more than \(maximumDepth) deep")
      }
      skipBlanks()
      switch next {
      case UInt8(ascii: "{"): return try object(depth)
      case UInt8(ascii: "["): return try array(depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      case UInt8(ascii: "N") where takesNaN: return try word("NaN", .number("nan"))
      case UInt8(ascii: "I") where takesNaN: return try word("Infinity", .number("inf"))
      case UInt8(ascii: "-")
      where takesNaN && position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "I"):
        position += 1
        return try word("Infinity", .number("-inf"))
      case .some(let byte) where byte == UInt8(ascii: "-") || byte &- 48 <= 9: return try number()
      case .none: throw error("the document ends too early")
      case .some: throw error("there is no JSON value")
      }
    }

    mutating func word(_ word: StaticString, _ value: JSONValue) throws(ApusError) -> JSONValue {
      for i in 0..<word.utf8CodeUnitCount {
        guard next == word.utf8Start[i] else { throw error("\"\(word)\" is misspelt") }
        position += 1
      }
      return value
    }

    mutating func object(_ depth: Int) throws(ApusError) -> JSONValue {
      position += 1
      var members: [JSONMember] = []
      // Bytes, not characters: canonically equal keys are different in JSON.
      var keys: Set<[UInt8]> = []
      skipBlanks()
      if accept("}") { return .object([]) }
      while true {
        skipBlanks()
        let start = position
        guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
        let key = try string()
        guard keys.insert(Array(key.utf8)).inserted else {
          throw error("the key \"\(key.prefix(80))\" occurs twice", at: start)
        }
        skipBlanks()
        guard accept(":") else { throw error("a colon is missing") }
        members.append(JSONMember(key, try value(depth: depth + 1)))
        skipBlanks()
        if accept("}") { return .object(members) }
        guard accept(",") else { throw error("a comma or } is missing") }
      }
    }

    mutating func array(_ depth: Int) throws(ApusError) -> JSONValue {
      position += 1
      var values: [JSONValue] = []
      skipBlanks()
      if accept("]") { return .array([]) }
      while true {
        values.append(try value(depth: depth + 1))
        skipBlanks()
        if accept("]") { return .array(values) }
        guard accept(",") else { throw error("a comma or ] is missing") }
      }
    }

    mutating func number() throws(ApusError) -> JSONValue {
      let start = position
      _ = accept("-")
      let digits = position
      skipDigits()
      guard position > digits else { throw error("a digit is missing") }
      guard position == digits + 1 || bytes[digits] != UInt8(ascii: "0") else {
        throw error("a number starts with a needless zero", at: digits)
      }
      if accept(".") {
        let fraction = position
        skipDigits()
        guard position > fraction else { throw error("a digit is missing") }
      }
      if accept("e") || accept("E") {
        if !accept("+") { _ = accept("-") }
        let exponent = position
        skipDigits()
        guard position > exponent else { throw error("a digit is missing") }
      }
      return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    mutating func skipDigits() {
      while let byte = next, byte &- 48 <= 9 { position += 1 }
    }

    mutating func string() throws(ApusError) -> String {
      let opening = position
      position += 1
      var text: [UInt8] = []
      while let byte = next {
        position += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else {
            throw error("a text is not UTF-8", at: opening)
          }
          return string
        case UInt8(ascii: "\\"): try escape(&text)
        case ..<0x20: throw error("a text holds a bare control character", at: position - 1)
        default: text.append(byte)
        }
      }
      throw error("a text is never closed", at: opening)
    }

    mutating func escape(_ text: inout [UInt8]) throws(ApusError) {
      let start = position - 1
      guard let byte = next else { throw error("a text is never closed", at: start) }
      position += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
      case UInt8(ascii: "b"): text.append(8)
      case UInt8(ascii: "f"): text.append(12)
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "u"):
        var code = try fourHexDigits(start)
        if (0xD800..<0xDC00).contains(code) {
          guard accept("\\"), accept("u") else { throw error("half a surrogate pair", at: start) }
          let low = try fourHexDigits(start)
          guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair", at: start) }
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair", at: start) }
        text.append(contentsOf: UTF8.encode(scalar)!)
      default: throw error("an unknown escape", at: start)
      }
    }

    mutating func fourHexDigits(_ start: Int) throws(ApusError) -> UInt32 {
      var code: UInt32 = 0
      for _ in 0..<4 {
        guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
          throw error("an escape lacks hexadecimal digits", at: start)
        }
        code = code << 4 | UInt32(digit)
        position += 1
      }
      return code
    }
  }
}
