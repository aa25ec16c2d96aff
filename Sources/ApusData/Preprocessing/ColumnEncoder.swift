import ApusCore

/// Writes one column's features, row by row, from the cells of a table.
///
/// What a text becomes is worked out once for each different one. So a row costs little more than copying, and the features of
/// a table that doesn't fit in memory are made when a batch asks for them.
struct ColumnEncoder: Sendable {
  /// What a cell is to the encoding.
  private enum State {
    case known, missing
    /// A category that training never saw.
    case unseen
    /// Something else than the column was in training: it counts as missing.
    case odd
  }

  /// The way from a cell to its features.
  private enum Form: Sendable {
    case scaled(StoredValues<Double>, NumberScaling)
    /// Any other use of numbers: writes the features, which are zeros, and says what the cell is.
    case numbers(StoredValues<Double>, @Sendable (Double, UnsafeMutablePointer<Float>) -> State)
    /// `[texts + 1, width]` features, those of a missing cell first.
    case rows(StoredValues<Int32>, [Float], width: Int)
    /// The one feature that is 1 for each text, those of a missing cell first; −1 for none.
    case places(StoredValues<Int32>, [Int32])
    /// The features that are 1 for each text, those of a missing cell first.
    case lists(StoredValues<Int32>, [[Int32]])
  }

  private let form: Form
  /// What each text is, a missing cell first; empty for numbers.
  private let states: [State]
  /// The feature that is 1 where the cell is missing; nil where none is.
  private let missingPlace: Int?

  /// - Parameter notes: gets sentences on cells that are not what the column was in training.
  init(_ encoding: ColumnEncoding, _ table: Table, _ place: Int, _ notes: inout [String]) {
    let column = table.columns[place]
    missingPlace = encoding.marksMissing ? encoding.featureCount - 1 : nil
    switch column.cells {
    case .numbers(let numbers):
      states = []
      form = Self.form(encoding, column, numbers)
    case .texts(let codes, let texts):
      (form, states) = Self.form(encoding, column, codes, texts)
    }
    note(encoding, table, place, &notes)
  }

  private static func form(
    _ encoding: ColumnEncoding, _ column: Table.Column, _ numbers: StoredValues<Double>
  ) -> Form {
    switch encoding.kind {
    case .number: return .scaled(numbers, encoding.scalings[0])
    case .boolean:
      let fill = Float(encoding.fill ?? 0)
      return .numbers(numbers) { number, features in
        let isKnown = number == 0 || number == 1
        features[0] = isKnown ? Float(number) : fill
        return isKnown ? .known : number.isNaN ? .missing : .odd
      }
    case .category:
      let places = encoding.places(ofTexts: encoding.values)
      var placeOf: [Double: Int32] = [:]
      for (name, place) in zip(encoding.values, places) {
        if let number = Double(name), shortText(number) == name { placeOf[number] = place }
      }
      let other = encoding.hasOther ? Int32(encoding.values.count) : -1
      return .numbers(numbers) { [placeOf] number, features in
        if number.isNaN { return .missing }
        let place = placeOf[number] ?? other
        if place >= 0 { features[Int(place)] = 1 }
        return place >= 0 ? .known : .unseen
      }
    case .date:
      // 20240309 may have been taken for a number.
      let (order, scalings) = (encoding.order(in: column), encoding.scalings)
      return .numbers(numbers) { number, features in
        let date = number.isNaN ? nil : DateText(shortText(number), order: order)
        for (place, scaling) in scalings.enumerated() { features[place] = scaling.scaled(date) }
        return date != nil ? .known : number.isNaN ? .missing : .odd
      }
    case .words:
      let values = encoding.values
      return .numbers(numbers) { number, features in
        if number.isNaN { return .missing }
        let words = Words.of(shortText(number))
        for (place, value) in values.enumerated() where words.contains(value) { features[place] = 1 }
        return .known
      }
    case .presence:
      return .numbers(numbers) { number, features in
        features[0] = number.isNaN ? 0 : 1
        return number.isNaN ? .missing : .known
      }
    }
  }

  private static func form(
    _ encoding: ColumnEncoding, _ column: Table.Column, _ codes: StoredValues<Int32>, _ texts: [String]
  ) -> (Form, [State]) {
    let filled = [State](repeating: .known, count: texts.count)
    switch encoding.kind {
    case .number:
      let numbers = texts.map { ColumnReading.number($0, column.format) }
      return (
        .rows(codes, ([nil] + numbers).map { encoding.scalings[0].scaled($0 ?? .nan) }, width: 1),
        [.missing] + numbers.map { $0 == nil ? .odd : .known }
      )
    case .boolean:
      let (values, fill) = (texts.map { ColumnReading.boolean($0) }, encoding.fill ?? 0)
      return (
        .rows(codes, ([nil] + values).map { Float($0 ?? fill) }, width: 1),
        [.missing] + values.map { $0 == nil ? .odd : .known }
      )
    case .category:
      let places = encoding.places(ofTexts: texts)
      return (.places(codes, [-1] + places), [.missing] + places.map { $0 < 0 ? .unseen : .known })
    case .date:
      let order = encoding.order(in: column)
      let dates = texts.map { DateText($0, order: order) }
      return (
        .rows(
          codes, ([nil] + dates).flatMap { date in encoding.scalings.map { $0.scaled(date) } },
          width: encoding.scalings.count),
        [.missing] + dates.map { $0 == nil ? .odd : .known }
      )
    case .words:
      let lists = texts.map { text in
        let words = Words.of(text)
        return encoding.values.indices.filter { words.contains(encoding.values[$0]) }.map { Int32($0) }
      }
      return (.lists(codes, [[]] + lists), [.missing] + filled)
    case .presence:
      return (.rows(codes, [0] + texts.map { _ in 1 }, width: 1), [.missing] + filled)
    }
  }

