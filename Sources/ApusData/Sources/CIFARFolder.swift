import ApusCore

/// CIFAR-10's binary files (Krizhevsky 2009): `data_batch_….bin` for training, `test_batch….bin` for the test,
/// and the classes' names in `batches.meta.txt`.
///
/// A file is records of 3,073 bytes: the label, then 1,024 bytes each of red, green and blue, row by row. The published
/// files have 10,000 records; any whole number is read, so that a part of them can be used, and whatever batches there are.
struct CIFARFolder {
  private let path: String
  private let training: [String]
  private let test: [String]
  private let hasNames: Bool

  private static let side = 32
  private static let record = 1 + 3 * side * side
  private static let defaultNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Nil when the folder holds no training batch.
  init?(_ path: String) throws(ApusError) {
    let names = try Files.names(in: path)
    func batches(_ stem: String) -> [String] {
      names.filter { $0.hasPrefix(stem) && $0.hasSuffix(".bin") }.map { "\(path)/\($0)" }
    }
    training = batches("data_batch")
    guard !training.isEmpty else { return nil }
    test = batches("test_batch")
    hasNames = names.contains("batches.meta.txt")
    self.path = path
  }

  /// - Throws: when a file is no whole number of records, or has a label without a name.
  func open() throws(ApusError) -> ImageSet {
    let names = try classNames()
    let test = try test.isEmpty ? nil : read(self.test, names)
    return ImageSet(training: try read(training, names), test: test)
  }

  private func classNames() throws(ApusError) -> [String] {
    guard hasNames else { return Self.defaultNames }
    let place = "\(path)/batches.meta.txt"
    let file = try FileBytes.open(place)
    guard file.count < 1 << 16, let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw ApusError("holds no names of classes", at: place, expected: "10 lines of text")
    }
    let names = text.split(whereSeparator: \.isNewline).map(String.init)
    guard names.count == Self.defaultNames.count, Set(names).count == names.count else {
      throw ApusError(
        "holds \(names.count) names of classes", at: place, expected: "10 different ones, one a line")
    }
    return names
  }

  private func read(_ paths: [String], _ names: [String]) throws(ApusError) -> ImageDataset {
    let files = try paths.map { (path) throws(ApusError) in try FileBytes.open(path) }
    for (path, file) in zip(paths, files) where file.count % Self.record != 0 || file.count == 0 {
      let (records, rest) = file.count.quotientAndRemainder(dividingBy: Self.record)
      throw ApusError(
        "holds \(file.count) bytes: \(records) images and \(rest) bytes", at: path,
        expected: "a multiple of \(Self.record) bytes, as the \(10_000 * Self.record) of a whole batch",
        fix: "download or copy it again")
    }
    let plane = Self.side * Self.side
    let count = files.reduce(0) { $0 + $1.count / Self.record }
    var labels: [UInt8] = []
    labels.reserveCapacity(count)
    var wrong: ApusError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { buffer, initialized in
      AlignedMemory.preferHugePages(UnsafeMutableRawBufferPointer(buffer))
      var at = 0
      for (path, file) in zip(paths, files) {
        file.withBytes { source in
          for start in stride(from: 0, to: source.count, by: Self.record) {
            if source[start] >= names.count, wrong == nil {
              wrong = ApusError(
                "image \(start / Self.record + 1) has the label \(source[start])", at: path,
                expected: "0 … \(names.count - 1)", fix: "is it CIFAR-10's binary version?")
            }
            labels.append(source[start])
            // From one plane a color to three bytes a pixel.
            for pixel in 0..<plane {
              for color in 0..<3 {
                buffer[at] = source[start &+ 1 &+ color &* plane &+ pixel]
                at &+= 1
              }
            }
          }
        }
      }
      initialized = at
    }
    if let wrong { throw wrong }
    return try ImageDataset(
      bytes: bytes, inputShape: [Self.side, Self.side, 3], labels: labels, classNames: names)
  }
}
