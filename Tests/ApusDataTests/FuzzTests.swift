import ApusCore
import ApusData
import Testing

/// Damaged input ends in an error or in a table, never in a trap.
@Suite struct FuzzTests {
  private func mutated(_ bytes: [UInt8], _ random: Philox, _ round: Int) -> [UInt8] {
    var bytes = bytes
    var counter = UInt64(round) << 16
    func next(_ bound: Int) -> Int {
      counter += 1
      return random.integer(counter, below: bound)
    }
    let special = Array("\",;\n\r\t .-+eE0123456789?{}[]:\\|".utf8) + [0, 255, 128, 0xC3, 0xEF, 0xBB, 0xBF]
    for _ in 0...next(6) {
      let place = next(bytes.count + 1)
      switch next(6) {
      case 0 where place < bytes.count: bytes[place] = UInt8(next(256))
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(special[next(special.count)], at: place)
      case 3: bytes.removeSubrange(place...)
      case 4: bytes += bytes[place...]
      default: if place < bytes.count { bytes[place] = special[next(special.count)] }
      }
      if bytes.count > 4000 { bytes.removeLast(bytes.count - 4000) }
    }
    return bytes
  }

  private static let tables = [
    "name,age,city\n\"Doe, J\",42,Bonn\nRoe,,\"a \"\"b\"\"\"\n?,7e2,x\n", "1;2,5;3\n4;5,5;6\n7;1.234,5;9\n",
    "d|b|y\n2024-01-02|yes|1\n2024-02-03|no|0\n2023-12-31 10:20|yes|1\n", "\u{FEFF}x\ty\r\n1\t2\r\n3\t4\r\n",
    "id,c,y\n1,red,a\n2,blue,b\n3,red,a\n4,green,b\n5,blue,a\n6,red,b\n7,red,a\n8,red,b\n9,blue,a\n10,red,b\n",
  ]

  @Test func tables() throws {
    let random = Philox(seed: 11, path: "fuzz")
    for round in 0..<20_000 {
      let bytes = mutated(Array(Self.tables[round % Self.tables.count].utf8), random, round)
      do {
        let table = try Table.parse(bytes, name: "t")
        #expect(table.columns.allSatisfy { $0.count == table.rowCount })
        _ = try DataSummary(table).lines()
        let task = try TableTask(table, readsTexts: round % 2 == 0)
        let split = try task.split(Split.Options(seed: UInt64(round)))
        let fitted = try task.fit(split.training)
        let (preprocessing, data) = (fitted.preprocessing, try fitted.apply(to: table))
        #expect(data.dataset.features.count == data.dataset.count * preprocessing.featureCount)
        #expect(data.dataset.features.allSatisfy { $0.isFinite })
        let text = try InputSchema.table(preprocessing).jsonText()
        #expect(try InputSchema(jsonText: text, name: "m") == .table(preprocessing))
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }

  @Test func schemas() throws {
    let table = try Table.parse(Array(Self.tables[2].utf8), name: "t")
    let task = try TableTask(table)
    let fitted = try task.fit(task.unsplit().training)
    let text = Array(try InputSchema.table(fitted.preprocessing).jsonText().utf8)
    let random = Philox(seed: 12, path: "fuzz")
    for round in 0..<10_000 {
      let bytes = mutated(text, random, round)
      guard let text = String(validating: bytes, as: UTF8.self) else { continue }
      do {
        let schema = try InputSchema(jsonText: text, name: "m")
        if case .table(let preprocessing) = schema {
          _ = try preprocessing.apply(to: table, targets: fitted.targets)
        }
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }

  @Test func tensors() throws {
    let bytes = try SafeTensors(
      entries: [
        "a": .init([1, 2] as [Float], shape: [2]), "b": .init(type: .u8, shape: [1, 3], bytes: [1, 2, 3]),
      ],
      metadata: ["k": "v"]
    ).serialized()
    let random = Philox(seed: 13, path: "fuzz")
    for round in 0..<20_000 {
      do {
        let tensors = try SafeTensors(mutated(bytes, random, round), name: "t")
        #expect(try SafeTensors(tensors.serialized(), name: "t") == tensors)
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }

  @Test func imageFiles() throws {
    let folder = try TemporaryFolder()
    let images = idx([3, 2, 2], (0..<12).map { UInt8($0) })
    let labels = idx([3], [0, 1, 2])
    let random = Philox(seed: 14, path: "fuzz")
    for round in 0..<300 {
      let packs = round % 2 == 0
      try folder.write("train-images-idx3-ubyte", mutated(packs ? gzip(images) : images, random, round))
      try folder.write(
        "train-labels-idx1-ubyte", round % 3 == 0 ? mutated(labels, random, round + 9999) : labels)
      do {
        _ = try DataSource.open(folder.path)
        _ = try DataSource.open("\(folder.path)/train-images-idx3-ubyte")
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}
