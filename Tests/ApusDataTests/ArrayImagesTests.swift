import ApusCore
import ApusData
import TestSupport
import Testing

/// Arrays of images as people save them: names, shapes, types and targets of every kind.
@Suite struct ArrayImagesTests {
  private let x = npy("|u1", [4, 2, 3], (0..<24).map { UInt8($0 * 10) })
  private let y = npy("|u1", [4], [2, 0, 2, 1])

  private func open(_ members: [(String, [UInt8])]) throws -> (images: ImageSet, notes: [String]) {
    let folder = try TemporaryFolder()
    let file = storedZip(members.map { (name: "\($0.0).npy", bytes: $0.1) })
    let source = try DataSource.open(folder.write("a.npz", file))
    guard case .images(let images) = source.content else { throw ApusError("no images") }
    return (images, source.notes)
  }

  private func doubles(_ values: [Double]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
  }

  private func targets(_ shape: [Int], _ values: [Double]) throws -> ImageDataset {
    try open([("x", x), ("y", npy("<f8", shape, doubles(values)))]).images.training
  }

  @Test(arguments: [
    ["x", "y"], ["X", "Y"], ["x_train", "y_train"], ["train_images", "train_labels"], ["images", "labels"],
    ["data", "target"], ["trainX", "trainY"], ["train_data", "train_label"], ["arr_0", "arr_1"],
    ["faces", "who"],
  ])
  func names(_ names: [String]) throws {
    let images = try open([(names[0], x), (names[1], y)]).images.training
    #expect(images.inputShape == [2, 3, 1] && images.labels == [2, 0, 2, 1])
    #expect(images.classNames == ["0", "1", "2"])
  }

