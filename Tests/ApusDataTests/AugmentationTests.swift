import ApusCore
import ApusData
import Testing

@Suite struct AugmentationTests {
  private func image(_ height: Int, _ width: Int, _ channels: Int) -> ImageValues {
    var image = ImageValues(height: height, width: width, channels: channels)
    image.values = image.values.indices.map { Float($0 + 1) }
    return image
  }

  /// What an augmentation makes of an image, for so many rows; the image itself where it says so.
  private func results(_ augmentation: any Augmentation, _ image: ImageValues, count: Int = 200)
    -> [ImageValues]
  {
    (0..<count).map { row in
      var target = ImageValues(height: image.height, width: image.width, channels: image.channels)
      target.values = target.values.map { _ in .nan }
      var random = AugmentationRandom(seed: 3, epoch: 1, row: row)
      return augmentation.apply(image, to: &target, &random) ? target : image
    }
  }

  @Test func everyItemComesBackFromItsConfiguration() throws {
    for prototype in Augmentations.table.prototypes {
      let item = try Augmentations.augmentation(prototype.configuration)
      #expect(item.configuration == prototype.configuration)
      #expect(!type(of: item).formula.isEmpty)
      // Nothing but what the image holds, or 0; no NaN.
      for result in results(item, image(5, 4, 3)) {
        #expect(result.values.allSatisfy { $0 >= 0 && $0 <= 60 }, "\(type(of: item).name)")
      }
    }
    #expect(try Augmentations.augmentation(.object([JSONMember("shift", .integer(3))])) as? Shift == Shift(3))
    #expect(message { _ = try Augmentations.augmentation(.string("randomcorp")) }.contains("randomCrop"))
    for (name, value) in [("shift", -1.0), ("horizontalFlip", 1.5), ("affine", 200), ("cutout", -2)] {
      let parameter = name == "shift" || name == "cutout" ? JSONValue.integer(Int(value)) : .double(value)
      #expect(message { _ = try Augmentations.augmentation(.object([JSONMember(name, parameter)])) } != "")
    }
  }

  /// Every shift up to the limit occurs, and is the image in the mirror of its edges.
  @Test(arguments: [true, false])
  func shiftsAndCrops(_ mirrors: Bool) {
    let image = image(3, 4, 2)
    var expected: [ImageValues] = []
    func mirrored(_ place: Int, _ length: Int) -> Int {
      let period = ((place % (2 * length)) + 2 * length) % (2 * length)
      return min(period, 2 * length - 1 - period)
    }
    let limit = 4  // beyond the image
    for down in -limit...limit {
      for right in -limit...limit {
        var moved = image
        for row in 0..<3 {
          for column in 0..<4 {
            for channel in 0..<2 {
              let isInside = (0..<3).contains(row + down) && (0..<4).contains(column + right)
              let from = image.start(mirrored(row + down, 3), mirrored(column + right, 4)) + channel
              moved.values[moved.start(row, column) + channel] =
                isInside || mirrors ? image.values[from] : 0
            }
          }
        }
        expected.append(moved)
      }
    }
    let augmentation: any Augmentation = mirrors ? Shift(limit) : RandomCrop(padding: limit)
    let found = results(augmentation, image, count: 3000)
    #expect(found.allSatisfy { expected.contains($0) })
    #expect(expected.allSatisfy { found.contains($0) })
  }

  @Test func flips() {
    let image = image(2, 3, 2)
    var flipped = image
    flipped.values = [5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8]
    let found = results(HorizontalFlip(), image, count: 1000)
    #expect(found.allSatisfy { $0 == image || $0 == flipped })
    #expect((400...600).contains(found.count { $0 == flipped }))
    #expect(results(HorizontalFlip(probability: 0), image).allSatisfy { $0 == image })
    #expect(results(HorizontalFlip(probability: 1), image).allSatisfy { $0 == flipped })
  }

