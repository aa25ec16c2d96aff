/// The parts of a written date, before it is known which number is the day's.
struct WrittenDate {
  private var numbers = (0, 0, 0)
  private var digits = (0, 0, 0)
  private var count = 0
  private var month = 0
  /// The numbers before the month's name.
  private var before = 0
  private var hour = 0
  private var minute = 0
  private var hasTime = false
  /// A whole date in one number.
  private var compact: DateText?
  /// The mark between the first two numbers; 0 where it is a blank.
  private(set) var mark: UInt8 = 0
  private var secondMark: UInt8 = 0

  /// Longer texts are no dates.
  private static let mostBytes = 60

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count >= 6, bytes.count <= Self.mostBytes, bytes.contains(where: { $0 &- 48 <= 9 }) else {
      return nil
    }
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      if byte &- 48 <= 9 {
        guard readNumber(bytes, &at) else { return nil }
      } else if (byte | 0x20) &- 97 < 26 || byte >= 0x80 {
        guard readWord(bytes, &at) else { return nil }
      } else {
        guard readMark(byte) else { return nil }
        at += 1
      }
    }
    guard isWhole else { return nil }
  }

  /// A Boolean value that indicates whether day and month can't be taken for each other.
  var isCertain: Bool { compact != nil || month > 0 || count < 3 || digits.0 == 4 }

  /// nil where there is no such day.
  func date(_ order: TableFormat.DateOrder) -> DateText? {
    var date: DateText?
    if let compact {
      date = compact
    } else if month > 0 {
      date = named
    } else if digits.0 == 4 {
      date = DateText(year: numbers.0, month: numbers.1, day: count == 3 ? numbers.2 : 1)
    } else if count == 2 {
      date = DateText(year: numbers.1, month: numbers.0, day: 1)
    } else {
      let year = Self.year(numbers.2, digits.2)
      switch order {
      case .yearMonthDay: return nil
      case .monthDayYear: date = DateText(year: year, month: numbers.0, day: numbers.1)
      case .dayMonthYear: date = DateText(year: year, month: numbers.1, day: numbers.0)
      }
    }
    if hasTime {
      date?.hour = hour
      date?.minute = minute
    }
    return date
  }

  /// The date where the month has a name: the year is the number of four digits, or the one after it.
  private var named: DateText? {
    if count == 1 { return DateText(year: numbers.0, month: month, day: 1) }
    return digits.0 == 4
      ? DateText(year: numbers.0, month: month, day: numbers.1)
      : DateText(year: Self.year(numbers.1, digits.1), month: month, day: numbers.0)
  }

  /// Two digits are of the years from 1970 to 2069.
  private static func year(_ number: Int, _ digits: Int) -> Int {
    digits == 2 ? number + (number < 70 ? 2000 : 1900) : number
  }

  /// A Boolean value that indicates whether the parts are those of a date.
  private var isWhole: Bool {
    func isDay(_ digits: Int) -> Bool { digits <= 2 }
    if compact != nil { return count == 0 && month == 0 }
    if month > 0 {
      if count == 1 { return digits.0 == 4 }
      return count == 2
        && (digits.0 == 4 && isDay(digits.1) || isDay(digits.0) && digits.1 == 4
          || before == 1 && isDay(digits.0) && digits.1 == 2)
    }
    let isMarked = mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || mark == UInt8(ascii: ".")
    if count == 2 {
      return mark != UInt8(ascii: ".") && isMarked
        && (digits.0 == 4 && digits.1 == 2 || isDay(digits.0) && digits.1 == 4)
        && !hasTime
    }
    return count == 3 && isMarked && secondMark == mark
      && (digits.0 == 4 && isDay(digits.1) && isDay(digits.2)
        || isDay(digits.0) && isDay(digits.1) && (digits.2 == 4 || digits.2 == 2))
  }

  // MARK: Reading

  private mutating func readMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: ","): return true
    case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."):
      if count == 1, mark == 0 { mark = byte } else if count == 2, secondMark == 0 { secondMark = byte }
      return true
    default: return false
    }
  }

  private mutating func readNumber(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    let start = at
    var value = 0
    while at < bytes.count, bytes[at] &- 48 <= 9 {
      if at - start < 18 { value = value * 10 + Int(bytes[at] - 48) }
      at += 1
    }
    let length = at - start
    if at < bytes.count, bytes[at] == UInt8(ascii: ":") {
      guard length <= 2, !hasTime else { return false }
      at = start
      return readTime(bytes, &at)
    }
    if length > 4 || compact != nil { return readCompact(bytes, start, length) }
    // 2 p.m., 14h05
    if count + (month > 0 ? 1 : 0) == 3, length <= 2 {
      at = start
      return readTime(bytes, &at)
    }
    switch count {
    case 0: (numbers.0, digits.0) = (value, length)
    case 1: (numbers.1, digits.1) = (value, length)
    case 2: (numbers.2, digits.2) = (value, length)
    default: return false
    }
    count += 1
    return true
  }

  /// `20240309`, `202403091405`, `20240309140507`, and the time behind `20240309T`; times since 1970.
  private mutating func readCompact(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Bool
  {
    func number(_ offset: Int, _ count: Int) -> Int {
      bytes[(start + offset)..<(start + offset + count)].reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    if compact != nil {
      guard length == 4 || length == 6, !hasTime else { return false }
      return setTime(number(0, 2), number(2, 2))
    }
    guard count == 0, month == 0 else { return false }
    switch length {
    case 8, 12, 14:
      compact = DateText(year: number(0, 4), month: number(4, 2), day: number(6, 2))
      guard compact != nil, (1800..<2200).contains(number(0, 4)) else { return false }
      return length == 8 || setTime(number(8, 2), number(10, 2))
    case 16, 19:
      guard let seconds = Self.seconds(since1970: number(0, 10), digits: length) else { return false }
      let date = DateText(seconds: seconds)
      compact = date
      return setTime(date.hour, date.minute)
    default: return false
    }
  }

  /// The seconds of microseconds (16 digits) or nanoseconds (19) since 1970, by their first ten digits; nil for what is
  /// not from 2001 to 2099.
  private static func seconds(since1970 first: Int, digits: Int) -> Int? {
    (1_000_000_000..<4_102_444_800).contains(first) ? first : nil
  }

  private mutating func setTime(_ hour: Int, _ minute: Int) -> Bool {
    guard hour < 24, minute < 60 else { return false }
    (self.hour, self.minute, hasTime) = (hour, minute, true)
    return true
  }

  private mutating func readWord(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    let start = at
    while at < bytes.count, (bytes[at] | 0x20) &- 97 < 26 || bytes[at] >= 0x80 { at += 1 }
    // 2024-03-09T14:05
    if at - start == 1, bytes[start] | 0x20 == UInt8(ascii: "t"), count == 3 || compact != nil { return true }
    if at - start == 1, bytes[start] == UInt8(ascii: "Z"), compact != nil { return at == bytes.count }
    let word = String(decoding: bytes[start..<at], as: UTF8.self).lowercased()
    if month == 0, let number = DateWords.month(word) {
      (month, before) = (number, count)
      return count <= 2
    }
    return DateWords.isFiller(word)
  }

  /// A time and what follows it, to the end: halves of the day, `Z`, offsets, names of zones.
  private mutating func readTime(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    var fields = 0
    var (hour, minute) = (0, 0)
    while at < bytes.count, bytes[at] &- 48 <= 9 {
      let start = at
      var value = 0
      while at < bytes.count, bytes[at] &- 48 <= 9 {
        value = min(value * 10 + Int(bytes[at] - 48), 1_000_000)
        at += 1
      }
      guard at - start <= 2 else { return false }
      if fields == 0 {
        hour = value
      } else if fields == 1 {
        minute = value
      } else if value > 60 {
        return false
      }
      fields += 1
      guard fields < 3, at < bytes.count,
        bytes[at] == UInt8(ascii: ":") || bytes[at] | 0x20 == UInt8(ascii: "h")
      else { break }
      at += 1
    }
    // Fractions of a second, by a point or a comma.
    if fields == 3, at < bytes.count, bytes[at] == UInt8(ascii: ".") || bytes[at] == UInt8(ascii: ",") {
      at += 1
      while at < bytes.count, bytes[at] &- 48 <= 9 { at += 1 }
    }
    let tail = bytes[at...].filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ".") }
    at = bytes.count
    return readTail(tail, fields, hour, minute)
  }

  private mutating func readTail(_ tail: [UInt8], _ fields: Int, _ hour: Int, _ minute: Int) -> Bool {
    var hour = hour
    var rest = tail[...]
    let half = rest.prefix(2).map { $0 | 0x20 }
    if half.count == 2, half[1] == UInt8(ascii: "m"),
      half[0] == UInt8(ascii: "a") || half[0] == UInt8(ascii: "p")
    {
      guard (1...12).contains(hour) else { return false }
      hour = hour % 12 + (half[0] == UInt8(ascii: "p") ? 12 : 0)
      rest = rest.dropFirst(2)
    } else if fields < 2 {
      return false
    }
    guard setTime(hour, minute) else { return false }
    // Zones: Z, UTC, CEST, +02:00, -0500, GMT+1.
    let letters = rest.prefix { ($0 | 0x20) &- 97 < 26 }
    rest = rest.dropFirst(letters.count)
    guard letters.count <= 5 else { return false }
    guard let sign = rest.first else { return true }
    return (sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")) && (2...6).contains(rest.count)
      && rest.dropFirst().allSatisfy { $0 &- 48 <= 9 || $0 == UInt8(ascii: ":") }
  }
}
