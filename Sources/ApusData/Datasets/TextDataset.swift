import ApusCore

/// Windows of a text: a sample shows the classes of `context` characters, and its targets are, at each position, the
/// class of the character that follows.
public struct TextDataset: Dataset {
  private let numbers: TextNumbers
  private let starts: [Int]
  /// A Boolean value that indicates whether the windows begin elsewhere in each epoch.
  private let moves: Bool
  public let context: Int
  public let targets: TargetKind

  /// Windows with a character that has no class (−1) are left out.
  init(_ numbers: TextNumbers, context: Int, stride: Int, moves: Bool = false, targets: TargetKind) {
    self.numbers = numbers
    self.context = context
    self.targets = targets
    self.moves = moves
    // The last unknown character before each window's end decides whether the window holds one.
    let hasUnknown = numbers.firstUnknown != nil
    var starts: [Int] = []
    var (unknown, read) = (-1, 0)
    for start in Swift.stride(from: 0, to: max(numbers.count - context, 0), by: stride) {
      while hasUnknown, read <= start + context {
        if numbers[read] < 0 { unknown = read }
        read += 1
      }
      if unknown < start { starts.append(start) }
    }
    self.starts = starts
  }

  private init(_ dataset: TextDataset, starts: [Int]) {
    (numbers, context, targets, moves) = (dataset.numbers, dataset.context, dataset.targets, dataset.moves)
    self.starts = starts
  }

  public var count: Int { starts.count }
  public var inputShape: [Int] { [context] }
  public var positions: Int { context }

  /// All windows moved on by a random number of characters below `context`; the last one ends with the text.
  public func inEpoch(_ epoch: Int, seed: UInt64) -> any Dataset {
    guard moves else { return self }
    let shift = Philox(seed: seed, path: "windows of epoch").integer(UInt64(epoch), below: context)
    let last = numbers.count - context - 1
    return TextDataset(self, starts: starts.map { min($0 + shift, last) })
  }

  public func gather(_ rows: ArraySlice<Int>, into memory: Batch.Memory) {
    let (column, context) = (memory.column(), context)
    precondition(rows.count <= memory.capacity && column.size == context, "the batch does not fit")
    let (integers, floats) = (column.memory.integers, column.memory.floats)
    let targets = memory.targetIntegers
    var at = 0
    for row in rows {
      numbers.forEach(starts[row]..<(starts[row] + context + 1)) { position, number in
        if position < context {
          if let integers {
            integers[at + position] = number
          } else if !floats.isEmpty {
            floats[at + position] = Float(number)
          }
        }
        if position > 0, let targets { targets[at + position - 1] = number }
      }
      at += context
    }
  }
}
