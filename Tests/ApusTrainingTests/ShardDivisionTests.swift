import Apus
import Testing

/// Which rows are whose: a matter of numbers alone.
@Suite struct ShardDivisionTests {
  /// Every row is in exactly one shard, in order; no shard of a batch with room for two has fewer rows than those of a whole
  /// one, and none has more than there is memory for.
  @Test(arguments: [(1, 1), (1, 7), (2, 7), (4, 32), (8, 100), (16, 64), (64, 64), (1024, 1500)])
  func everyRowIsInOneShard(_ shards: Int, _ batch: Int) throws {
    let division = try ShardDivision(shards: shards, batch: batch)
    for count in 1...batch {
      let parts = (0..<shards).map { division.rows(of: $0, in: count) }.filter { !$0.isEmpty }
      #expect(parts.flatMap { Array($0) } == Array(0..<count))
      #expect(parts.allSatisfy { $0.count <= division.capacity })
      #expect(parts.count == 1 || parts.allSatisfy { $0.count >= division.leastRows }, "\(count) rows")
      // The first shards have the rows, so that what is absent is at the end.
      #expect(
        (0..<shards).filter { !division.rows(of: $0, in: count).isEmpty } == Array(0..<parts.count))
    }
    #expect((0..<shards).allSatisfy { !division.rows(of: $0, in: batch).isEmpty })
  }

  @Test func theNumberFollowsFromTheBatch() {
    let expected = [
      1: 1, 15: 1, 16: 2, 31: 2, 32: 4, 63: 4, 64: 8, 100: 8, 128: 8, 255: 8, 256: 16, 512: 32, 1 << 20: 4096,
    ]
    for (batch, shards) in expected { #expect(ShardDivision.automatic(batch: batch) == shards, "\(batch)") }
  }

  @Test func whatDoesNotSuitTheBatchIsRefused() throws {
    #expect(message { _ = try ShardDivision(shards: 3, batch: 64) }.contains("expected a power of two"))
    #expect(message { _ = try ShardDivision(shards: 0, batch: 64) }.contains("expected a power of two"))
    #expect(message { _ = try ShardDivision(shards: 64, batch: 40) }.contains("at most 32 shards"))
    let model = try Model(input: [5], seed: 1) {
      Dense(4); BatchNorm(); ReLU(); Dense(2)
    }
    let data = try Samples.classes(64)
    func step(_ shards: Int, _ collective: Collective? = nil) throws {
      _ = try TrainingStep(model.aimed(at: data), batch: 32, shards: shards, collective: collective)
    }
    try step(4)
    let text = message { try step(8) }
    #expect(text.contains("4 rows each") && text.contains("at most 4 shards, or batches of 64"), "\(text)")
    #expect(
      message { _ = try Recipe(json: .object([JSONMember("shards", .integer(12))])) }
        .contains("12 isn't a power of two"))
    #expect(
      message {
        _ = try TrainingStep(model.aimed(at: data), batch: 32, taps: [.prediction], shards: 2)
      }.contains("taps"))
  }
}
