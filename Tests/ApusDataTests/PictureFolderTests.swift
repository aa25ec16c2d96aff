import ApusCore
import ApusData
import TestSupport
import Testing

@Suite struct PictureFolderTests {
  private func open(_ path: String, _ format: PictureFormat = PictureFormat()) throws -> (
    images: ImageSet, notes: [String]
  ) {
    let source = try DataSource.open(path, pictures: format)
    guard case .images(let images) = source.content else { throw ApusError("no images") }
    return (images, source.notes)
  }

  private func square(_ gray: Int, side: Int = 2) -> [UInt8] {
    png(side, side, Array(repeating: gray, count: side * side))
  }

  @Test func classesInFolders() throws {
    let folder = try TemporaryFolder()
    for (name, gray) in [("10/a.png", 1), ("9/b.PNG", 2), ("9/deep/c.png", 3), ("9/a.png", 4)] {
      try folder.write(name, square(gray))
    }
    // What systems and programs leave, and what is no picture.
    for name in [
      ".DS_Store", "9/Thumbs.db", ".ipynb_checkpoints/a.png", "__MACOSX/9/._a.png", "9/._b.png",
      "9/.ipynb_checkpoints/x-checkpoint.png",
    ] {
      try folder.write(name, [1])
    }
    try folder.write("9/notes.txt", [65])
    try folder.write("10/photo.gif", Array("GIF89a".utf8))
    let (images, notes) = try open(folder.path)
    #expect(images.training.classNames == ["9", "10"])
    #expect(images.training.labels == [1, 0, 0, 0] && images.training.inputShape == [2, 2, 1])
    #expect(images.training.bytes.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) == [1, 4, 2, 3])
    #expect(images.training.files.map { $0.hasSuffix("deep/c.png") } == [false, false, false, true])
    #expect(notes.contains { $0.contains("1 file that is no picture: \"notes.txt\"") }, "\(notes)")
    #expect(notes.contains { $0.contains("1 picture that Apus does not read, as photo.gif") }, "\(notes)")
  }

  @Test(arguments: ["val", "valid", "Validation"])
  func partsInFolders(_ name: String) throws {
    let folder = try TemporaryFolder()
    // One folder around everything, as archives have it.
    for (path, gray) in [
      ("set/train/cat/a.png", 1), ("set/train/dog/b.png", 2), ("set/\(name)/dog/c.png", 3),
      ("set/test/cat/d.png", 4),
      ("set/extra/e.png", 5),
    ] {
      try folder.write(path, square(gray))
    }
    let (images, notes) = try open(folder.path)
    #expect(images.training.labels == [0, 1, 1] && images.validationRows == [2])
    #expect(images.test?.labels == [0] && images.test?.classNames == ["cat", "dog"])
    #expect(notes.contains { $0.contains("the folder \"extra\" beside \"train\"") }, "\(notes)")
    let split = try images.split(validation: 0.3, test: 0.2, seed: 1)
    #expect(split.training.count == 2 && split.validation.count == 1 && split.test.count == 1)
    try folder.write("set/test/bird/f.png", square(6))
    #expect(message { _ = try open(folder.path) }.contains("the class \"bird\" occurs in the test set alone"))
  }

  @Test func severalSizes() throws {
    let folder = try TemporaryFolder()
    for (name, side) in [("a/1.png", 4), ("a/2.png", 4), ("b/3.png", 8)] {
      try folder.write(name, png(side, side, (0..<(side * side)).map { 10 * ($0 % side) * 4 / side }))
    }
    let (images, notes) = try open(folder.path)
    #expect(images.inputShape == [4, 4, 1])
    #expect(notes.contains { $0.contains("2 sizes: 4x4 (2), 8x8 (1)") && $0.contains("--size") }, "\(notes)")
    // Pillow's bilinear resizing of the rows 0, 5, …, 35.
    #expect(Array(images.training.bytes[32..<36]) == [4, 13, 23, 31])
    #expect(try open(folder.path, PictureFormat(size: .init("2x3"))).images.inputShape == [2, 3, 1])
    #expect(try ImageSet(contentsOf: folder.path, size: [3, 2], channels: 3).inputShape == [3, 2, 3])
    for text in ["", "x", "0", "3x", "3x4x5", "-2", "99999999"] {
      #expect(message { _ = try PictureFormat.Size(text) }.contains("isn't a size"))
    }
  }

