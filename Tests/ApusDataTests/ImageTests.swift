import ApusCore
import ApusData
import Testing

@Suite struct ImageTests {
  private let images = idx([3, 2, 2], (0..<12).map { UInt8($0 * 20) })
  private let labels = idx([3], [0, 2, 1])

  private func folder(_ files: [String: [UInt8]]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, bytes) in files { try folder.write(name, bytes) }
    return folder
  }

  private func open(_ path: String) throws -> ImageSet {
    guard case .images(let images) = try DataSource.open(path).content else {
      throw ApusError("no images")
    }
    return images
  }

  @Test(arguments: ["-", "."], ["", ".gz"])
  func aFolderWithTheUsualNames(_ mark: String, _ suffix: String) throws {
    let pack = suffix.isEmpty ? { $0 } : gzip
    let folder = try folder([
      "train-images\(mark)idx3-ubyte\(suffix)": pack(images),
      "train-labels\(mark)idx1-ubyte\(suffix)": pack(labels),
      "t10k-images\(mark)idx3-ubyte\(suffix)": pack(images),
      "t10k-labels\(mark)idx1-ubyte\(suffix)": pack(labels),
    ])
    let found = try open(folder.path)
    #expect(found.training.count == 3 && found.test?.count == 3)
    #expect(found.training.inputShape == [2, 2, 1])
    #expect(found.training.bytes == (0..<12).map { UInt8($0 * 20) })
    #expect(found.training.labels == [0, 2, 1])
    #expect(found.training.classNames == ["0", "1", "2"])
  }

  @Test func aSinglePair() throws {
    let folder = try folder(["x-images-idx3-ubyte": images, "x-labels-idx1-ubyte.gz": gzip(labels)])
    #expect(try open("\(folder.path)/x-images-idx3-ubyte").training.count == 3)
  }

  @Test func damagedFiles() throws {
    let huge = idx([1_000_000_000, 28, 28], [1, 2, 3])
    let overflow = idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [])
    let cases: [(images: [UInt8], labels: [UInt8], problem: String)] = [
      (Array(images.dropLast()), labels, "holds 11 bytes"), (images + [1], labels, "more bytes"),
      (huge, labels, "1000000000 × 28 × 28"), (gzip(huge), labels, "cannot hold"),
      (overflow, labels, "claims more"),
      (gzip(overflow), labels, "claims more"), (Array(gzip(images).dropLast(12)), labels, "truncated"),
      (gzip(images + [1]), labels, "more bytes"), (gzip(Array(images.dropLast())), labels, "ends after 11"),
      (images, idx([2], [0, 1]), "3 images, but 2 labels"),
      (idx([3, 2], [0, 1, 2, 3, 4, 5], type: 13), labels, "float32"),
      ([0, 0, 8], labels, "ends after 3"), ([1, 2, 3, 4, 5], labels, "no IDX file"),
      ([], labels, "ends after 0"),
      (images, idx([3, 1], [0, 1, 2]), "dimensions"), (idx([0, 2, 2], []), idx([0], []), "no images"),
      (idx([3, 0, 2], []), labels, "shape"), ([0, 0, 8, 9], labels, "9 dimensions"),
    ]
    for (images, labels, problem) in cases {
      let folder = try folder(["train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels])
      let text = message { _ = try open(folder.path) }
      #expect(text.contains(problem), "\(text)")
    }
  }

  /// EMNIST's letters have the names of their set before MNIST's, classes from 1 on, and lie on their side.
  @Test func lettersOnTheirSide() throws {
    let folder = try folder([
      "emnist-letters-train-images-idx3-ubyte": idx([2, 2, 3], (0..<12).map { UInt8($0) }),
      "emnist-letters-train-labels-idx1-ubyte": idx([2], [1, 26]),
      "emnist-letters-test-images-idx3-ubyte.gz": gzip(idx([1, 2, 3], [1, 2, 3, 4, 5, 6])),
      "emnist-letters-test-labels-idx1-ubyte": idx([1], [26]),
    ])
    let source = try DataSource.open(folder.path)
    #expect(source.notes == ["EMNIST's images lie on their side: --transpose turns them upright"])
    let lying = try open(folder.path)
    #expect(lying.training.classNames == ["1", "26"] && lying.test?.labels == [1])
    let upright = try DataSource.open(folder.path, pictures: PictureFormat(isTransposed: true))
    guard case .images(let images) = upright.content else { throw ApusError("no images") }
    #expect(images.inputShape == [3, 2, 1] && upright.notes.isEmpty && images.training.labels == [0, 1])
    #expect(Array(images.training.bytes[..<6]) == [0, 3, 1, 4, 2, 5])
    try folder.write("emnist-digits-train-images-idx3-ubyte", idx([1, 1, 1], [1]))
    #expect(message { _ = try open(folder.path) }.contains("holds several sets"))
  }

  @Test func classesByName() throws {
    let images = try ImageDataset(
      bytes: [1, 2, 3], inputShape: [1, 1, 1], labels: [1, 0, 1], classNames: ["dog", "emu"])
    #expect(try images.among(classes: ["cat", "dog", "emu"], name: "x").labels == [2, 1, 2])
    let text = message { _ = try images.among(classes: ["cat", "dog"], name: "x") }
    #expect(text.contains("image 1 has the label emu; expected cat, dog, as in training"), "\(text)")
    let numbered = try ImageDataset(
      bytes: [1, 2, 3], inputShape: [1, 1, 1], labels: [1, 0, 1], classNames: ["0", "2"])
    #expect(try numbered.among(classes: ["cat", "dog", "emu"], name: "x").labels == [2, 0, 2])
  }

  @Test func incompleteFolders() throws {
    let empty = try folder([:])
    #expect(message { _ = try open(empty.path) }.contains("train-images-idx3-ubyte"))
    let single = try folder(["train-images-idx3-ubyte": images])
    // Images without labels can be predicted; what needs the labels says where they were looked for.
    let unnamed = try folder(["pictures": images])
    for (path, expected) in [
      (single.path, "train-labels-idx1-ubyte"),
      ("\(single.path)/train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
      ("\(unnamed.path)/pictures", "a name such as train-images-idx3-ubyte"),
    ] {
      let images = try open(path).training
      #expect(!images.hasLabels && images.classLabels() == nil && images.count == 3)
      let text = message { try images.requireLabels() }
      #expect(text.contains("labels of these images are missing") && text.contains(expected), "\(text)")
    }
    let other = try folder([
      "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels,
      "t10k-images-idx3-ubyte": idx([1, 3, 2], [1, 2, 3, 4, 5, 6]), "t10k-labels-idx1-ubyte": idx([1], [0]),
    ])
    #expect(message { _ = try open(other.path) }.contains("[3, 2, 1]"))
  }

  @Test func bytesBecomeFloats() throws {
    let count = 37
    let bytes = (0..<count * 19).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let set = try ImageDataset(
      bytes: bytes, inputShape: [19, 1, 1], labels: (0..<count).map { UInt8($0 % 3) },
      classNames: ["a", "b", "c"],
      normalization: ImageDataset.Normalization(mean: [0.25], deviation: [0.5]))
    let batch = try set.batch([36, 0, 7]).arrays()
    #expect(batch.count == 3)
    #expect(batch.labels == [0, 0, 1])
    for (place, row) in [36, 0, 7].enumerated() {
      for i in 0..<19 {
        let expected = (Double(bytes[row * 19 + i]) / 255 - 0.25) / 0.5
        #expect(abs(Double(batch.inputs[place * 19 + i]) - expected) < 1e-6)
      }
    }
    #expect(message { _ = try set.batch([37]) }.contains("37"))
  }

  @Test func normalizationIsFittedToTrainingRows() throws {
    let set = try ImageDataset(
      bytes: [0, 255, 0, 255, 7, 7], inputShape: [1, 2, 1], labels: [0, 1, 0], classNames: ["a", "b"])
    let fold = try Split.folds(3, rows: [0, 1, 2])
    let split = try #require(fold.first { $0.validation == [2] })
    let fitted = ImageDataset.Normalization.fit(set, rows: split.training)
    #expect(abs(fitted.mean[0] - 0.5) < 1e-12 && abs(fitted.deviation[0] - 0.5) < 1e-12)
    #expect(
      ImageDataset.Normalization.fit(
        try .init(bytes: [3, 3], inputShape: [2, 1, 1], labels: [0], classNames: ["a"]),
        rows: Split.unsplit(1).training
      ).deviation == [1])
  }

  /// Two training images of 1 × 2 pixels with two channels; a third one that is not fitted to.
  @Test func channelsAndMeanImages() throws {
    let set = try ImageDataset(
      bytes: [0, 10, 100, 30, 50, 20, 250, 0, 255, 255, 255, 255], inputShape: [1, 2, 2], labels: [0, 1, 0],
      classNames: ["a", "b"])
    let rows = try Split.explicit(training: [0, 1], validation: [2]).training
    func inputs(_ scaling: NumberScaling.Kind) throws -> [Double] {
      let fitted = ImageDataset.Normalization.fit(set, rows: rows, scaling: scaling)
      return try set.normalized(fitted).batch([0, 1]).arrays().inputs.map { Double($0) * 255 }
    }
    func expectNear(_ found: [Double], _ expected: [Double]) {
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 }, "\(found)")
    }
    try expectNear(inputs(.center), [-100, -5, 0, 15, -50, 5, 150, -15])
    try expectNear(inputs(.meanImage), [-25, -5, -75, 15, 25, 5, 75, -15])
    try expectNear(inputs(.minMax), [0, 10, 100, 30, 50, 20, 250, 0])
    try expectNear(inputs(.none).map { $0 / 255 }, [0, 10, 100, 30, 50, 20, 250, 0])
    let standard = try inputs(.standardize).map { $0 / 255 }
    for channel in 0..<2 {
      let values = stride(from: channel, to: 8, by: 2).map { standard[$0] }
      #expect(abs(values.reduce(0, +)) < 1e-5)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 4 - 1) < 1e-5)
    }
    // It comes back from a model file's text.
    let schema = InputSchema.images(.fit(set, rows: rows, scaling: .meanImage))
    #expect(try InputSchema(jsonText: schema.jsonText(), name: "x") == schema)
    let damaged = try schema.jsonText().replacing("\"deviation\":[1", with: "\"deviation\":[0")
    #expect(message { _ = try InputSchema(jsonText: damaged, name: "x") }.contains("damaged"))
  }

  @Test func imagesThatDoNotFitAModel() throws {
    let digits = try ImageSet.digits().training
    let model = ImageDataset.Preprocessing(inputShape: [28, 28, 1], normalization: .unit())
    #expect(message { _ = try model.apply(to: digits, name: "digits") }.contains("[8, 8, 1]"))
    let few = ImageDataset.Preprocessing(inputShape: [8, 8, 1], normalization: .unit())
    #expect(message { _ = try few.apply(to: digits, name: "digits", classes: ["0"]) }.contains("label"))
  }
}
