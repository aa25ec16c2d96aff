package import ApusCore

extension Batch {
  /// Memory that a batch's rows are written to: that of whoever runs them, with the targets as its loss takes them.
  ///
  /// What a ``Dataset`` fills in ``Dataset/gather(_:into:)``, the rows one after the other from the first place on.
  public struct Memory: @unchecked Sendable {
    /// The most rows.
    public let capacity: Int
    /// The memory of each input, by its name.
    package let inputs: [(name: String, memory: InputMemory, size: Int)]
    /// Those of the main input, which is the only one as a rule.
    let main: InputMemory
    let mainSize: Int
    private let targets: InputMemory
    private let classTargets: ClassTargets
    /// The target numbers of a row: classes at its positions, or one for each output.
    private let targetSize: Int
    private let weights: UnsafeMutableBufferPointer<Float>

    /// - Parameters:
    ///   - inputs: of each input the memory, empty where nobody reads it, and the numbers of a row.
    ///   - targets: empty where nobody reads them.
    ///   - targetSize: the target numbers of a row as they are written.
    ///   - weights: `[capacity]`, or empty where nobody reads them.
    package init(
      capacity: Int, inputs: [(name: String, memory: InputMemory, size: Int)],
      targets: InputMemory, _ classTargets: ClassTargets, targetSize: Int,
      weights: UnsafeMutableBufferPointer<Float> = .init(start: nil, count: 0)
    ) {
      self.capacity = capacity
      self.inputs = inputs
      main = inputs.first?.memory ?? InputMemory(floats: .init(start: nil, count: 0), scalar: .float32)
      mainSize = inputs.first?.size ?? 0
      self.targets = targets
      self.classTargets = classTargets
      self.targetSize = targetSize
      self.weights = weights
    }

    // MARK: Writing

    /// Writes a row of an input.
    ///
    /// - Parameters:
    ///   - values: as many as the input has numbers; class numbers as whole numbers.
    ///   - place: the row's place in the batch, below ``capacity``.
    ///   - input: the name of one of several inputs; the only one when nil.
    public func write(_ values: some Collection<Float>, at place: Int, input: String? = nil) {
      let column = column(input)
      precondition(place >= 0 && place < capacity, "the batch has no such place")
      precondition(values.count == column.size, "a row of another length")
      guard !column.memory.floats.isEmpty else { return }
      if let integers = column.memory.integers {
        for (at, value) in zip(place * column.size..<(place + 1) * column.size, values) {
          integers[at] = Int32(exactly: value) ?? 0
        }
      } else {
        _ = column.memory.floats[(place * column.size)..<((place + 1) * column.size)].update(
          fromContentsOf: values)
      }
    }

    /// Writes the class of a row, as the loss takes it.
    public func write(class label: Int, at place: Int) {
      precondition(place >= 0 && place < capacity, "the batch has no such place")
      writeClasses(CollectionOfOne(0), from: place) { _ in Int32(label) }
    }

    /// Writes the numbers that a row is mapped to, or 1 for each label that it has and 0 for the others.
    ///
    /// - Parameter areLabels: whether the numbers are labels.
    public func write(targets values: some Collection<Float>, areLabels: Bool = false, at place: Int) {
      precondition(place >= 0 && place < capacity, "the batch has no such place")
      guard !targets.floats.isEmpty else { return }
      precondition(values.count == targetSize, "a row of another length")
      let numbers = Array(values)
      writeValues(CollectionOfOne(0), from: place, areLabels: areLabels) { _, column in numbers[column] }
    }

    /// The part of one input alone, as the only one, or with nil that of the targets alone.
    func only(input: String?) -> Batch.Memory {
      let nowhere = InputMemory(floats: .init(start: nil, count: 0), scalar: .float32)
      return Batch.Memory(
        capacity: capacity, inputs: [input.map { column($0) } ?? ("", nowhere, 1)],
        targets: input == nil ? targets : nowhere, classTargets, targetSize: targetSize)
    }

    /// The memory of an input; the first one when nil.
    package func column(_ name: String? = nil) -> (name: String, memory: InputMemory, size: Int) {
      guard let name, inputs.count > 1 else { return inputs[0] }
      guard let column = inputs.first(where: { $0.name == name }) else {
        preconditionFailure("the batch has no input \"\(name)\"")
      }
      return column
    }

    /// A Boolean value that indicates whether the weights of the rows are read.
    var readsWeights: Bool { !weights.isEmpty }

    /// The memory for classes as numbers; nil where nobody reads them as such.
    package var targetIntegers: UnsafeMutableBufferPointer<Int32>? { targets.integers }

    /// Copies targets as the loss takes them from a tensor.
    package func copyTargets(from storage: TensorStorage, start: Int, count: Int) {
      targets.copy(from: storage, start: start, count: count)
    }

    /// Copies the weights of the first rows.
    func copyWeights(from values: UnsafeMutableBufferPointer<Float>, count: Int) {
      weights.baseAddress?.update(from: values.baseAddress!, count: count)
    }

    // The data set's kind of targets and the loss' are the same for all rows: the loops are within.

    /// The class of each of the rows, or those at each position of a row where `positions` are given.
    @inline(__always)
    package func writeClasses(
      _ rows: some Collection<Int>, from first: Int = 0, positions: Int = 1, _ label: (Int) -> Int32
    ) {
      guard !targets.floats.isEmpty else { return }
      switch classTargets {
      case .numbers:
        guard let integers = targets.integers?.baseAddress else { return }
        var at = first
        for row in rows {
          integers[at] = label(row)
          at += 1
        }
      case .indicators(let off, let on):
        let floats = targets.floats.baseAddress!
        guard targetSize > 1 else {
          // Without a branch, which half of the rows would mispredict.
          let (unset, change) = (off.bitPattern, off.bitPattern ^ on.bitPattern)
          var at = first
          for row in rows {
            floats[at] = Float(bitPattern: unset ^ (change & (0 &- (label(row) == 1 ? 1 : 0))))
            at &+= 1
          }
          return
        }
        var at = first * targetSize
        for row in rows {
          let label = Int(label(row))
          (floats + at).update(repeating: off, count: targetSize)
          if label >= 0, label < targetSize { floats[at + label] = on }
          at += targetSize
        }
      }
    }

    /// The numbers of each of the rows, or indicators of its labels.
    @inline(__always)
    package func writeValues(
      _ rows: some Collection<Int>, from first: Int = 0, areLabels: Bool,
      _ value: (_ row: Int, _ column: Int) -> Float
    ) {
      guard let floats = targets.floats.baseAddress, targets.integers == nil else { return }
      var at = first * targetSize
      if areLabels, case .indicators(let off, let on) = classTargets, off != 0 || on != 1 {
        for row in rows {
          for column in 0..<targetSize { floats[at + column] = value(row, column) == 1 ? on : off }
          at += targetSize
        }
      } else {
        for row in rows {
          for column in 0..<targetSize { floats[at + column] = value(row, column) }
          at += targetSize
        }
      }
    }

    /// Writes the weight of each of the rows; 1 where none is known.
    func writeWeights(_ rows: some Collection<Int>, _ values: [Float]?) {
      guard let place = weights.baseAddress else { return }
      var at = 0
      for row in rows {
        place[at] = values?[row] ?? 1
        at += 1
      }
    }
  }
}
