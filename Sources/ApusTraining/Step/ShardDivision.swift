package import ApusCore
import ApusData

/// The division of batches into shards: a power of two of them, each with consecutive rows.
///
/// The gradient of a batch is defined as the sum over its shards, added in one binary tree. Which rows a shard has depends on
/// the numbers of rows and shards alone, never on who computes it: any number of processes adds the same numbers in the same
/// order.
package struct ShardDivision: Sendable, Equatable {
  /// 2^m.
  package let shards: Int
  /// The rows of a whole batch.
  package let batch: Int

  package static let mostShards = 4096
  /// The rows that a shard has at least where nobody says how many shards there are: of a few shards what batch normalization
  /// needs, so that small batches can be shared too; of more of them enough for the kernels to be as fast as on a whole batch.
  private static let automaticRows = (few: rowsForStatistics, many: 16)
  private static let few = 8
  /// The rows that a shard needs for the statistics of a batch normalization.
  package static let rowsForStatistics = 8

  /// - Throws: for a number of shards that is no power of two, or more than the batch has rows.
  package init(shards: Int, batch: Int) throws(ApusError) {
    guard (1...Self.mostShards).contains(shards), shards & (shards - 1) == 0 else {
      throw ApusError(
        "\(shards) shards", at: "training.shards", expected: "a power of two, from 1 to \(Self.mostShards)")
    }
    guard shards <= batch else {
      throw ApusError(
        "\(shards) shards of a batch of \(counted(batch, "row"))", at: "training.shards",
        expected: "a row in each at least",
        fix: "take larger batches, or at most \(Self.most(batch: batch, rows: 1)) shards")
    }
    (self.shards, self.batch) = (shards, batch)
  }

  /// The number of shards for a batch: the largest power of two up to 8 that leaves 8 rows to each, or of any size that leaves
  /// 16.
  package static func automatic(batch: Int) -> Int {
    max(min(most(batch: batch, rows: automaticRows.few), few), most(batch: batch, rows: automaticRows.many))
  }

  /// The largest power of two of shards with at least that number of rows each; 1 for a batch of fewer.
  static func most(batch: Int, rows: Int) -> Int {
    var shards = 1
    while shards < mostShards, batch / (shards * 2) >= rows { shards *= 2 }
    return shards
  }

  /// The rows that every shard of a whole batch has at least.
  package var leastRows: Int { batch / shards }

  /// The most rows of a shard: of a batch of fewer than two shards' rows, all of them.
  package var capacity: Int { min(batch, max(2 * leastRows - 1, (batch + shards - 1) / shards)) }

  /// The rows of a shard in a batch of some rows: as even a part as there is; empty where the batch has too few for so many
  /// shards with ``leastRows`` each.
  package func rows(of shard: Int, in count: Int) -> Range<Int> {
    let parts = min(shards, max(count / leastRows, 1))
    guard shard < parts else { return count..<count }
    return (shard * count / parts)..<((shard + 1) * count / parts)
  }
}

/// The rows that a shard has in one of an update's batches.
package struct ShardPart: Equatable {
  package var shard: Int
  /// The batch's number in the update.
  package var batch: Int
  /// Their places among the rows of the update.
  package var rows: Range<Int>
}

/// The parts of an update that belong to some shards: shard after shard, each in the order of the batches. Those without rows
/// are left out.
struct ShardParts: Sequence, IteratorProtocol {
  private let division: ShardDivision
  private let rows: Int
  private let end: Int
  private var shard: Int
  private var batch = 0

  /// - Parameter rows: of the whole update: a batch, or several.
  init(_ division: ShardDivision, shards: Range<Int>, rows: Int) {
    (self.division, self.rows, end, shard) = (division, rows, shards.upperBound, shards.lowerBound)
  }

  mutating func next() -> ShardPart? {
    while shard < end {
      let start = batch * division.batch
      guard start < rows else {
        (shard, batch) = (shard + 1, 0)
        continue
      }
      let part = division.rows(of: shard, in: Swift.min(division.batch, rows - start))
      defer { batch += 1 }
      if !part.isEmpty {
        return ShardPart(
          shard: shard, batch: batch, rows: (start + part.lowerBound)..<(start + part.upperBound))
      }
    }
    return nil
  }
}
