/// A detection of where a table begins in its file, and whether its first row has the columns' names.
struct HeaderDetection {
  enum Guess {
    case number, text, missing
  }

  /// The form of each cell of the sample, line by line.
  private let lines: [TableSample.Line]
  private let cells: [[Guess]]
  /// The number of fields that most lines have.
  private let width: Int

  init(_ sample: TableSample, _ style: TableFormat.NumberStyle, _ missing: MissingTexts) {
    lines = sample.lines
    width = sample.usualWidth
    cells = lines.map { line in
      line.cells.map { cell in
        if cell.text.isEmpty || missing.contains(cell.text) { return .missing }
        return DecimalParser.parse(cell.text, style) != nil ? .number : .text
      }
    }
  }

  /// The lines before the table.
  struct Beginning {
    /// The index of the table's first line.
    var first = 0
    /// The lines that are left out before it, as they are.
    var skipped: [TableSample.Line] = []
    /// A Boolean value that indicates whether the header is shorter than the rows by one, as R writes it: the first
    /// column has the rows' names.
    var lacksRowNames = false
    /// A Boolean value that indicates whether the header begins with `#`.
    var isHashed = false
  }

  // MARK: The beginning

  /// More lines than these are no title.
  private static let mostLines = 50

  /// - Parameter expected: names that the header is known to have.
  func beginning(expected: [String], hasHeader: Bool?) -> Beginning {
    var beginning = Beginning()
    guard hasHeader != false, let plain = lines.firstIndex(where: { !$0.isHashed }) else {
      // Remarks are none of a table's rows, whether it has a header or not.
      beginning.first = lines.firstIndex { !$0.isHashed || $0.cells.count == width } ?? 0
      beginning.skipped = Array(lines[..<beginning.first])
      return beginning
    }
    var first = plain
    if plain > 0, plain < lines.count, isHeader(hashed: lines[plain - 1], above: plain) {
      beginning.isHashed = true
      first = plain - 1
    } else if let known = knownHeader(expected) {
      first = known
    } else {
      first = afterTitles(from: plain)
    }
    // Above rows without a header, what has as many fields is a row.
    while first > 0, lines[first - 1].isHashed, lines[first - 1].cells.count == width, !beginning.isHashed,
      !isHeader(first, expected: expected)
    {
      first -= 1
    }
    let header = lines[first]
    beginning.first = first
    beginning.skipped = Array(lines[..<first])
    beginning.lacksRowNames =
      !beginning.isHashed && header.cells.count == width - 1 && first + 1 < lines.count
      && lines[(first + 1)...].allSatisfy { $0.isHashed || $0.cells.count == width }
      && hasRowNames(below: first)
      // Rows that all end in a delimiter lack no name.
      && !lines[(first + 1)...].allSatisfy { $0.isHashed || $0.cells.last?.text.isEmpty == true }
      && header.cells.allSatisfy { !$0.text.isEmpty } && cells[first].allSatisfy { $0 == .text }
      && cells[(first + 1)...].contains { $0.contains(.number) }
    return beginning
  }

  /// R's names of rows are all different: numbers that count, or texts.
  private func hasRowNames(below header: Int) -> Bool {
    let names = lines[(header + 1)...].filter { !$0.isHashed }.compactMap { $0.cells.first?.text }
    return Set(names).count == names.count
      && names.allSatisfy { !$0.isEmpty && (Int($0) != nil || DecimalParser.parse($0) == nil) }
  }

  /// `# x y z` above rows of three numbers.
  private func isHeader(hashed line: TableSample.Line, above next: Int) -> Bool {
    let names = Self.withoutHash(line.cells)
    return names.count == lines[next].cells.count && names.count > 1
      && !names.contains { $0.text.isEmpty || DecimalParser.parse($0.text) != nil } && !isHeader(next)
  }

  /// The names of a header that begins with `#`.
  static func withoutHash(_ cells: [TableSample.Cell]) -> [TableSample.Cell] {
    guard var first = cells.first else { return cells }
    first.text = String(first.text.drop { $0 == "#" || $0 == " " })
    return first.text.isEmpty ? Array(cells.dropFirst()) : [first] + cells.dropFirst()
  }

