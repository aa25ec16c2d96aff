import Apus
import TestSupport
import Testing

/// Runs on pictures in files of their own, and on arrays of images with other targets than classes.
@Suite struct PictureRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Files.makeFolder(Files.folder(of: folder.path(name)))
    try folder.write(name, bytes)
  }

  /// A bright square on one side of a dark picture.
  private func square(_ number: Int, right: Bool, side: Int = 6) -> [UInt8] {
    png(
      side, side,
      (0..<(side * side)).map { place in
        let isBright = (place % side >= side / 2) == right
        return (isBright ? 200 : 20) + (place * 7 + number * 13) % 30
      })
  }

  private func run(_ data: String, family: String = "hidden: [8]") throws -> (result: RunResult, saved: Model)
  {
    let text =
      "data: {\(data.replacing("DIR", with: folder.path))}\nmodel: {\(family)}\ntraining: {epochs: 8, seed: 1}\n"
    let plan = try RunPlan(
      RunConfiguration.load(yaml: folder.write("x.yaml", text)), folder: folder.path("run"), overwrite: true)
    let result = try plan.run()
    return (result, try Model(contentsOf: folder.path("run/model.safetensors")))
  }

  private func open(_ name: String, for model: Model) throws -> DataSource {
    try DataSource.open(folder.path(name), pictures: model.pictureFormat)
  }

  /// The same model from a folder and from what it is prepared to.
  @Test func preparedPictures() throws {
    for number in 0..<24 {
      try write(
        "d/\(number % 2 == 0 ? "left" : "right")/\(number).png", square(number, right: number % 2 == 1))
    }
    _ = try DataSource.prepare(folder.path("d"), to: folder.path("d.apus"))
    var files: [[UInt8]] = []
    for source in ["DIR/d", "DIR/d.apus"] {
      _ = try run("source: \(source)")
      files.append(try FileBytes.open(folder.path("run/model.safetensors")).withBytes { Array($0) })
    }
    #expect(files[0] == files[1])
  }

  @Test func classesInFolders() throws {
    for number in 0..<40 {
      try write(
        "d/train/\(number % 2 == 0 ? "left" : "right")/\(number).png", square(number, right: number % 2 == 1))
    }
    for number in 0..<6 {
      try write(
        "d/test/\(number % 2 == 0 ? "left" : "right")/\(number).png", square(number, right: number % 2 == 1))
    }
    let (result, saved) = try run("source: DIR/d")
    #expect(result.testCount == 6)
    #expect(result.test.first { $0.name == "accuracy" }?.value == 1)
    guard case .images(let shape, .classes(["left", "right"]), let counts, let examples) = result.data else {
      Issue.record("no images")
      return
    }
    #expect(shape == [6, 6, 1] && counts.map(\.name) == ["left", "right"] && examples.count == 2)
    // A picture of another size and color, a folder without classes, a folder with one of them.
    var color = PNGWriter(width: 12, height: 12, colorType: 2)
    color.parts = 2
    try write("new.png", color.file((0..<432).map { ($0 / 3) % 12 >= 6 ? 220 : 30 }))
    #expect(try saved.predict(open("new.png", for: saved)).predictions == ["right"])
    try write("flat/a.png", square(3, right: false))
    try write("flat/b.png", square(4, right: true))
    let predicted = try saved.predict(open("flat", for: saved))
    #expect(predicted.predictions == ["left", "right"])
    #expect(predicted.csv().hasPrefix("prediction,probability,file\nleft,"))
    #expect(predicted.files.map { $0.hasSuffix("flat/a.png") } == [true, false])
    try write("one/right/a.png", square(3, right: true))
    let evaluation = try saved.evaluate(open("one", for: saved))
    #expect(evaluation.samples == 1 && evaluation.metrics.first { $0.name == "accuracy" }?.value == 1)
    try write("other/above/a.png", square(3, right: true))
    #expect(message { _ = try saved.evaluate(open("other", for: saved)) }.contains("has the label above"))
    // The configuration that a run leaves has the size.
    let yaml = try FileBytes.text(of: folder.path("run/config.yaml"))
    #expect(yaml.contains("size: 6x6") && yaml.contains("channels: 1"))
  }

  @Test func aValidationFolder() throws {
    for number in 0..<20 {
      try write(
        "d/train/\(number % 2 == 0 ? "a" : "b")/\(number).png", square(number, right: number % 2 == 1))
    }
    for number in 0..<4 {
      try write("d/val/\(number % 2 == 0 ? "a" : "b")/\(number).png", square(number, right: number % 2 == 1))
      try write("d/test/\(number % 2 == 0 ? "a" : "b")/\(number).png", square(number, right: number % 2 == 1))
    }
    let result = try run("source: DIR/d").result
    #expect((result.trainingCount, result.validationCount, result.testCount) == (20, 4, 4))
    let other = try run("source: DIR/d, validation: 0.25").result
    #expect((other.trainingCount, other.validationCount, other.testCount) == (18, 6, 4))
  }

  /// Several numbers of a picture are all predicted where nothing else is asked for; each in its own unit.
  @Test func severalNumbersInATable() throws {
    var csv = "file,brightness,place\n"
    for number in 0..<80 {
      try write("p/\(number).png", square(number, right: number % 2 == 0))
      let noise = Double(number % 7) / 100
      csv +=
        "\(number).png,\(number % 2 == 0 ? 150 + noise : 110 - noise),\(number % 2 == 0 ? 0.75 + noise : 0.25 - noise)\n"
    }
    try folder.write("labels.csv", Array(csv.utf8))
    let (result, saved) = try run("source: DIR/p")
    #expect(result.task == .regression && result.targets(.test).map(\.name) == ["brightness", "place"])
    #expect(
      result.targets(.test).allSatisfy { $0.metrics["r2"]?.value ?? 0 > 0.8 }, "\(result.targets(.test))")
    #expect(result.configuration.data.targets == ["brightness", "place"])
    let table = try saved.predict(open("p", for: saved))
    #expect(table.csv().hasPrefix("brightness,place,file\n") && table.count == 80)
    #expect(try saved.evaluate(open("p", for: saved)).targets.count == 2)
    // One alone where that is asked for; labels beside numbers are an error.
    #expect(try run("source: DIR/p, target: place").result.targets(.test).isEmpty)
    let mixed = csv.split(separator: "\n").enumerated().map { "\($1),\($0 == 0 ? "bright" : "\($0 % 2)")" }
    try folder.write("labels.csv", Array(mixed.joined(separator: "\n").utf8))
    #expect(message { _ = try run("source: DIR/p, targets: [place, bright]") }.contains("two kinds: labels"))
    #expect(
      try run("source: DIR/p, targets: [place, bright], task: regression").result.targets(.test).count == 2)
  }

  /// The report names the pictures that are mistaken.
  @Test func mistakesNameTheirFiles() throws {
    for number in 0..<40 {
      // Every fifth lies in the wrong folder.
      let isRight = (number % 2 == 1) != (number % 5 == 0)
      try write(
        "d/\(isRight ? "right" : "left")/picture\(number).png", square(number, right: number % 2 == 1))
    }
    let result = try run("source: DIR/d, test: 0.4").result
    let files = result.worst.compactMap(\.file)
    #expect(!files.isEmpty && files.count == result.worst.count, "\(result.worst.count)")
    let html = RunPage(result).html
    for file in files {
      let name = try #require(file.split(separator: "/").last)
      let number = try #require(Int(name.dropFirst(7).dropLast(4)))
      #expect(number % 5 == 0 && html.contains(">\(name)<"), "\(file)")
    }
  }

  @Test func numbersInATable() throws {
    var csv = "file,brightness,side\n"
    for number in 0..<60 {
      try write("p/\(number).png", square(number, right: number % 3 == 0))
      csv +=
        "\(number).png,\(100 + Double(number % 3 == 0 ? 50 : 10) + Double(number % 7) / 10),\(number % 3 == 0 ? 1 : 0)\n"
    }
    try folder.write("labels.csv", Array(csv.utf8))
    let (result, saved) = try run("source: DIR/p, target: brightness", family: "family: cnn")
    #expect(result.task == .regression)
    #expect((result.test.first { $0.name == "r2" }?.value ?? -9) > 0.8)
    guard case .images(_, .values(["brightness"]), let counts, let examples) = result.data else {
      Issue.record("no images with numbers")
      return
    }
    #expect(
      counts.isEmpty && examples.count == 10 && RunPage(result).html.contains("The first training images"))
    let values = try saved.predict(open("p", for: saved)).predictions.compactMap { Double($0) }
    #expect(values.count == 60 && abs(values[0] - 150) < 15 && abs(values[1] - 110) < 15)
    #expect(try saved.evaluate(open("p", for: saved)).task == .regression)
    let both = try run("source: DIR/p, targets: [brightness, side], task: regression").saved
    #expect(both.objective?.targets == .values(names: ["brightness", "side"]))
    #expect(try both.evaluate(open("p", for: both)).samples == 60)
  }

  @Test func labelsInATable() throws {
    var csv = "id;tags\n"
    for number in 0..<60 {
      try write("p/\(number).png", square(number, right: number % 2 == 0))
      csv += "\(number);" + (number % 2 == 0 ? (number % 4 == 0 ? "even|four" : "even") : "odd") + "\n"
    }
    try folder.write("p/what.csv", Array(csv.utf8))
    let (result, saved) = try run("source: DIR/p, labelSeparator: '|'", family: "family: cnn")
    #expect(result.task == .multiLabel && result.labels.count == 3)
    #expect(saved.objective?.targets == .labels(names: ["even", "four", "odd"]))
    #expect(RunPage(result).html.contains("Training images with each label"))
    #expect(try saved.evaluate(open("p", for: saved)).labels.count == 3)
  }

  private func doubles(_ values: [Double]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
  }

  @Test func arraysOfNumbersAndLabels() throws {
    let count = 40
    let pixels = (0..<(count * 16)).map { Double(($0 * 37) % 101) / 7 - 5 }
    let x = npy("<f8", [count, 4, 4], doubles(pixels))
    let sums = (0..<count).map { row in pixels[(row * 16)..<(row * 16 + 16)].reduce(0, +) }
    try folder.write("n.npz", storedZip([("x.npy", x), ("y.npy", npy("<f8", [count], doubles(sums)))]))
    let (one, saved) = try run("source: DIR/n.npz")
    #expect(one.task == .regression)
    #expect(try saved.predict(DataSource.open(folder.path("n.npz"))).predictions.count == count)
    let marks = sums.flatMap { [$0 > 0 ? 1.0 : 0, $0 > 3 ? 1.0 : 0, $0 < 1 ? 1.0 : 0] }
    try folder.write("l.npz", storedZip([("x.npy", x), ("y.npy", npy("<f8", [count, 3], doubles(marks)))]))
    let labels = try run("source: DIR/l.npz")
    #expect(
      labels.result.task == .multiLabel
        && labels.saved.objective?.targets == .labels(names: ["y1", "y2", "y3"]))
    #expect(try labels.saved.evaluate(DataSource.open(folder.path("l.npz"))).labels.count == 3)
    let pairs = sums.flatMap { [$0, 2 * $0 + 1] }
    try folder.write("p.npz", storedZip([("x.npy", x), ("y.npy", npy("<f8", [count, 2], doubles(pairs)))]))
    let two = try run("source: DIR/p.npz")
    #expect(two.result.task == .regression && two.saved.objective?.targets == .values(names: ["y1", "y2"]))
    #expect(try two.saved.evaluate(DataSource.open(folder.path("p.npz"))).samples == count)
  }

  /// The same images as pictures and as IDX files train to the same bits.
  @Test func asFromIDXFiles() throws {
    var (bytes, labels): ([UInt8], [UInt8]) = ([], [])
    for label in 0..<3 {
      for number in 0..<10 {
        let pixels = (0..<16).map { ($0 * 11 + number * 5 + label * 50) % 256 }
        try write("d/\(label)/\(number).png", png(4, 4, pixels))
        bytes += pixels.map { UInt8($0) }
        labels.append(UInt8(label))
      }
    }
    func idx(_ dimensions: [Int], _ bytes: [UInt8]) -> [UInt8] {
      [0, 0, 8, UInt8(dimensions.count)]
        + dimensions.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
        + bytes
    }
    try folder.write("a-images-idx3-ubyte", idx([30, 4, 4], bytes))
    try folder.write("a-labels-idx1-ubyte", idx([30], labels))
    let pictures = try run("source: DIR/d").saved
    let arrays = try run("source: DIR/a-images-idx3-ubyte").saved
    #expect(pictures.parameters.map(\.path) == arrays.parameters.map(\.path))
    let source = try DataSource.open(folder.path("a-images-idx3-ubyte"))
    #expect(try pictures.predict(source).classProbabilities == arrays.predict(source).classProbabilities)
  }

  @Test func aSingleClass() throws {
    for number in 0..<12 { try write("d/photos/\(number).png", square(number, right: true)) }
    let text = message { _ = try run("source: DIR/d") }
    #expect(
      text.contains("every image is of the class \"photos\"") && text.contains("a folder for each class"))
    #expect(message { _ = try ImageSet(contentsOf: folder.path("d")).split() }.contains("every image is of"))
  }

  @Test func whatIsNotForPictures() throws {
    try write("d/a/1.png", square(1, right: true))
    try write("d/b/1.png", square(1, right: false))
    try folder.write("t.csv", Array("a,b\n1,2\n3,4\n".utf8))
    #expect(message { _ = try run("source: DIR/t.csv, size: 28") }.contains("data.size is given"))
    #expect(message { _ = try run("source: DIR/t.csv, transpose: true") }.contains("isn't images"))
    #expect(message { _ = try run("source: digits, size: 28") }.contains("pictures in files of their own"))
    #expect(message { _ = try run("source: DIR/d, channels: 2") }.contains("2 channels"))
    #expect(message { _ = try run("source: DIR/d, task: regression") }.contains("images have classes"))
  }
}
