/// The order of the parts in written dates.
package enum DateOrder: String, Sendable, Codable, CaseIterable {
  case yearMonthDay, monthDayYear, dayMonthYear
}

/// A date, perhaps with a time of day, in the Gregorian calendar.
struct DateText: Equatable {
  var year: Int
  var month: Int
  var day: Int
  var hour = 0
  var minute = 0

  /// Parts of a date that a network can learn from.
  enum Part: String, CaseIterable, Codable {
    case year, month, day, weekday, hour, minute
  }

  /// `2024-03-09`, `9.3.2024`, `03/09/2024`, `9 March 2024`, `Mar 9, 2024`, each perhaps followed by
  /// a time `14:05[:07[.5]]`, `Z` or an offset; nil for anything else.
  init?(_ text: String, order: DateOrder) {
    guard text.utf8.count >= 6, text.utf8.count <= 40 else { return nil }
    var tokens: [Substring] = []
    var marks: [Character] = []
    var start = text.startIndex
    // The date ends at a T or a blank that stands before a time, which has a colon.
    var dateEnd = text.endIndex
    if let colon = text.firstIndex(of: ":") {
      guard let cut = text[..<colon].lastIndex(where: { $0 == " " || $0 == "T" }) else { return nil }
      dateEnd = cut
      guard let (hour, minute) = Self.time(text[text.index(after: cut)...]) else { return nil }
      self.hour = hour
      self.minute = minute
    }
    let date = text[..<dateEnd]
    for index in date.indices where "-/., ".contains(date[index]) {
      if start < index { tokens.append(date[start..<index]) }
      marks.append(date[index])
      start = date.index(after: index)
    }
    if start < date.endIndex { tokens.append(date[start...]) }
    guard tokens.count == 3, !marks.isEmpty else { return nil }
    if let named = tokens.firstIndex(where: { Self.month(named: $0) != nil }) {
      let rest = tokens.indices.filter { $0 != named }.map { tokens[$0] }
      // The year is the part of four digits.
      guard let first = Self.number(rest[0]), let second = Self.number(rest[1]) else { return nil }
      month = Self.month(named: tokens[named])!
      if rest[0].count == 4 { (year, day) = (first, second) } else { (year, day) = (second, first) }
      guard rest[0].count == 4 || rest[1].count == 4 else { return nil }
    } else {
      guard let mark = marks.first, "-/.".contains(mark), marks.count == 2, marks[1] == mark else {
        return nil
      }
      let numbers = tokens.compactMap(Self.number)
      guard numbers.count == 3 else { return nil }
      let yearAt = order == .yearMonthDay ? 0 : 2
      guard tokens[yearAt].count == 4 || (tokens[yearAt].count == 2 && order != .yearMonthDay) else {
        return nil
      }
      year = numbers[yearAt]
      if tokens[yearAt].count == 2 { year += year < 70 ? 2000 : 1900 }
      month = numbers[order == .monthDayYear ? 0 : 1]
      day = order == .yearMonthDay ? numbers[2] : numbers[order == .monthDayYear ? 1 : 0]
    }
    guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else { return nil }
  }

  /// The order in which all texts are dates; nil if there is none.
  ///
  /// - Returns: also whether month and day could be read the other way round just as well.
  static func order(of texts: some Collection<String>) -> (order: DateOrder, isAmbiguous: Bool)? {
    guard let first = texts.first(where: { !$0.isEmpty }), first.contains(where: \.isNumber) else {
      return nil
    }
    let usesPoints = first.split(separator: ".").count == 3
    let orders: [DateOrder] =
      usesPoints ? [.yearMonthDay, .dayMonthYear] : [.yearMonthDay, .monthDayYear, .dayMonthYear]
    let fitting = orders.filter { order in texts.allSatisfy { DateText($0, order: order) != nil } }
    guard let order = fitting.first else { return nil }
    let isNamed = first.contains { $0.isLetter && $0 != "T" && $0 != "Z" }
    return (order, fitting.count > 1 && !isNamed)
  }

  func part(_ part: Part) -> Double {
    switch part {
    case .year: Double(year)
    case .month: Double(month)
    case .day: Double(day)
    case .weekday: Double(weekday)
    case .hour: Double(hour)
    case .minute: Double(minute)
    }
  }

  /// 1 is Monday, 7 is Sunday (Sakamoto's method).
  var weekday: Int {
    let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let y = month < 3 ? year - 1 : year
    let sunday = (y + y / 4 - y / 100 + y / 400 + offsets[month - 1] + day) % 7
    return sunday == 0 ? 7 : sunday
  }

  private static func days(in month: Int, of year: Int) -> Int {
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func number(_ text: Substring) -> Int? {
    guard text.count <= 4, text.utf8.allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
    return Int(text)
  }

  private static func month(named text: Substring) -> Int? {
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
      "november", "december",
    ]
    let name = text.lowercased()
    guard name.count >= 3 else { return nil }
    return names.firstIndex { $0 == name || $0.prefix(3) == name }.map { $0 + 1 }
  }

  private static func time(_ text: Substring) -> (hour: Int, minute: Int)? {
    var text = text
    if text.last == "Z" { text = text.dropLast() }
    if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) { text = text[..<sign] }
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count), let hour = number(fields[0]), hour < 24,
      let minute = number(fields[1]), minute < 60,
      fields.count == 2 || (Double(fields[2]).map { $0 >= 0 && $0 < 61 } ?? false)
    else { return nil }
    return (hour, minute)
  }
}
