extension TableFormat {
  /// The order of the parts in written dates.
  public enum DateOrder: String, Sendable, Codable, CaseIterable {
    case yearMonthDay, monthDayYear, dayMonthYear
  }
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

  /// `2024-03-09`, `9.3.2024`, `03/09/2024`, `20240309`, `2024-03`, `9 March 2024`, `5. März 2020`, `Mar 9, 2024`, each
  /// perhaps followed by a time such as `14:05:07.5` or `2:05 p.m.`, and `Z` or an offset; nanoseconds or microseconds
  /// since 1970. nil for anything else.
  ///
  /// - Parameter order: of numbers whose order doesn't show; dates that begin with the year, or name the month, are the
  ///   same whatever it is. Of `yearMonthDay`, no others are dates.
  init?(_ text: String, order: TableFormat.DateOrder) {
    var text = text
    guard let date = text.withUTF8({ WrittenDate($0) })?.date(order) else { return nil }
    self = date
  }

  init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The order in which all texts are dates; nil if there is none.
  ///
  /// - Returns: also whether month and day could be read the other way round just as well.
  static func order(of texts: some Sequence<String>) -> (order: TableFormat.DateOrder, isAmbiguous: Bool)? {
    var evidence = DateEvidence()
    for var text in texts {
      text.withUTF8 { evidence.add($0, rows: 1) }
      if evidence.others > 0 { return nil }
    }
    guard let (order, isAmbiguous) = evidence.order(nil), evidence.dates(order) == evidence.filled else {
      return nil
    }
    return (order, isAmbiguous)
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

  /// For comparing dates: later ones are larger.
  var instant: Int { (((year * 12 + month) * 31 + day) * 24 + hour) * 60 + minute }

  /// As in ISO 8601: `2024-03-09`, with a time where there is one.
  var text: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(year)-\(two(month))-\(two(day))"
    return hour == 0 && minute == 0 ? date : "\(date) \(two(hour)):\(two(minute))"
  }

  /// The date of so many seconds since the beginning of 1970.
  init(seconds: Int) {
    let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
    let rest = seconds - days * 86_400
    // Howard Hinnant's days to civil: years begin in March, so that leap days are last.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    (hour, minute) = (rest / 3600, rest % 3600 / 60)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}

/// The evidence of a column's texts for the order of day and month.
struct DateEvidence {
  /// Rows of dates that can be read in one way alone.
  private(set) var certain = 0
  /// Rows of numbers that are dates with the month first, with the day first, with either.
  private(set) var monthFirst = 0
  private(set) var dayFirst = 0
  private(set) var either = 0
  /// Rows of no dates.
  private(set) var others = 0
  private var usesPoints = false

  var filled: Int { certain + monthFirst + dayFirst + either + others }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, rows: Int) {
    guard let written = WrittenDate(bytes) else {
      others += rows
      return
    }
    let (month, day) = (written.date(.monthDayYear), written.date(.dayMonthYear))
    if written.isCertain {
      if month == nil { others += rows } else { certain += rows }
      return
    }
    usesPoints = usesPoints || written.mark == UInt8(ascii: ".")
    switch (month != nil, day != nil) {
    // The same day either way, as in 3/3/2020.
    case (true, true): either += rows
    case (true, false): monthFirst += rows
    case (false, true): dayFirst += rows
    case (false, false): others += rows
    }
  }

  /// Returns the number of rows that are dates in an order.
  func dates(_ order: TableFormat.DateOrder) -> Int {
    switch order {
    case .yearMonthDay: certain
    case .monthDayYear: certain + either + monthFirst
    case .dayMonthYear: certain + either + dayFirst
    }
  }

  /// The order that most rows have.
  ///
  /// - Parameter known: the order to take where the rows don't tell.
  /// - Returns: also whether they don't tell, and none is known; nil where there are no dates.
  func order(_ known: TableFormat.DateOrder?) -> (order: TableFormat.DateOrder, isAmbiguous: Bool)? {
    guard filled > others else { return nil }
    if monthFirst + dayFirst + either == 0 { return (.yearMonthDay, false) }
    if monthFirst != dayFirst { return (monthFirst > dayFirst ? .monthDayYear : .dayMonthYear, false) }
    if let known, known != .yearMonthDay { return (known, false) }
    // With points, the day is first wherever they are used.
    return usesPoints ? (.dayMonthYear, false) : (.monthDayYear, true)
  }
}
