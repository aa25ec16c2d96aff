import ApusCore

/// Finds out what one column is, and whether it can help at all.
struct ColumnInference {
  private let table: Table
  private let index: Int
  private let cells: Table.Column
  private let present: Int

  init(_ table: Table, _ index: Int) {
    self.table = table
    self.index = index
    cells = table.columns[index]
    present = table.rowCount - cells.missingCount
  }

  /// Below these many rows, hardly any text occurs twice, even in a column of categories.
  private static let fewRows = 10

  func column(_ notes: inout [String]) -> TableSchema.Column {
    var column = asked() ?? found(&notes)
    column.isAsked = cells.format.asked != nil
    return column
  }

  private func found(_ notes: inout [String]) -> TableSchema.Column {
    switch cells.cells {
    case .numbers(let numbers): numberColumn(numbers, &notes)
    case .texts(let codes, let values): textColumn(codes, values, &notes)
    }
  }

  /// Returns the kind of column that a person specified; nil where nothing is specified.
  private func asked() -> TableSchema.Column? {
    guard let kind = cells.format.asked else { return nil }
    var distinct = 0
    switch cells.cells {
    case .numbers(let numbers): distinct = Self.distinctCount(numbers, limit: Self.countLimit)
    case .texts(let codes, let values): distinct = usedTexts(codes, values).count
    }
    let plain: TableSchema.Kind = if case .numbers = cells.cells { .number } else { .category }
    switch kind {
    case .number: return make(plain, flatRole(distinct: distinct) ?? .input, distinct: distinct)
    case .category: return make(.category, flatRole(distinct: distinct) ?? .input, distinct: distinct)
    case .date:
      guard let order = dateOrder(cells.cells) else { return nil }
      return make(.date, flatRole(distinct: distinct) ?? .input, distinct: distinct, dateOrder: order)
    case .text: return make(.text, textRole("texts, as asked, are not read"), distinct: distinct)
    case .id: return make(plain, .leftOut(why: "an identifier, as asked"), distinct: distinct)
    case .out: return make(plain, .leftOut(why: "as asked"), distinct: distinct)
    }
  }

  private func dateOrder(_ cells: Table.Column.Cells) -> TableFormat.DateOrder? {
    if let order = self.cells.format.dateOrder { return order }
    guard case .texts(let codes, let values) = cells else { return .yearMonthDay }
    return DateText.order(of: usedTexts(codes, values))?.order
  }

  private func make(
    _ kind: TableSchema.Kind, _ role: TableSchema.Role, distinct: Int,
    dateOrder: TableFormat.DateOrder? = nil,
    otherwise: TableFormat.ColumnKind? = nil
  ) -> TableSchema.Column {
    TableSchema.Column(
      name: cells.name, kind: kind, role: role, dateOrder: dateOrder, distinctCount: distinct,
      otherwise: otherwise)
  }

  /// Returns the role of a column without variety.
  private func flatRole(distinct: Int) -> TableSchema.Role? {
    if present == 0 { return .leftOut(why: "it has no values") }
    guard distinct == 1 else { return nil }
    let missing = table.rowCount - present
    if missing == 0 { return .leftOut(why: "it has the same value in every row") }
    return present > 1 && missing > 1
      ? .presence(why: "all its values are the same")
      : .leftOut(why: "it has the same value wherever it is filled")
  }

  private func numberColumn(_ numbers: StoredValues<Double>, _ notes: inout [String]) -> TableSchema.Column {
    // Only whether they are few, or one a row, is of interest.
    let distinct = Self.distinctCount(numbers, limit: isNamedLikeIdentifier ? .max : Self.countLimit)
    if let role = flatRole(distinct: distinct) { return make(.number, role, distinct: distinct) }
    let areWhole = numbers.allSatisfy { $0.isNaN || $0 == $0.rounded() }
    guard areWhole, present >= Self.fewRows else { return make(.number, .input, distinct: distinct) }
    if isRunningNumber(numbers) {
      if !isNamed || isNamedLikeIdentifier {
        return make(.number, .leftOut(why: "it numbers the rows"), distinct: distinct, otherwise: .number)
      }
      notes.append(
        "\(table.columnTitle(index)) numbers the rows and is an input all the same: leave it out where it only counts "
          + "them (\(TableFormat.ColumnKind.id.flag(for: cells.name)))")
    } else if isNamedLikeIdentifier {
      if distinct * 20 >= present * 19 {
        return make(
          .number, .leftOut(why: "an identifier: nearly every row has its own"), distinct: distinct,
          otherwise: .number)
      }
      // The number of a shop or a user says which, not how much.
      if distinct * 2 <= present {
        notes.append(
          "\(table.columnTitle(index)) is read as categories because of its name (otherwise: "
            + "\(TableFormat.ColumnKind.number.flag(for: cells.name)))")
        return make(.category, .input, distinct: distinct)
      }
    }
    return make(.number, .input, distinct: distinct)
  }

  /// Rows may have been taken away since the texts were numbered.
  private func usedTexts(_ codes: StoredValues<Int32>, _ values: [String]) -> [String] {
    var isUsed = [Bool](repeating: false, count: values.count)
    for code in codes where code >= 0 { isUsed[Int(code)] = true }
    return values.indices.filter { isUsed[$0] }.map { values[$0] }
  }

