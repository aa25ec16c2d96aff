import ApusCore

/// The unit behind the numbers of a column: `5 kg`, `12 cm`, `30 °C`.
///
/// Nine of ten numbers must have one and the same. Its plural is the same unit: 1 year, 2 years.
struct ColumnUnit {
  /// As it is written most often.
  let text: String
  private let key: String

  /// The unit of a column; nil where it has none, or several.
  ///
  /// - Parameters:
  ///   - plain: the rows of bare numbers besides the texts.
  ///   - known: the unit of the training data, which no other takes the place of.
  ///   - note: gets a sentence on numbers in several units, without the column.
  init?(_ texts: TextDictionary, plain: Int, known: String?, note: inout String?) {
    if let known {
      (text, key) = (known, Self.key(known))
      return
    }
    let survey = Survey(texts)
    let numbers = plain + survey.bareRows + survey.unitRows
    guard survey.unitRows > 0, survey.unitRows * 10 >= numbers * 9,
      let most = survey.rows.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })
    else { return nil }
    guard most.value * 10 >= numbers * 9 else {
      note = survey.note(of: numbers)
      return nil
    }
    (key, text) = (most.key, survey.spelling[most.key] ?? most.key)
  }

  /// The number of a text that has the unit, without it; nil for any other text.
  func number(_ bytes: UnsafeBufferPointer<UInt8>) -> NumberText? {
    var unit = ""
    guard let number = NumberText(bytes, unit: &unit), Self.key(unit) == key else { return nil }
    return number
  }

  /// The same for the plural: `years` is `year`.
  private static func key(_ unit: String) -> String {
    unit.count > 2 && unit.hasSuffix("s") ? String(unit.dropLast()) : unit
  }

  /// The unit behind the numbers of a column.
  private struct Survey {
    /// The rows of numbers without a unit.
    var bareRows = 0
    /// The rows of numbers with one, whichever it is.
    var unitRows = 0
    /// The same of each unit, by its key.
    var rows: [String: Int] = [:]
    var spelling: [String: String] = [:]

    /// The ends of first, second, third and fourth.
    private static let ordinals: Set<String> = ["st", "nd", "rd", "th"]

    init(_ texts: TextDictionary) {
      let counts = texts.counts
      var hasUnit = [Bool](repeating: false, count: texts.count)
      texts.forEach { code, bytes in
        var unit = ""
        guard NumberText.mayHaveUnit(bytes), NumberText(bytes, unit: &unit) != nil,
          !Self.ordinals.contains(unit), isUnit(unit, NumberText(bytes)),
          // 1 May is a day.
          WrittenDate(bytes) == nil
        else { return }
        hasUnit[code] = true
        let key = ColumnUnit.key(unit)
        unitRows += counts[code]
        rows[key, default: 0] += counts[code]
        if spelling[key].map({ unit.count < $0.count }) ?? true { spelling[key] = unit }
      }
      guard unitRows > 0 else { return }
      texts.forEach { code, bytes in
        if !hasUnit[code], NumberText(bytes) != nil { bareRows += counts[code] }
      }
    }

    /// A small m is meters where every number has it, and no million.
    private func isUnit(_ unit: String, _ dressed: NumberText?) -> Bool { dressed == nil || unit == "m" }

    /// Numbers in several units are no one quantity; what follows the numbers of streets is none at all.
    func note(of numbers: Int) -> String? {
      let known = rows.filter { HeaderDetection.isUnit($0.key) && $0.value * 50 >= numbers }
      guard known.count > 1, known.values.reduce(0, +) * 5 >= numbers * 4 else { return nil }
      let list = known.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4).map {
        "\(spelling[$0.key] ?? $0.key) in \($0.value)"
      }
      return
        "holds numbers in several units (\(list.joined(separator: ", ")) rows), and so texts: write them in one"
    }
  }
}
