public import ApusCore

/// The way in which values of a type are read, checked and written.
public struct SettingKind<Value: Sendable>: Sendable {
  public var form: SettingForm
  /// - Throws: when the value is of another type or out of its range.
  let read: @Sendable (JSONValue, Vocabulary) throws(ApusError) -> Value
  let write: @Sendable (Value) -> JSONValue
  /// - Throws: when a program's value is out of its range.
  let check: @Sendable (Value) throws(ApusError) -> Void

  /// - Parameters:
  ///   - read: a value from what a file holds, by a user's vocabulary.
  ///   - check: nil where what is written is read again.
  package init(
    _ form: SettingForm, read: @escaping @Sendable (JSONValue, Vocabulary) throws(ApusError) -> Value,
    write: @escaping @Sendable (Value) -> JSONValue,
    check: (@Sendable (Value) throws(ApusError) -> Void)? = nil
  ) {
    (self.form, self.read, self.write) = (form, read, write)
    if let check {
      self.check = check
    } else {
      self.check = { (value) throws(ApusError) in _ = try read(write(value), .standard) }
    }
  }

  /// A kind of plain values, which no vocabulary changes.
  package init(
    _ form: SettingForm, read: @escaping @Sendable (JSONValue) throws(ApusError) -> Value,
    write: @escaping @Sendable (Value) -> JSONValue,
    check: (@Sendable (Value) throws(ApusError) -> Void)? = nil
  ) {
    self.init(
      form, read: { (json, _) throws(ApusError) in try read(json) }, write: write, check: check)
  }

  /// The same with another word for the value in help.
  public func placeholder(_ word: String) -> SettingKind {
    var kind = self
    kind.form.placeholder = word
    return kind
  }

  /// The same where a text may begin with a hyphen.
  public var anyText: SettingKind {
    var kind = self
    kind.form.takesAnyText = true
    return kind
  }

  /// The same for paths of files.
  public func files(_ extensions: String...) -> SettingKind {
    var kind = self
    kind.form.files = extensions
    return kind
  }
}

extension JSONValue {
  /// As an error shows it.
  fileprivate var shown: String {
    if case .string(let text) = self { return "“\(text.prefix(60))”" }
    let text = text(sortsKeys: false)
    return text.count > 60 ? text.prefix(60) + "…" : text
  }
}

// MARK: Plain values

extension SettingKind where Value == Bool {
  public static var yesNo: SettingKind {
    SettingKind(
      SettingForm(.yesNo, "yes", expected: "true or false") { texts in CallSyntax.scalar(texts.last ?? "") },
      read: { value throws(ApusError) in
        guard let bool = value.boolValue else {
          throw ApusError("\(value.shown) is neither yes nor no", expected: "true or false")
        }
        return bool
      },
      write: { .bool($0) })
  }
}

extension SettingKind where Value: FixedWidthInteger {
  /// A whole number from `low` to `high`.
  public static func count(from low: Value = 0, to high: Value = .max) -> SettingKind {
    let expected = "a whole number, " + (high < .max ? "from \(low) to \(high)" : "\(low) or more")
    var form = SettingForm(.count, "n", expected: expected) { texts in CallSyntax.scalar(texts.last ?? "") }
    (form.lower, form.upper) = (Double(low), high < .max ? Double(high) : nil)
    return SettingKind(
      form,
      read: { json throws(ApusError) in
        guard case .number(let digits) = json else {
          throw ApusError("\(json.shown) isn't a whole number", expected: expected)
        }
        guard let value = Value(digits), (low...high).contains(value) else {
          let isWhole = Double(digits).map { $0 == $0.rounded() } ?? false
          throw ApusError(
            isWhole ? "\(digits) is out of range" : "\(digits) isn't a whole number", expected: expected)
        }
        return value
      },
      write: { .integer($0) })
  }
}

extension SettingKind where Value == Int {
  /// A whole number from 1, or `all`: as many as there are, `Int.max`.
  static var countOrAll: SettingKind {
    let number = SettingKind<Int>.count(from: 1)
    let expected = "\(number.form.expected), or all"
    var form = SettingForm(.count, "n", expected: expected) { (texts) throws(ApusError) in
      try number.form.parse(texts)
    }
    form.lower = 1
    return SettingKind(
      form,
      read: { (json) throws(ApusError) in
        if json == .string("all") { return .max }
        do throws(ApusError) {
          return try number.read(json, .standard)
        } catch {
          throw ApusError(error.problem, expected: expected)
        }
      },
      write: { $0 == .max ? .string("all") : .integer($0) })
  }
}

extension SettingKind where Value == Int {
  /// A power of two, from 1 to `high`.
  static func powerOfTwo(to high: Int) -> SettingKind {
    let number = SettingKind<Int>.count(from: 1, to: high)
    let expected = "a power of two, from 1 to \(high)"
    var form = number.form
    form.expected = expected
    return SettingKind(
      form,
      read: { (json) throws(ApusError) in
        let value: Int
        do throws(ApusError) {
          value = try number.read(json, .standard)
        } catch {
          throw ApusError(error.problem, expected: expected)
        }
        guard value & (value - 1) == 0 else {
          throw ApusError("\(value) isn't a power of two", expected: expected)
        }
        return value
      },
      write: { .integer($0) })
  }
}