  private func knownHeader(_ expected: [String]) -> Int? {
    guard !expected.isEmpty else { return nil }
    return lines.prefix(Self.mostLines).firstIndex { isKnown($0, expected) }
  }

  private func isKnown(_ line: TableSample.Line, _ expected: [String]) -> Bool {
    let known = line.cells.count { expected.contains($0.text) }
    return known > 0 && known * 2 >= min(expected.count, line.cells.count)
  }

  /// Titles have fewer fields than the table, or a single one filled.
  private func afterTitles(from start: Int) -> Int {
    guard width > 1 else { return start }
    let end = min(lines.count, start + Self.mostLines)
    var first = start
    while first < end, lines[first].isHashed || lines[first].cells.count < width { first += 1 }
    guard first < end, first == start || isRegular(from: first) else { return start }
    // A line that is shorter by one may be R's header; a title stands above another header.
    if first == start + 1, lines[start].cells.count == width - 1, !isHeader(first) { return start }
    if first == start, first + 1 < end, isGroups(first, above: first + 1) { return first + 1 }
    guard first > start || isTitle(lines[first], cells[first]) else { return first }
    var header = first
    while header < end, lines[header].isEmpty || isTitle(lines[header], cells[header]) { header += 1 }
    let isNamed = header < end && header > first && lines[header].cells.count == width && isHeader(header)
    return isNamed ? header : first
  }

  /// Returns whether the lines from one on are those of a table, and not of a text with a comma here and there.
  private func isRegular(from first: Int) -> Bool {
    let rest = lines[first...].filter { !$0.isHashed }
    let regular = rest.count { $0.cells.count == width }
    return regular >= 3 && regular * 4 >= rest.count * 3
  }

  private func isTitle(_ line: TableSample.Line, _ guesses: [Guess]) -> Bool {
    line.cells.count > 2 && guesses.first == .text && guesses.dropFirst().allSatisfy { $0 == .missing }
  }

  /// Returns whether a line has the names of groups of columns, which repeat or stand over the first of each, above the line that has
  /// the columns' own.
  private func isGroups(_ index: Int, above next: Int) -> Bool {
    let groups = lines[index].cells.map(\.text)
    let names = lines[next].cells.map(\.text)
    let filled = groups.filter { !$0.isEmpty }
    return lines[index].cells.count == width && names.count == width && !lines[next].isHashed
      && !filled.isEmpty && Set(filled).count < groups.count && cells[index].allSatisfy { $0 != .number }
      && Set(names).count == names.count && cells[next].allSatisfy { $0 == .text } && isHeader(next)
      && !isUnits(next) && isOverNumbers(next)
  }

  private func isOverNumbers(_ index: Int) -> Bool {
    let below = lines.indices.dropFirst(index + 1).filter { !lines[$0].isHashed }
    return lines[index].cells.indices.contains { column in
      !below.isEmpty && below.allSatisfy { column < cells[$0].count && cells[$0][column] != .text }
        && below.contains { cells[$0][column] == .number }
    }
  }

  // MARK: The header

  /// Returns whether a line has the names of the columns below it: texts over numbers, or texts that do not occur
  /// below; numbers only where they are years, or count from 0 as pandas writes them.
  func isHeader(_ index: Int, expected: [String] = []) -> Bool {
    let first = lines[index]
    if !expected.isEmpty, isKnown(first, expected) { return true }
    let below = lines.indices.dropFirst(index + 1).filter { !lines[$0].isHashed }
    guard !below.isEmpty else { return cells[index].allSatisfy { $0 == .text } }
    var score = 0
    var textColumns = 0
    let numbered = hasNumberedNames(index, below)
    for column in first.cells.indices {
      var numbers = 0
      var texts = 0
      for row in below where column < cells[row].count {
        if cells[row][column] == .number { numbers += 1 } else if cells[row][column] == .text { texts += 1 }
      }
      let guess = cells[index][column]
      if guess == .number, numbered {
        score += 1
      } else if numbers > texts {
        if guess == .number { score -= 1 } else if guess == .text { score += 1 }
      } else if texts > 0 {
        if guess == .number {
          score -= 1
        } else {
          textColumns += 1
          let name = first.cells[column].text
          let occursBelow = below.contains {
            column < lines[$0].cells.count && lines[$0].cells[column].text == name
          }
          if occursBelow || name.isEmpty { score -= 1 }
        }
      }
    }
    if score != 0 { return score > 0 }
    let named = first.cells.map(\.text).filter { !$0.isEmpty }
    return textColumns > 0 && !named.isEmpty && Set(named).count == named.count
  }