  @Test func partsByNameAndByOrder() throws {
    for names in [
      ["x_train", "y_train", "x_test", "y_test"],
      ["train_images", "train_labels", "test_images", "test_labels"],
      ["arr_0", "arr_1", "arr_2", "arr_3"],
    ] {
      let images = try open([(names[0], x), (names[1], y), (names[2], x), (names[3], y)]).images
      #expect(images.training.count == 4 && images.test?.labels == [2, 0, 2, 1], "\(names)")
    }
    let samplesFirst = try open([("arr_0", x), ("arr_1", x), ("arr_2", y), ("arr_3", y)]).images
    #expect(samplesFirst.test?.labels == [2, 0, 2, 1])
    let withValidation = try open([
      ("train_images", x), ("train_labels", y), ("val_images", x), ("val_labels", y), ("test_images", x),
      ("test_labels", y),
    ]).images
    #expect(withValidation.training.count == 8 && withValidation.validationRows == [4, 5, 6, 7])
    #expect(
      message { _ = try open([("images", x), ("data", x), ("y", y)]) }.contains("expected one of them"))
    // The classes' names are as many as there are classes, and the labels as many as images.
    let named = try open([("images", x), ("labels", y), ("names", npy("|S1", [3], Array("abc".utf8)))])
    #expect(named.images.training.labels == [2, 0, 2, 1])
    #expect(message { _ = try open([("p", x), ("q", x)]) }.contains("save them with numpy.savez"))
  }

  /// The mean of photographs is gray all over: it is drawn from its darkest to its lightest pixel.
  @Test func summaries() throws {
    func lines(_ members: [(String, [UInt8])]) throws -> [String] {
      let folder = try TemporaryFolder()
      let file = storedZip(members.map { (name: "\($0.0).npy", bytes: $0.1) })
      return try DataSource.open(folder.write("a.npz", file)).summaryLines()
    }
    let gray = try lines([("x", npy("|u1", [4, 2, 3], (0..<24).map { UInt8(120 + $0 % 6) })), ("y", y)])
    #expect(gray[0] == "a: 4 images of 2 × 3 × 1" && gray[1].hasSuffix("of white"))
    #expect(gray.suffix(2) == ["      ░░", "  ▒▒▓▓██"], "\(gray)")
    let even = try lines([("x", npy("|u1", [4, 2, 3], [UInt8](repeating: 200, count: 24))), ("y", y)])
    #expect(even.last == "  ██████")
    let reals = try lines([("x", npy("<f8", [1, 2, 3], doubles([-5, 0, 1, 2.5, 300, 510])))])
    #expect(reals[0] == "a: 1 image of 2 × 3 × 1" && reals[1].hasPrefix("numbers -5 … 510"))
    #expect(!reals[1].contains("white"))
  }

  @Test func channelsFirst() throws {
    let first = npy("|u1", [2, 3, 4, 5], (0..<120).map { UInt8($0) })
    let (images, notes) = try open([("x", first)])
    #expect(images.inputShape == [4, 5, 3])
    #expect(Array(images.training.bytes[..<6]) == [0, 20, 40, 1, 21, 41])
    #expect(Array(images.training.bytes[60..<63]) == [60, 80, 100])
    #expect(notes == ["channels come first in [2, 3, 4, 5]: they are turned to the end"])
    let last = try open([("x", npy("|u1", [2, 4, 5, 3], (0..<120).map { UInt8($0) }))])
    #expect(last.images.inputShape == [4, 5, 3] && last.notes.isEmpty)
    #expect(last.images.training.bytes == (0..<120).map { UInt8($0) })
  }

  @Test func numbersOfEveryKind() throws {
    func pixels(_ values: [Double]) throws -> (images: ImageDataset, notes: [String]) {
      let found = try open([("x", npy("<f8", [1, 2, 2], doubles(values)))])
      return (found.images.training, found.notes)
    }
    #expect(try pixels([0, 1 / 255, 128 / 255, 1]).images.bytes == [0, 1, 128, 255])
    #expect(try pixels([0, 1, 128, 255]).images.bytes == [0, 1, 128, 255])
    let real = try pixels([-1.5, 0.25, 0.5, 3])
    #expect(real.images.bytes.isEmpty && real.images.reals == [-1.5, 0.25, 0.5, 3])
    #expect(real.images.normalization.white == 1 && real.notes == ["pixels are real numbers from -1.5 to 3"])
    #expect(try pixels([0, 0.5, 99.25, 254.5]).images.normalization.white == 255)
    #expect(message { _ = try pixels([0, .nan, 0, 0.3]) }.contains("image 1 holds nan"))
    // Half precision: 1, −2, 2⁻²⁴, 65,504.
    let half = try open([("x", npy("<f2", [1, 2, 2], [0, 0x3C, 0, 0xC0, 1, 0, 0xFF, 0x7B]))]).images.training
    #expect(half.reals == [1, -2, 0x1p-24, 65_504])
    // Each channel of real numbers gets mean 0 and deviation 1.
    let fitted = ImageDataset.Normalization.fit(real.images, rows: Split.unsplit(1).training)
    #expect(fitted.mean == [0.5625] && abs(fitted.deviation[0] - 1.60444) < 1e-4)
    let batch = try real.images.normalized(fitted).batch([0]).arrays()
    #expect(abs(batch.inputs.reduce(0, +)) < 1e-5 && abs(batch.inputs[0] + 1.2855) < 1e-3)
    let range = ImageDataset.Normalization.fit(real.images, rows: Split.unsplit(1).training, scaling: .minMax)
    #expect(try real.images.normalized(range).batch([0]).arrays().inputs.max() == 1)
  }

  @Test func targetsOfEveryKind() throws {
    #expect(try targets([4], [3, 7, 300, 3]).targets == .classes(names: ["3", "7", "300"]))
    #expect(try targets([4, 1], [-1, 1, 1, -1]).labels == [0, 1, 1, 0])
    #expect(try targets([4], [0.5, 1, 2, 3]).targets == .values(names: ["y"]))
    let hot = try targets([4, 3], [0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0])
    #expect(hot.targets == .classes(names: ["0", "2"]) && hot.labels == [1, 0, 1, 0])
    let labels = try targets([4, 2], [0, 0, 1, 1, 1, 0, 0, 1])
    #expect(labels.targets == .labels(names: ["y1", "y2"]) && labels.values == [0, 0, 1, 1, 1, 0, 0, 1])
    let numbers = try targets([4, 2], [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(numbers.targets == .values(names: ["y1", "y2"]) && numbers.values == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(
      message { try targets([3], [0, 1, 2]).requireLabels() }.contains("labels of shape [3] for 4 images"))
    #expect(
      message { try targets([4], [0, 1, .nan, 2]).requireLabels() }.contains("image 3 has the label nan"))
  }

  @Test func textsAsLabels() throws {
    var wide: [UInt8] = []
    for word in ["dog", "cat", "dog", "Ähre"] {
      let codes = word.unicodeScalars.map(\.value)
      for code in codes + [UInt32](repeating: 0, count: 5 - codes.count) {
        wide += (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * $0)) }
      }
    }
    let images = try open([("x", x), ("y", npy("<U5", [4], wide))]).images.training
    #expect(images.classNames == ["cat", "dog", "Ähre"] && images.labels == [1, 0, 1, 2])
    var big: [UInt8] = []
    for at in stride(from: 0, to: wide.count, by: 4) { big += wide[at..<(at + 4)].reversed() }
    #expect(try open([("x", x), ("y", npy(">U5", [4], big))]).images.training.labels == images.labels)
    let bytes = Array("b\0\0a\0\0b\0\0a\0\0".utf8)
    let short = try open([("x", x), ("y", npy("|S3", [4], bytes))]).images.training
    #expect(short.classNames == ["a", "b"] && short.labels == [1, 0, 1, 0])
    let folder = try TemporaryFolder()
    #expect(
      message { _ = try DataSource.open(folder.write("t.npy", npy("|S3", [4], bytes))) }.contains("texts"))
  }

  /// The targets of a table of numbers may be texts, one-hot or several.
  @Test func tables() throws {
    let folder = try TemporaryFolder()
    let rows = npy("<f8", [3, 1], doubles([1, 2, 3]))
    func columns(_ y: [UInt8]) throws -> [String] {
      let source = try DataSource.open(
        folder.write("t.npz", storedZip([(name: "x.npy", bytes: rows), (name: "y.npy", bytes: y)])))
      guard case .table(let table) = source.content else { return [] }
      return table.columns.map { column in
        "\(column.name): " + (0..<3).map { column.text(row: $0) ?? "" }.joined(separator: " ")
      }
    }
    #expect(try columns(npy("|S1", [3], Array("bab".utf8))) == ["x1: 1 2 3", "y: b a b"])
    #expect(try columns(npy("|u1", [3, 2], [0, 1, 1, 0, 0, 1])) == ["x1: 1 2 3", "y: 1 0 1"])
    #expect(try columns(npy("|u1", [3, 2], [7, 1, 1, 0, 0, 5])) == ["x1: 1 2 3", "y1: 7 1 0", "y2: 1 0 5"])
  }
}
