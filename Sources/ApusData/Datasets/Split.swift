public import ApusCore

/// Rows for training, validation and test; each list ascending, none in two of them.
public struct Split: Sendable, Equatable {
  public let training: TrainingRows
  public let validation: [Int]
  public let test: [Int]

  private init(training: [Int], validation: [Int], test: [Int]) {
    self.training = TrainingRows(training)
    self.validation = validation
    self.test = test
  }

  /// All rows for training: for tiny sets such as XOR.
  public static func unsplit(_ count: Int) -> Split { unsplit(rows: Array(0..<count)) }

  static func unsplit(rows: [Int]) -> Split { Split(training: rows, validation: [], test: []) }

  /// A split made elsewhere: by time, by patient, ….
  ///
  /// - Throws: if a row is in two parts or twice in one, or there are none for training.
  public static func explicit(
    training: [Int], validation: [Int] = [], test: [Int] = []
  ) throws(ApusError) -> Split {
    var seen: Set<Int> = []
    for row in [training, validation, test].joined() where row < 0 || !seen.insert(row).inserted {
      throw ApusError(
        "row \(row) is in the split twice, or isn't a row", expected: "each row in one part only")
    }
    guard !training.isEmpty else { throw ApusError("the split has no training rows") }
    return Split(training: training.sorted(), validation: validation.sorted(), test: test.sorted())
  }

  /// Divides `rows` at random.
  ///
  /// The order is a Philox permutation, so the same seed gives the same split everywhere. With
  /// `classes`, each part has each class in the same proportion, up to rounding; the roundings are
  /// shared out so that the parts' sizes are those asked for within one row a class.
  ///
  /// - Parameters:
  ///   - rows: the rows to divide; all others are left out.
  ///   - classes: the class of every row of the set, also of those left out.
  /// - Throws: if a fraction is not in 0 ..< 1, or no row is left for training.
  public static func random(rows: [Int], classes: [Int32]? = nil, _ options: Options = Options())
    throws(ApusError) -> Split
  {
    for (name, fraction) in [("validation", options.validation), ("test", options.test)]
    where !(fraction >= 0 && fraction < 1) {
      throw ApusError("the \(name) part is \(fraction)", expected: "a number from 0 to below 1")
    }
    guard options.validation + options.test < 1 else {
      throw ApusError(
        "validation \(options.validation) and test \(options.test) leave nothing for training",
        expected: "a sum below 1")
    }
    try check(rows)
    let (shuffled, ends) = strata(rows, classes, Philox(seed: options.seed, path: "split"))
    // A part takes the rows whose running number crosses the next multiple of 1 / fraction; running
    // over all strata in turn, it gets each stratum's share and the right total.
    // A part's number for each row, from which the parts come in order: lists of rows that are sorted then would be several
    // times the memory.
    var parts = [UInt8](repeating: 3, count: (rows.max() ?? -1) + 1)
    var sizes = [0, 0, 0]
    func put(_ places: Range<Int>, _ part: Int) {
      for place in places { parts[Int(shuffled[place])] = UInt8(part) }
      sizes[part] += places.count
    }
    var testDue = 0.5
    var validationDue = 0.5
    var first = 0
    for end in ends {
      let stratum = first..<end
      first = end
      // Both counts are taken first, so that a class of one or two rows stays in training.
      testDue += Double(stratum.count) * options.test
      validationDue += Double(stratum.count) * options.validation
      let test = min(Int(testDue), max(stratum.count - 1, 0))
      let validation = min(Int(validationDue), max(stratum.count - test - 1, 0))
      testDue -= Double(test)
      validationDue -= Double(validation)
      put(stratum.lowerBound..<stratum.lowerBound + test, 2)
      put(stratum.lowerBound + test..<stratum.lowerBound + test + validation, 1)
      put(stratum.lowerBound + test + validation..<end, 0)
    }
    guard sizes[0] > 0 else {
      throw ApusError("\(counted(rows.count, "row")) cannot be split", expected: "at least one for training")
    }
    func list(of part: Int) -> [Int] {
      var list: [Int] = []
      list.reserveCapacity(sizes[part])
      for row in parts.indices where parts[row] == UInt8(part) { list.append(row) }
      return list
    }
    return Split(training: list(of: 0), validation: list(of: 1), test: list(of: 2))
  }

