import ApusCore
import ApusData
import TestSupport
import Testing

/// Prepared images are the images, to the bit.
@Suite struct PreparedImagesTests {
  private func images(_ path: String, _ format: PictureFormat = PictureFormat()) throws -> ImageSet {
    guard case .images(let images) = try DataSource.open(path, pictures: format).content else {
      throw ApusError("no images")
    }
    return images
  }

  /// What a folder gives directly and through a prepared file.
  private func both(
    _ folder: TemporaryFolder, _ name: String, _ format: PictureFormat = PictureFormat()
  ) throws -> (direct: ImageSet, prepared: ImageSet) {
    let out = folder.path("\(name).apus")
    _ = try DataSource.prepare(folder.path(name), to: out, pictures: format)
    return (try images(folder.path(name), format), try images(out))
  }

  private func same(_ set: ImageSet, _ other: ImageSet) throws {
    #expect(set.validationRows == other.validationRows && set.fingerprint() == other.fingerprint())
    for (a, b) in [(set.training, other.training), (set.test ?? set.training, other.test ?? other.training)] {
      #expect(a.inputShape == b.inputShape && a.count == b.count && a.normalization == b.normalization)
      #expect(a.bytes == b.bytes && a.reals == b.reals && a.areReal == b.areReal)
      #expect(a.labels == b.labels && a.values == b.values && a.targets == b.targets && a.scales == b.scales)
      #expect(a.hasLabels == b.hasLabels && a.files == b.files)
      let rows = [a.count - 1, 0, a.count / 2]
      guard a.hasLabels else { continue }
      #expect(try a.batch(rows).arrays().inputs == b.batch(rows).arrays().inputs)
    }
  }

  private func picture(_ number: Int, side: Int = 6) -> [UInt8] {
    png(side, side, (0..<(side * side)).map { ($0 * 37 + number * 11) % 256 })
  }

  @Test func picturesInFolders() throws {
    let folder = try TemporaryFolder()
    for number in 0..<30 {
      try folder.write("d/train/\(["a", "b", "c"][number % 3])/\(number).png", picture(number))
    }
    for number in 30..<36 {
      try folder.write("d/val/\(["a", "b"][number % 2])/\(number).png", picture(number))
      try folder.write("d/test/\(["a", "c"][number % 2])/\(number).png", picture(number, side: 9))
    }
    let (direct, prepared) = try both(folder, "d")
    #expect(prepared.training.pixels.fileOffset != nil && prepared.validationRows.count == 6)
    try same(direct, prepared)
    // Its split and what is fitted to the training images, too.
    let (a, b) = (try direct.split(seed: 4), try prepared.split(seed: 4))
    #expect(a.preprocessing == b.preprocessing)
    let rows = Array(0..<a.training.count)
    #expect(Batch(a.training, rows).arrays().inputs == Batch(b.training, rows).arrays().inputs)
  }

  /// Gray in color files, rows and columns exchanged, another size, 16 bits.
  @Test func otherForms() throws {
    let folder = try TemporaryFolder()
    for number in 0..<8 {
      var gray = PNGWriter(width: 5, height: 4, colorType: 2)
      gray.parts = 2
      try folder.write("gray/\(number % 2)/\(number).png", gray.file((0..<60).map { $0 / 3 * 12 + number }))
      var deep = PNGWriter(width: 3, height: 4, depth: 16, colorType: 0)
      deep.parts = 1
      try folder.write("deep/\(number % 2)/\(number).png", deep.file((0..<12).map { $0 * 5000 + number }))
    }
    for format in [
      PictureFormat(), PictureFormat(isTransposed: true), PictureFormat(size: .init(height: 3, width: 2)),
      PictureFormat(channels: 3),
    ] {
      let (direct, prepared) = try both(folder, "gray", format)
      #expect(prepared.inputShape == direct.inputShape)
      try same(direct, prepared)
    }
    let (direct, prepared) = try both(folder, "deep")
    #expect(prepared.training.areReal)
    try same(direct, prepared)
  }

  /// A table beside the pictures, with labels and numbers, and a picture that it does not name.
  @Test func picturesWithATable() throws {
    let folder = try TemporaryFolder()
    var lines = ["file,kind,size"]
    for number in 0..<12 {
      try folder.write("d/\(number).png", picture(number))
      if number != 7 { lines.append("\(number).png,\(["x", "y"][number % 2]),\(Double(number) * 1.5)") }
    }
    try folder.write("d/labels.csv", Array((lines.joined(separator: "\n") + "\n").utf8))
    let (direct, prepared) = try both(folder, "d")
    #expect(prepared.annotations?.training.unknown == direct.annotations?.training.unknown)
    for target in ["kind", "size"] {
      let (a, b) = try (
        ImageTargets(direct, direct.annotations!, target: target),
        ImageTargets(prepared, prepared.annotations!, target: target)
      )
      #expect(a.choices == b.choices && a.task == b.task)
      try same(a.images, b.images)
    }
  }

  @Test func arraysAndBuiltInSets() throws {
    let folder = try TemporaryFolder()
    let out = folder.path("digits.apus")
    let result = try DataSource.prepare("digits", to: out)
    let digits = try ImageSet.digits()
    #expect(
      result.content
        == .images(count: digits.count, shape: digits.inputShape, test: digits.test?.count))
    try same(digits, try images(out))
  }

  @Test func damagedFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    for number in 0..<6 { try folder.write("d/\(number % 2)/\(number).png", picture(number)) }
    let out = folder.path("d.apus")
    _ = try DataSource.prepare(folder.path("d"), to: out)
    try forEachDamaged(out, count: 400, changes: 3, seed: 2) { other in
      // Whatever it is, nothing traps.
      if case .images(let images)? = try? DataSource.open(other).content { _ = try? images.split() }
    }
  }

  @Test func nothingIsLeftHalfWritten() throws {
    let folder = try TemporaryFolder()
    for number in 0..<6 { try folder.write("d/\(number % 2)/\(number).png", picture(number)) }
    try folder.write("d/1/bad.png", Array(picture(3).prefix(40)))
    #expect(
      message { _ = try DataSource.prepare(folder.path("d"), to: folder.path("d.apus")) }
        .contains("bad.png"))
    let table = try folder.write("t.csv", Array("a,b\n1,2\n".utf8))
    let size = PictureFormat(size: .init(height: 2, width: 2))
    #expect(
      message { _ = try DataSource.prepare(table, to: folder.path("t.apus"), pictures: size) }
        .contains("the form of pictures is given"))
    #expect(
      message { _ = try DataSource.prepare("iris", to: folder.path("t.apus"), pictures: size) }
        .contains("the form of pictures is given"))
    #expect(folder.names() == ["d", "t.csv"])
  }
}
