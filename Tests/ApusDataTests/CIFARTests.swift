import ApusCore
import ApusData
import Testing

@Suite struct CIFARTests {
  /// Records whose planes are 10, 20 and 30 at pixel 0 and count up.
  private func record(_ label: UInt8) -> [UInt8] {
    [label]
      + [10, 20, 30].flatMap { color in (0..<1024).map { UInt8(truncatingIfNeeded: color + $0) } }
  }
  private let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"

  private func open(_ folder: TemporaryFolder) throws -> ImageSet {
    guard case .images(let images) = try DataSource.open(folder.path).content else {
      throw ApusError("no images")
    }
    return images
  }

  @Test func whateverBatchesThereAre() throws {
    let folder = try TemporaryFolder()
    try folder.write("data_batch_1.bin", record(3) + record(9))
    try folder.write("data_batch_3.bin", record(0))
    try folder.write("test_batch_first2.bin", record(1) + record(2))
    try folder.write("batches.meta.txt", Array(names.replacing("cat", with: "tiger").utf8))
    try folder.write("readme.html", [1])
    let images = try open(folder)
    #expect(images.training.labels == [3, 9, 0] && images.test?.labels == [1, 2])
    #expect(images.training.inputShape == [32, 32, 3])
    #expect(images.training.classNames[3] == "tiger")
    // Pixel by pixel: red, green and blue beside each other.
    #expect(images.training.bytes[..<6] == [10, 20, 30, 11, 21, 31])
    #expect(images.training.bytes[(2 * 3072)..<(2 * 3072 + 3)] == [10, 20, 30])
  }

  @Test func damagedFiles() throws {
    func problem(_ files: [String: [UInt8]]) throws -> String {
      let folder = try TemporaryFolder()
      for (name, bytes) in files { try folder.write(name, bytes) }
      return message { _ = try open(folder) }
    }
    let short = try problem(["data_batch_2.bin": Array((record(1) + record(2)).dropLast())])
    #expect(short.contains("data_batch_2.bin") && short.contains("holds 6145 bytes: 1 images and 3072 bytes"))
    #expect(short.contains("a multiple of 3073 bytes, as the 30730000 of a whole batch"))
    #expect(try problem(["data_batch_1.bin": []]).contains("holds 0 bytes"))
    #expect(
      try problem(["data_batch_1.bin": record(1), "test_batch.bin": [1]]).contains("test_batch.bin"))
    let label = try problem(["data_batch_1.bin": record(1) + record(10)])
    #expect(label.contains("image 2 has the label 10") && label.contains("0 … 9"))
    #expect(
      try problem(["data_batch_1.bin": record(1), "batches.meta.txt": Array("a\nb\n".utf8)])
        .contains("holds 2 names of classes"))
    #expect(try problem(["batches.meta.txt": [1]]).contains("or CIFAR-10's: data_batch_1.bin"))
  }

  @Test func aHundredClasses() throws {
    let folder = try TemporaryFolder()
    func record(_ coarse: UInt8, _ fine: UInt8) -> [UInt8] { [coarse, fine] + self.record(0).dropFirst() }
    try folder.write("train.bin", record(4, 99) + record(0, 7) + record(4, 7))
    try folder.write("test.bin", record(4, 0))
    try folder.write(
      "fine_label_names.txt", Array((0..<100).map { "fine\($0 + 100)" }.joined(separator: "\n").utf8))
    try folder.write(
      "coarse_label_names.txt", Array((0..<20).map { "coarse\($0 + 10)\n" }.joined().utf8))
    let images = try open(folder)
    #expect(images.training.labels == [99, 7, 7] && images.test?.labels == [0])
    #expect(images.training.classNames.count == 100 && images.training.classNames[7] == "fine107")
    #expect(images.training.bytes[..<6] == [10, 20, 30, 11, 21, 31])
    let coarse = try ImageTargets(images, #require(images.annotations), target: "coarse").images.training
    #expect(coarse.classNames == ["coarse10", "coarse14"] && coarse.labels == [1, 0, 1])
    try folder.write("train.bin", record(4, 100))
    #expect(message { _ = try open(folder) }.contains("image 1 has the label 100"))
    try folder.write("train.bin", Array(record(4, 1).dropLast()))
    #expect(message { _ = try open(folder) }.contains("a multiple of 3074 bytes"))
  }
}