  /// Years in order, or 0, 1, 2, … over rows that don't go on like them.
  private func hasNumberedNames(_ index: Int, _ below: [Int]) -> Bool {
    let line = lines[index].cells
    let places = line.indices.filter { cells[index][$0] == .number }
    let numbers = places.compactMap { Int(line[$0].text) }
    guard numbers.count == places.count, numbers.count >= 2, lines[index].cells.count >= 3 else {
      return false
    }
    let steps = zip(numbers, numbers.dropFirst()).map { $1 - $0 }
    if numbers.allSatisfy({ (1800...2100).contains($0) }),
      steps.allSatisfy({ $0 > 0 }) || steps.allSatisfy({ $0 < 0 })
    {
      return !below.contains { row in
        places.allSatisfy { place in
          place < lines[row].cells.count
            && Int(lines[row].cells[place].text).map { (1800...2100).contains($0) } == true
        }
      }
    }
    let isFromZero = numbers[0] == 0 && steps.allSatisfy { $0 == 1 }
    // An index before them has no name.
    let isAlone = line.indices.allSatisfy { places.contains($0) || line[$0].text.isEmpty }
    let goesOn = below.first.map { row in
      places.allSatisfy { place in
        place < lines[row].cells.count
          && Double(lines[row].cells[place].text).map { $0 == $0.rounded() } == true
      } && numbers.count < 4
    }
    return isFromZero && isAlone && goesOn != true
  }

  // MARK: Units

  /// Returns whether a line below the header has the columns' units: a text over every column of numbers.
  func isUnits(_ index: Int) -> Bool {
    guard lines.indices.contains(index), lines.count > index + 2, lines[index].cells.count <= width else {
      return false
    }
    let below = lines.indices.dropFirst(index + 1).filter { !lines[$0].isHashed }
    var named = 0
    var known = 0
    for column in lines[index].cells.indices {
      let numbers = below.count { column < cells[$0].count && cells[$0][column] == .number }
      guard numbers * 5 >= below.count * 3 else { continue }
      switch cells[index][column] {
      case .number: return false
      case .missing: continue
      case .text:
        named += 1
        if Self.isUnit(lines[index].cells[column].text) { known += 1 }
      }
    }
    return known > 0 && known * 2 >= named
  }

  static func isUnit(_ text: String) -> Bool {
    if text.count > 1, let last = text.last, let first = text.first,
      (first == "(" && last == ")") || (first == "[" && last == "]")
    {
      return true
    }
    guard text.count <= 12 else { return false }
    if text.contains(where: { "/°%µ²³^€$£".contains($0) }) {
      return !text.contains { $0.isNumber && $0.isASCII } || text.contains("^")
    }
    return units.contains(text)
  }

  private static let units: Set<String> = [
    "m", "mm", "cm", "km", "nm", "um", "in", "ft", "yd", "mi", "mile", "miles", "inch", "g", "kg", "mg", "ug",
    "t", "lb",
    "lbs", "oz", "s", "ms", "us", "ns", "sec", "min", "h", "hr", "hrs", "hours", "d", "days", "years", "yr",
    "y", "K", "C",
    "F", "degC", "degF", "Pa", "hPa", "kPa", "MPa", "bar", "mbar", "psi", "J", "kJ", "MJ", "cal", "kcal", "W",
    "kW", "MW",
    "kWh", "MWh", "Wh", "V", "mV", "kV", "A", "mA", "Ohm", "ohm", "Hz", "kHz", "MHz", "GHz", "N", "kN", "Nm",
    "mol", "mmol",
    "l", "L", "ml", "mL", "dl", "cl", "m2", "m3", "ha", "ppm", "ppb", "dB", "px", "rpm", "deg", "rad", "USD",
    "EUR", "GBP",
    "units", "count", "percent", "pct", "kmh", "mph", "kph", "knots", "kt", "-",
  ]
}