  /// The same split with another set of test rows (an official test set appended to the table, say).
  public static func random(
    rows: [Int], testRows: [Int], classes: [Int32]? = nil, _ options: Options
  ) throws(ApusError) -> Split {
    let known = Set(testRows)
    var options = options
    options.test = 0
    let split = try random(rows: rows.filter { !known.contains($0) }, classes: classes, options)
    return Split(training: split.training.indices, validation: split.validation, test: testRows.sorted())
  }

  /// k splits of the rows; each row is in the validation part of exactly one of them.
  ///
  /// - Throws: if there are fewer rows than folds, or fewer than two folds.
  public static func folds(_ count: Int, rows: [Int], classes: [Int32]? = nil, seed: UInt64 = 0)
    throws(ApusError) -> [Split]
  {
    guard count >= 2, rows.count >= count else {
      throw ApusError(
        "\(rows.count) rows cannot be divided into \(count) folds", expected: "2 … \(rows.count) folds")
    }
    try check(rows)
    var folds = [[Int]](repeating: [], count: count)
    // Dealing on from class to class keeps the folds equal in size and in classes.
    for (dealt, row) in strata(rows, classes, Philox(seed: seed, path: "folds")).rows.enumerated() {
      folds[dealt % count].append(Int(row))
    }
    return folds.indices.map { fold in
      let training = folds.indices.filter { $0 != fold }.flatMap { folds[$0] }
      return Split(training: training.sorted(), validation: folds[fold].sorted(), test: [])
    }
  }

  /// One of k splits for cross-validation: the fold's rows are the test part, and of the others `validation`, a part of
  /// all rows, is looked at for choices.
  ///
  /// - Parameter fold: counted from 1.
  /// - Throws: as ``folds(_:rows:classes:seed:)``; if there is no such fold.
  public static func fold(
    _ fold: Int, of count: Int, rows: [Int], classes: [Int32]? = nil, _ options: Options
  ) throws(ApusError) -> Split {
    guard (1...max(count, 1)).contains(fold) else {
      throw ApusError("fold \(fold) of \(count)", expected: "1 … \(count)")
    }
    let folds = try folds(count, rows: rows, classes: classes, seed: options.seed)
    var options = options
    // Of all rows, and so more of those that are left.
    options.validation = min(options.validation * Double(count) / Double(max(count - 1, 1)), 0.99)
    return try random(rows: rows, testRows: folds[fold - 1].validation, classes: classes, options)
  }

  private static func check(_ rows: [Int]) throws(ApusError) {
    if let wrong = rows.first(where: { UInt32(exactly: $0) == nil }) {
      throw ApusError("row \(wrong) isn't a row", expected: "0 … \(UInt32.max)")
    }
  }

  /// The rows in random order, class after class, and where each class ends. In half the memory of whole numbers: no list of
  /// rows is that long.
  private static func strata(
    _ rows: [Int], _ classes: [Int32]?, _ random: Philox
  ) -> (rows: [UInt32], ends: [Int]) {
    var shuffled = rows.map { UInt32($0) }
    random.shuffle(&shuffled)
    guard let classes else { return (shuffled, [shuffled.count]) }
    func classOf(_ row: UInt32) -> Int32 { Int(row) < classes.count ? classes[Int(row)] : -1 }
    var counts: [Int32: Int] = [:]
    for row in shuffled { counts[classOf(row), default: 0] += 1 }
    var (places, ends, end) = ([Int32: Int](), [Int](), 0)
    for (own, count) in counts.sorted(by: { $0.key < $1.key }) {
      places[own] = end
      end += count
      ends.append(end)
    }
    var sorted = [UInt32](repeating: 0, count: shuffled.count)
    for row in shuffled {
      let place = places[classOf(row)]!
      sorted[place] = row
      places[classOf(row)] = place + 1
    }
    return (sorted, ends)
  }
}

extension Split {
  /// The rows that may be fitted to.
  ///
  /// Only a split makes one, so whatever asks for it — means, vocabularies, imputation —
  /// cannot see validation or test rows: there is no leak by construction.
  public struct TrainingRows: Sendable, Equatable {
    /// Ascending.
    public let indices: [Int]

    fileprivate init(_ indices: [Int]) { self.indices = indices }

    public var count: Int { indices.count }
  }
}

extension Split {
  /// The options for dividing a data set.
  public struct Options: Sendable, Equatable, Codable {
    /// The part that early stopping and choices look at, of all rows.
    public var validation: Double
    /// The part that is looked at once, at the end, of all rows.
    public var test: Double
    public var seed: UInt64

    public init(validation: Double = 0.1, test: Double = 0.2, seed: UInt64 = 0) {
      self.validation = validation
      self.test = test
      self.seed = seed
    }
  }
}