  @Test func picturesWithoutLabels() throws {
    let folder = try TemporaryFolder()
    // A folder of its own: tables beside the pictures' folder are looked at.
    for gray in 1...3 { try folder.write("in/\(gray).png", square(gray)) }
    let images = try open(folder.path("in")).images
    #expect(images.training.count == 3 && !images.training.hasLabels)
    #expect(message { try images.training.requireLabels() }.contains("a folder for each class, or a CSV"))
    #expect(try open(folder.path("in/2.png")).images.training.bytes == [2, 2, 2, 2])
    let empty = try TemporaryFolder()
    #expect(message { _ = try open(empty.path) }.contains("pictures (PNG or JPEG)"))
    try empty.write("a/b.bmp", Array("BM".utf8))
    #expect(message { _ = try open(empty.path) }.contains("holds pictures that Apus does not read, as b.bmp"))
    try folder.write("in/broken.png", [1, 2, 3])
    let text = message { _ = try open(folder.path("in")) }
    #expect(text.contains("broken.png") && text.contains("is no picture"))
  }

  private func labeled(_ csv: String, besides: String = "labels.csv") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for number in 1...6 { try folder.write("pictures/p\(number).png", square(number)) }
    try folder.write(besides, Array(csv.utf8))
    return folder
  }

  @Test(arguments: ["labels.csv", "pictures/train.csv"])
  func classesInATable(_ place: String) throws {
    let folder = try labeled(
      "file,kind\np2.png,cat\np1.png,dog\np3.png,cat\np4.png,dog\np6.png,cat\np5.png,dog\n", besides: place)
    for path in [folder.path("pictures"), folder.path] {
      let (images, notes) = try open(path)
      #expect(images.training.classNames == ["cat", "dog"] && images.training.labels == [1, 0, 0, 1, 1, 0])
      #expect(notes.contains { $0.contains(place) }, "\(notes)")
    }
  }

  @Test func namesWithoutEndingsAndRowsWithoutPictures() throws {
    let folder = try labeled("id,label\np1,a\np2,b\nsome/p3.jpg,a\np9,b\np4,\n")
    let (images, notes) = try open(folder.path("pictures"))
    #expect(images.training.count == 6 && !images.training.hasLabels)
    let targets = try ImageTargets(images, try #require(images.annotations))
    #expect(targets.images.training.labels == [0, 1, 0])
    #expect(
      targets.images.training.bytes.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) == [1, 2, 3])
    #expect(targets.notes.contains("3 images without a target are left out"), "\(targets.notes)")
    #expect(notes.contains { $0.contains("1 row of it names no picture here") }, "\(notes)")
  }

  @Test func severalLabels() throws {
    let lists = try labeled("f,tags\np1,a|b\np2,b\np3,\np4,c\np5,a|c\np6,b|c\n")
    let images = try open(lists.path("pictures")).images.training
    #expect(images.targets == .labels(names: ["a", "b", "c"]))
    #expect(images.values == [1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1])
    let columns = try labeled("f,smiles,hat\np1,1,0\np2,0,0\np3,1,1\np4,1,0\np5,0,1\np6,0,0\n")
    let marked = try open(columns.path("pictures")).images.training
    #expect(marked.targets == .labels(names: ["smiles", "hat"]))
    #expect(marked.values == [1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0])
    let twice = try labeled("f,tag\np1,a\np1,b\np2,b\n")
    #expect(message { _ = try open(twice.path("pictures")) }.contains("names \"p1\" twice"))
  }

  @Test func numbers() throws {
    let folder = try labeled("f,x,y\np1,0.5,10\np2,1.5,20\np3,2.5,35\np4,3.5,40\np5,4.5,55\np6,5.5,60\n")
    let images = try open(folder.path("pictures")).images
    let one = try ImageTargets(images, try #require(images.annotations), target: "x")
    #expect(one.task == .regression && one.images.training.values == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    let two = try ImageTargets(
      images, try #require(images.annotations), labels: LabelRequest(columns: ["x", "y"]))
    #expect(two.images.training.targets == .values(names: ["x", "y"]))
    // Scaled by the training rows alone.
    let fitted = try two.images(fittedTo: Split.explicit(training: [0, 1], validation: [2]).training)
    #expect(
      fitted.training.scales.map(\.mean) == [1, 15] && fitted.training.scales.map(\.deviation) == [0.5, 5])
    #expect(Array(fitted.training.values[..<6]) == [-1, -1, 1, 1, 3, 4])
  }
}