  @Test func cutouts() {
    let image = image(6, 6, 1)
    let counts = results(Cutout(2), image, count: 500).map { result in
      let zeros = result.values.indices.filter { result.values[$0] == 0 }
      let kept = result.values.indices.filter { result.values[$0] == image.values[$0] }
      #expect(zeros.count + kept.count == 36)
      let (rows, columns) = (Set(zeros.map { $0 / 6 }), Set(zeros.map { $0 % 6 }))
      #expect(rows.count * columns.count == zeros.count && rows.count <= 2 && columns.count <= 2)
      return zeros.count
    }
    // Whole squares, and parts at the edges.
    #expect(Set(counts) == [1, 2, 4])
    #expect(results(Cutout(0), image).allSatisfy { $0 == image })
    #expect(results(Cutout(100), image).allSatisfy { $0.values.allSatisfy { $0 == 0 } })
  }

  /// Without a range nothing changes; a quarter turn and half the size are what they are by hand.
  @Test func affineMaps() {
    let image = image(5, 5, 2)
    for result in results(Affine(rotation: 0, scale: 0), image, count: 20) { #expect(result == image) }
    // A plane stays a plane: bilinear mixing is exact on it, away from the mirror.
    var plane = ImageValues(height: 9, width: 9, channels: 1)
    for row in 0..<9 {
      for column in 0..<9 { plane.values[plane.start(row, column)] = Float(row * 2 - column) }
    }
    for (row, result) in results(Affine(rotation: 20, scale: 0.1, shear: 0.1), plane, count: 50).enumerated()
    {
      var random = AugmentationRandom(seed: 3, epoch: 1, row: row)
      let angle = random.symmetric(20) / 180 * Double.pi
      let factor = 1 / (1 + random.symmetric(0.1))
      let slant = random.symmetric(0.1)
      for (down, right) in [(-2, -2), (0, 0), (1, -2), (2, 1)] {
        let x = Double(right) + slant * Double(down)
        let y = factor * (Mathematics.cos(angle) * Double(down) + Mathematics.sin(angle) * x)
        let z = factor * (Mathematics.cos(angle) * x - Mathematics.sin(angle) * Double(down))
        let expected = 2 * (y + 4) - (z + 4)
        #expect(abs(Double(result.values[result.start(down + 4, right + 4)]) - expected) < 1e-5)
      }
    }
  }

  /// What becomes of a sample depends on seed, epoch and row alone, and not on its batch.
  @Test func batches() throws {
    let images = try ImageDataset(
      bytes: (0..<(20 * 48)).map { UInt8(truncatingIfNeeded: $0 * 7) }, inputShape: [4, 4, 3],
      labels: (0..<20).map { UInt8($0 % 2) }, classNames: ["a", "b"])
    let steps: [any Augmentation] = [Shift(1), HorizontalFlip(), Affine(), Cutout(2)]
    func batch(_ rows: [Int], epoch: Int = 2, seed: UInt64 = 5) throws -> (inputs: [Float], labels: [Int32]) {
      let storage = BatchStorage(images, capacity: rows.count)
      images.gather(rows[...], into: storage.memory)
      storage.memory.augment(with: steps, shape: [4, 4, 3], rows: rows[...], epoch: epoch, seed: seed)
      return (storage.column(0), storage.labels)
    }
    let all = try batch(Array(0..<20))
    let some = try batch([7, 3, 19])
    for (place, row) in [7, 3, 19].enumerated() {
      let (one, other) = (place * 48..<place * 48 + 48, row * 48..<row * 48 + 48)
      #expect(some.inputs[one] == all.inputs[other])
    }
    #expect(try batch(Array(0..<20), epoch: 3).inputs != all.inputs)
    #expect(try batch(Array(0..<20), seed: 6).inputs != all.inputs)
    #expect(try images.batch(Array(0..<20)).arrays().inputs != all.inputs)
    #expect(all.labels == (0..<20).map { Int32($0 % 2) })
  }
}
