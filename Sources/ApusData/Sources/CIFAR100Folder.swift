import ApusCore

/// CIFAR-100's binary files (Krizhevsky 2009): `train.bin` and `test.bin`, with the classes' names in `fine_label_names.txt` and
/// `coarse_label_names.txt`.
///
/// A file is records of 3,074 bytes: one of 20 coarse classes, one of 100 fine ones, then 1,024 bytes each of red, green and
/// blue. The fine classes are predicted unless the target `coarse` is asked for.
struct CIFAR100Folder {
  private let path: String
  private let names: [String]

  private static let side = 32
  private static let record = 2 + 3 * side * side

  /// Nil where the folder holds no such file.
  init?(_ path: String) throws(ApusError) {
    self.path = path
    names = try Files.names(in: path)
    guard names.contains("train.bin") else { return nil }
  }

  /// - Throws: when a file is no whole number of records, or has a label without a name.
  func open() throws(ApusError) -> ImageSet {
    let classes = (coarse: try classes("coarse", 20), fine: try classes("fine", 100))
    let training = try read("train.bin", classes)
    let test = try names.contains("test.bin") ? read("test.bin", classes) : nil
    var set = ImageSet(training: training.images, test: test?.images)
    set.annotations = ImageAnnotations(
      training: .init(training.table), test: test.map { .init($0.table) }, usual: ["fine"], isOptional: true)
    return set
  }

  private func classes(_ kind: String, _ count: Int) throws(ApusError) -> [String] {
    let place = "\(path)/\(kind)_label_names.txt"
    guard names.contains("\(kind)_label_names.txt") else { return (0..<count).map { String($0) } }
    let found = try FileBytes.text(of: place).split(whereSeparator: \.isNewline).map(String.init)
    guard found.count == count, Set(found).count == count else {
      throw ApusError(
        "holds \(found.count) names of classes", at: place, expected: "\(count) different ones, one a line")
    }
    return found
  }

  private func read(
    _ name: String, _ classes: (coarse: [String], fine: [String])
  ) throws(ApusError) -> (images: ImageDataset, table: Table) {
    let place = "\(path)/\(name)"
    let file = try FileBytes.open(place)
    let (count, rest) = file.count.quotientAndRemainder(dividingBy: Self.record)
    guard rest == 0, count > 0 else {
      throw ApusError(
        "holds \(file.count) bytes: \(count) images and \(rest) bytes", at: place,
        expected: "a multiple of \(Self.record) bytes, as CIFAR-100's binary version",
        fix: "download or copy it again")
    }
    let plane = Self.side * Self.side
    var (coarse, fine): ([UInt8], [UInt8]) = ([], [])
    let bytes = [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { buffer, initialized in
      file.withBytes { source in
        var at = 0
        for start in stride(from: 0, to: source.count, by: Self.record) {
          coarse.append(source[start])
          fine.append(source[start + 1])
          // From one plane a color to three bytes a pixel.
          for pixel in 0..<plane {
            for color in 0..<3 {
              buffer[at] = source[start &+ 2 &+ color &* plane &+ pixel]
              at &+= 1
            }
          }
        }
        initialized = at
      }
    }
    for (labels, names) in [(coarse, classes.coarse), (fine, classes.fine)] {
      if let image = labels.firstIndex(where: { $0 >= names.count }) {
        throw ApusError(
          "image \(image + 1) has the label \(labels[image])", at: place, expected: "0 … \(names.count - 1)",
          fix: "is it CIFAR-100's binary version?")
      }
    }
    let images = try ImageDataset(
      bytes: bytes, inputShape: [Self.side, Self.side, 3], labels: fine, classNames: classes.fine)
    let table = try Table(
      name: place,
      columns: [
        Table.Column("coarse", texts: coarse.map { classes.coarse[Int($0)] }),
        Table.Column("fine", texts: fine.map { classes.fine[Int($0)] }),
      ])
    return (images, table)
  }
}