  private func textColumn(
    _ codes: StoredValues<Int32>, _ values: [String], _ notes: inout [String]
  ) -> TableSchema.Column {
    let used = usedTexts(codes, values)
    let distinct = used.count
    if Booleans.areBooleans(used) {
      return make(.boolean, flatRole(distinct: distinct) ?? .input, distinct: distinct)
    }
    if cells.format.kind == .date, let order = cells.format.dateOrder {
      return make(.date, flatRole(distinct: distinct) ?? .input, distinct: distinct, dateOrder: order)
    }
    if cells.format.kind == nil, cells.format.hasCodes != true,
      let (order, isAmbiguous) = DateText.order(of: used)
    {
      if isAmbiguous {
        notes.append(
          "\(table.columnTitle(index)): month and day could be either way round; read as "
            + (order == .monthDayYear ? "month, day, year" : "day, month, year"))
      }
      return make(.date, flatRole(distinct: distinct) ?? .input, distinct: distinct, dateOrder: order)
    }
    if let role = flatRole(distinct: distinct) { return make(.category, role, distinct: distinct) }
    if present >= Self.fewRows, distinct * 2 > present {
      if cells.format.hasCodes == true {
        let why = "an identifier: \(distinct) different codes in \(present) filled rows"
        return make(.category, .leftOut(why: why), distinct: distinct, otherwise: .category)
      }
      let why = "its texts, \(distinct) different ones in \(present) filled rows, are not read"
      return make(.text, textRole(why), distinct: distinct, otherwise: .category)
    }
    return make(.category, .input, distinct: distinct)
  }

  /// Returns the role of texts that are not read: whether they are present may tell something.
  private func textRole(_ why: String) -> TableSchema.Role {
    let missing = table.rowCount - present
    let isOftenMissing = missing * 20 > table.rowCount && present * 20 > table.rowCount
    return isOftenMissing ? .presence(why: why) : .leftOut(why: why)
  }

  /// 0, 1, 2, … or 1, 2, 3, … down the rows.
  private func isRunningNumber(_ numbers: StoredValues<Double>) -> Bool {
    guard let first = numbers.first, first == 0 || first == 1 else { return false }
    for (row, number) in numbers.enumerated() where number != first + Double(row) { return false }
    return true
  }

  private var isNamed: Bool { table.hasHeader && !cells.isUnnamed }

  private static let identifierNames: Set<String> = [
    "id", "ids", "index", "idx", "key", "uuid", "guid", "no", "no.", "nr", "nr.", "n", "#", "row", "rows",
    "rownames",
    "rowname", "row_names", "row names", "rowid", "row id", "rownum", "row number", "unnamed: 0", "obs",
    "obs.", "case",
    "record", "sno", "s.no", "s.no.", "sr", "sr.", "sr no", "serial", "seq", "num", "number", "nummer", "lfd",
    "lfdnr",
    "lfd. nr.",
  ]

  private var isNamedLikeIdentifier: Bool {
    guard table.hasHeader else { return false }
    let name = cells.name
    let plain = name.lowercased()
    if Self.identifierNames.contains(plain) || !isNamed { return true }
    let isWord = ["_id", "-id", " id", ".id", "_key", "_uuid"].contains { plain.hasSuffix($0) }
    // `PassengerId` and `userID`, but neither `Paid` nor `GRID`.
    let before = name.dropLast(2).last
    let isCamel = (name.hasSuffix("Id") || name.hasSuffix("ID")) && (before?.isLowercase ?? false)
    return isWord || isCamel || plain.hasPrefix("id_")
  }

  /// Beyond these many different numbers a column has "many".
  static let countLimit = 10_000

  /// The number of different numbers, counted up to a limit; NaN does not count.
  static func distinctCount(_ numbers: some Sequence<Double>, limit: Int = .max) -> Int {
    var set = NumberSet()
    for number in numbers where !number.isNaN {
      set.insert(number)
      if set.count >= limit { break }
    }
    return set.count
  }
}

/// A set of doubles that only counts: several times faster than `Set`, and without its seeded hashes.
private struct NumberSet {
  private var slots = [UInt64](repeating: .max, count: 256)
  private(set) var count = 0

  mutating func insert(_ number: Double) {
    // −0 is 0; all bits set is a NaN, which is never put in, and marks a free place.
    let bits = (number == 0 ? 0 : number).bitPattern
    guard Self.place(bits, &slots) else { return }
    count += 1
    if count * 2 > slots.count {
      var larger = [UInt64](repeating: .max, count: slots.count * 4)
      for old in slots where old != .max { _ = Self.place(old, &larger) }
      slots = larger
    }
  }

  private static func place(_ bits: UInt64, _ slots: inout [UInt64]) -> Bool {
    let mask = slots.count - 1
    // Only the product's highest bits depend on all of the number's: those of whole numbers end in zeros.
    let shift = UInt64(slots.count.leadingZeroBitCount + 1)
    var slot = Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while slots[slot] != .max {
      if slots[slot] == bits { return false }
      slot = (slot + 1) & mask
    }
    slots[slot] = bits
    return true
  }
}