extension SettingKind where Value == Double {
  /// A finite number in a range: `low` or more, or more than `above`; at most `high`, or less than `below`.
  public static func number(
    from low: Double? = nil, above: Double? = nil, to high: Double? = nil, below: Double? = nil
  ) -> SettingKind {
    let least = above.map { "more than \(shortText($0))" } ?? low.map { "\(shortText($0)) or more" }
    let most = below.map { "less than \(shortText($0))" } ?? high.map { "at most \(shortText($0))" }
    let limits = [least, most].compactMap { $0 }.joined(separator: ", and ")
    let expected = "a number" + (limits.isEmpty ? "" : ": \(limits)")
    var form = SettingForm(.number, "x", expected: expected) { texts in
      let text = texts.last ?? ""
      // What isn't finite is a number too, and out of range.
      return Double(text).map { $0.isFinite ? .double($0) : .number(text) } ?? CallSyntax.scalar(text)
    }
    (form.lower, form.upper) = (low ?? above, high ?? below)
    return SettingKind(
      form,
      read: { json throws(ApusError) in
        guard let value = json.doubleValue else {
          throw ApusError("\(json.shown) isn't a number", expected: expected)
        }
        let isAllowed =
          value.isFinite && value >= low ?? -.infinity && value <= high ?? .infinity
          && above.map { value > $0 } ?? true && below.map { value < $0 } ?? true
        guard isAllowed else { throw ApusError("\(shortText(value)) is out of range", expected: expected) }
        return value
      },
      write: { value in (try? JSONCoding.encode(value)) ?? .number("\(value)") })
  }
}

extension SettingKind where Value == String {
  /// Any text; a number is taken as it is written.
  public static var text: SettingKind { text(expected: "a text") { text throws(ApusError) in text } }

  /// A text of some meaning.
  ///
  /// - Parameter reading: what the text stands for.
  public static func text(
    expected: String, reading: @escaping @Sendable (String) throws(ApusError) -> String
  ) -> SettingKind {
    SettingKind(
      SettingForm(.text, "text", expected: expected) { texts in .string(texts.last ?? "") },
      read: { json throws(ApusError) in
        switch json {
        case .string(let text): return try reading(text)
        case .number(let digits): return try reading(digits)
        default:
          throw ApusError(
            "\(json.shown) isn't a text", expected: expected, fix: "write it in quotation marks")
        }
      },
      write: { .string($0) })
  }
}

extension SettingKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a few words.
  public static func choice(_ values: [Value]) -> SettingKind {
    let names = values.map(\.rawValue)
    let expected = names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")"
    return SettingKind(
      SettingForm(.choice, "word", expected: expected, names: names) { texts in .string(texts.last ?? "") },
      read: { json throws(ApusError) in
        guard let text = json.stringValue, let value = values.first(where: { $0.rawValue == text }) else {
          throw ApusError(
            "\(json.shown) isn't one of the choices", expected: expected,
            fix: json.stringValue.flatMap { Spelling.suggestion(for: $0, in: names) })
        }
        return value
      },
      write: { .string($0.rawValue) })
  }

  public static var choice: SettingKind { choice(Array(Value.allCases)) }
}

// MARK: Lists

/// The parts of a text at its commas; in brackets, of the list that it is. A flag that is given several times has the
/// parts of all of them.
private func parts(_ texts: [String]) throws(ApusError) -> JSONValue {
  var parts: [JSONValue] = []
  for text in texts {
    if text.first == "[" {
      parts += try CallSyntax.value(text).arrayValue ?? []
    } else {
      parts += text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        .string(String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
      }
    }
  }
  return .array(parts)
}

extension SettingKind where Value == [String] {
  /// Texts, or one alone.
  public static var texts: SettingKind {
    let kind = SettingKind<String>.text
    return SettingKind(
      SettingForm(.list, "texts", expected: "a list of texts", parse: parts),
      read: { json throws(ApusError) in
        var texts: [String] = []
        for value in json.arrayValue ?? [json] { texts.append(try kind.read(value, .standard)) }
        return texts
      },
      write: { .array($0.map { .string($0) }) })
  }
}

extension SettingKind where Value == [Int] {
  /// Whole numbers, one alone, or `none`.
  public static func counts(from low: Int, to high: Int) -> SettingKind {
    let expected = "whole numbers from \(low) to \(high), as in 64,64, or none"
    let kind = SettingKind<Int>.count(from: low, to: high)
    return SettingKind(
      SettingForm(.list, "n,n", expected: expected) { (texts) throws(ApusError) in
        if texts == ["none"] { return .array([]) }
        return .array(
          (try parts(texts).arrayValue ?? []).map { CallSyntax.scalar($0.stringValue ?? $0.text()) })
      },
      read: { json throws(ApusError) in
        if json == .string("none") { return [] }
        var counts: [Int] = []
        do throws(ApusError) {
          for value in json.arrayValue ?? [json] { counts.append(try kind.read(value, .standard)) }
        } catch {
          throw ApusError(error.problem, expected: expected)
        }
        return counts
      },
      write: { .array($0.map { .integer($0) }) })
  }
}