  // MARK: Rows

  /// Writes the features of rows, one after the other, to memory that holds zeros.
  ///
  /// - Parameters:
  ///   - features: the place of the column's first feature of the first row.
  ///   - stride: from a row's features to the next's.
  func write(_ rows: some Sequence<Int>, to features: UnsafeMutablePointer<Float>, stride: Int) {
    var at = features
    switch form {
    case .scaled(let numbers, let scaling):
      for row in rows {
        let number = numbers[row]
        at[0] = scaling.scaled(number)
        if number.isNaN { mark(at) }
        at += stride
      }
    case .numbers(let numbers, let write):
      for row in rows {
        switch write(numbers[row], at) {
        case .missing, .odd: mark(at)
        case .known, .unseen: break
        }
        at += stride
      }
    case .rows(let codes, let values, let width):
      for row in rows {
        let text = Int(codes[row]) + 1
        for place in 0..<width { at[place] = values[text * width + place] }
        markText(text, at)
        at += stride
      }
    case .places(let codes, let places):
      for row in rows {
        let text = Int(codes[row]) + 1
        let place = Int(places[text])
        if place >= 0 { at[place] = 1 }
        markText(text, at)
        at += stride
      }
    case .lists(let codes, let lists):
      for row in rows {
        let text = Int(codes[row]) + 1
        for place in lists[text] { at[Int(place)] = 1 }
        markText(text, at)
        at += stride
      }
    }
  }

  @inline(__always)
  private func mark(_ features: UnsafeMutablePointer<Float>) {
    if let missingPlace { features[missingPlace] = 1 }
  }

  @inline(__always)
  private func markText(_ text: Int, _ features: UnsafeMutablePointer<Float>) {
    guard let missingPlace else { return }
    switch states[text] {
    case .missing, .odd: features[missingPlace] = 1
    case .known, .unseen: break
    }
  }

  // MARK: Notes

  /// Says of all cells what isn't as in training.
  private func note(_ encoding: ColumnEncoding, _ table: Table, _ place: Int, _ notes: inout [String]) {
    var (missing, unseen, odd) = (0, 0, 0)
    var firstOdd: Int?
    func count(_ state: State, _ row: Int) {
      switch state {
      case .known: break
      case .missing: missing += 1
      case .unseen: unseen += 1
      case .odd:
        odd += 1
        if firstOdd == nil { firstOdd = row }
      }
    }
    switch form {
    case .scaled(let numbers, _):
      // Nothing is said of what is marked.
      if missingPlace == nil { missing = numbers.count { $0.isNaN } }
    case .numbers(let numbers, let write):
      withUnsafeTemporaryAllocation(of: Float.self, capacity: encoding.featureCount) { features in
        for (row, number) in numbers.enumerated() { count(write(number, features.baseAddress!), row) }
      }
    case .rows(let codes, _, _), .places(let codes, _), .lists(let codes, _):
      for (row, code) in codes.enumerated() { count(states[Int(code) + 1], row) }
    }
    let kinds: [ColumnEncoding.Kind: String] = [.number: "number", .boolean: "yes or no", .date: "date"]
    if let firstOdd, let kind = kinds[encoding.kind] {
      notes.append(
        ColumnReading.note(
          table, place, row: firstOdd, text: table.columns[place].text(row: firstOdd) ?? "", count: odd,
          kind: kind))
    }
    if unseen > 0 {
      notes.append(
        "\(table.columnTitle(place)): \(counted(unseen, "row")) of a category that training never saw")
    }
    if missingPlace == nil, encoding.kind != .presence, missing + odd > 0 {
      notes.append(
        "\(table.columnTitle(place)): \(counted(missing + odd, "missing value")), though none in training")
    }
  }
}

extension ColumnEncoding {
  /// The feature that each text is, −1 for none.
  fileprivate func places(ofTexts texts: [String]) -> [Int32] {
    let numberOf = ColumnReading.numbers(of: values, for: texts)
    return texts.map { numberOf[$0] ?? (hasOther ? Int32(values.count) : -1) }
  }

  /// The order of day and month that a column shows; where it shows none, that of training.
  fileprivate func order(in column: Table.Column) -> TableFormat.DateOrder {
    column.format.dateOrder.flatMap { $0 == .yearMonthDay ? nil : $0 } ?? dateOrder ?? .yearMonthDay
  }
}

extension NumberScaling {
  /// The scaled part of a date; nil stands for a missing one.
  fileprivate func scaled(_ date: DateText?) -> Float {
    let part = DateText.Part(rawValue: part ?? "")
    return scaled(date.flatMap { date in part.map { date.part($0) } } ?? .nan)
  }
}
