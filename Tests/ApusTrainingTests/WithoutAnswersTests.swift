import Apus
import TestSupport
import Testing

/// A prediction never needs the answer, whatever stands in its place.
@Suite struct WithoutAnswersTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(_ data: String) throws -> Model {
    let text =
      "data: {\(data.replacing("DIR", with: folder.path))}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}\n"
    let configuration = try RunConfiguration.load(yaml: folder.write("x.yaml", text))
    _ = try RunPlan(configuration, folder: folder.path("run"), overwrite: true).run()
    return try Model(contentsOf: folder.path("run/model.safetensors"))
  }

  private func predict(_ saved: Model, _ csv: String) throws -> [String] {
    let source = try DataSource.open(folder.write("new.csv", csv), format: saved.tableFormat)
    return try saved.predict(source).predictions
  }

  private func rows(_ count: Int = 90, target: (Int) -> String) -> String {
    (0..<count).map { "\($0 % 13),\($0 * 7 % 31),\(target($0))\n" }.joined()
  }

  /// Placeholders in the target's column: words, signs, classes that training never saw, numbers beyond reason.
  @Test(
    arguments: ["", "?", "TBD", "unknown", "-", "none,", "0", "1e300", "nan"], ["class", "number", "labels"])
  func placeholders(_ placeholder: String, _ task: String) throws {
    let target: (Int) -> String = { row in
      switch task {
      case "class": ["low", "mid", "high"][row % 3]
      case "number": "\(Double(row % 13) * 1.5)"
      default: ["a|b", "a", "b", "b|c"][row % 4]
      }
    }
    try folder.write("t.csv", "p,q,y\n" + rows(target: target))
    let saved = try train("source: DIR/t.csv, target: y")
    let field = placeholder.contains(",") ? "\"\(placeholder)\"" : placeholder
    let with = try predict(saved, "p,q,y\n" + rows(40) { _ in field })
    let without = try predict(
      saved, (["p,q"] + (0..<40).map { "\($0 % 13),\($0 * 7 % 31)" }).joined(separator: "\n") + "\n")
    #expect(with == without && with.count == 40)
  }

  private func images(_ count: Int, labels: [Double]?, extra: [(String, [UInt8])] = []) -> [UInt8] {
    let pixels = (0..<(count * 16)).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    var members = [("x.npy", npy("|u1", [count, 4, 4], pixels))]
    if let labels {
      members.append(
        (
          "y.npy",
          npy("<f8", [labels.count], labels.flatMap { value in withUnsafeBytes(of: value) { Array($0) } })
        ))
    }
    return storedZip(members + extra)
  }

  @Test func imagesWithoutLabels() throws {
    try folder.write("t.npz", images(60, labels: (0..<60).map { Double($0 % 4) }))
    let saved = try train("source: DIR/t.npz")
    let truth = try saved.predict(DataSource.open(folder.path("t.npz"))).predictions
    #expect(truth.count == 60)
    // Without labels; with placeholders; with classes that training never saw; with fewer.
    let many: [[Double]?] = [
      nil, Array(repeating: .nan, count: 60), Array(repeating: -1, count: 60),
      Array(repeating: 200, count: 60),
      Array(repeating: 0, count: 60), [0, 1],
    ]
    for labels in many {
      try folder.write("new.npz", images(60, labels: labels))
      let source = try DataSource.open(folder.path("new.npz"))
      #expect(try saved.predict(source).predictions == truth, "\(labels?.prefix(3) ?? [])")
    }
    // Labels that say nothing.
    let pixels = npy("|u1", [60, 4, 4], (0..<960).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    let names = npy("<U1", [60], [UInt8](repeating: 65, count: 240))
    try folder.write("new.npz", storedZip([("x.npy", pixels), ("y.npy", names)]))
    #expect(try saved.predict(DataSource.open(folder.path("new.npz"))).predictions == truth)
    #expect(message { _ = try train("source: DIR/new.npz") }.contains("every image is of the class"))
    try folder.write("new.npy", pixels)
    #expect(try saved.predict(DataSource.open(folder.path("new.npy"))).predictions == truth)
    // To learn from them, and to judge by them, takes labels.
    try folder.write("new.npz", images(60, labels: nil))
    let source = try DataSource.open(folder.path("new.npz"))
    #expect(message { _ = try saved.evaluate(source) }.contains("holds images without labels"))
    #expect(message { _ = try train("source: DIR/new.npz") }.contains("their classes as y"))
    guard case .images(let set) = source.content else { throw ApusError("no images") }
    #expect(message { _ = try set.split() }.contains("without labels"))
    #expect(try source.summaryLines().first?.contains("60 images of 4 × 4 × 1") == true)
  }

  /// Test images without labels are no test set: the run says so, and sets rows aside.
  @Test func testImagesWithoutLabels() throws {
    let test = npy("|u1", [20, 4, 4], [UInt8](repeating: 7, count: 320))
    try folder.write(
      "t.npz", images(60, labels: (0..<60).map { Double($0 % 4) }, extra: [("x_test.npy", test)]))
    let text = "data: {source: \(folder.path)/t.npz}\nmodel: {hidden: [4]}\ntraining: {epochs: 1}\n"
    let plan = try RunPlan(
      RunConfiguration.load(yaml: folder.write("x.yaml", text)), folder: folder.path("run"))
    #expect(plan.notes.contains { $0.contains("the test images are left out") })
    #expect(!(try plan.run().test.isEmpty))
    let saved = try Model(contentsOf: folder.path("run/model.safetensors"))
    #expect(try saved.predict(DataSource.open(folder.path("t.npz"))).predictions.count == 20)
  }

  /// IDX images without their labels' file, also more classes in training than in the new images.
  @Test func imagesInIDXFiles() throws {
    func idx(_ dimensions: [Int], _ bytes: [UInt8]) -> [UInt8] {
      [0, 0, 8, UInt8(dimensions.count)]
        + dimensions.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
        + bytes
    }
    let pixels = (0..<(60 * 16)).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    try folder.write("train-images-idx3-ubyte", idx([60, 4, 4], pixels))
    try folder.write("train-labels-idx1-ubyte", idx([60], (0..<60).map { UInt8($0 % 5) }))
    let saved = try train("source: DIR/train-images-idx3-ubyte")
    let truth = try saved.predict(DataSource.open(folder.path("train-images-idx3-ubyte"))).predictions
    try folder.write("new-images-idx3-ubyte", idx([60, 4, 4], pixels))
    #expect(try saved.predict(DataSource.open(folder.path("new-images-idx3-ubyte"))).predictions == truth)
    try folder.write("new-labels-idx1-ubyte", idx([60], [UInt8](repeating: 0, count: 60)))
    #expect(try saved.predict(DataSource.open(folder.path("new-images-idx3-ubyte"))).predictions == truth)
    let evaluation = try saved.evaluate(DataSource.open(folder.path("new-images-idx3-ubyte")))
    #expect(evaluation.confusion?.classNames.count == 5)
  }

  /// Arrays without targets have the columns that they had with them.
  @Test func arraysWithoutTargets() throws {
    let numbers = (0..<(80 * 3)).flatMap { value in
      withUnsafeBytes(of: Float(value * 31 % 17)) { Array($0) }
    }
    let targets = (0..<80).flatMap { value in withUnsafeBytes(of: Double(value % 3)) { Array($0) } }
    let x = npy("<f4", [80, 3], numbers)
    try folder.write("t.npz", storedZip([("x.npy", x), ("y.npy", npy("<f8", [80], targets))]))
    let saved = try train("source: DIR/t.npz")
    try folder.write("new.npz", storedZip([("x.npy", x)]))
    let source = try DataSource.open(folder.path("new.npz"), format: saved.tableFormat)
    #expect(
      try saved.predict(source).predictions
        == saved.predict(DataSource.open(folder.path("t.npz"))).predictions)
  }
}
