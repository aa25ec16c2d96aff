import ApusCore

/// Finds MNIST's four files or CIFAR-10's batches in a folder, or the labels beside a file of images.
enum ImageFolder {
  /// The four files under their usual names, gzipped or not, with `-` or `.` before `idx`, and with the name of a set before
  /// them, as EMNIST's have; or CIFAR's batches.
  ///
  /// - Returns: nil where there are neither; also whether it is EMNIST.
  static func open(folder: String) throws(ApusError) -> (images: ImageSet, isEMNIST: Bool)? {
    let base = folder.last == "/" ? String(folder.dropLast()) : folder
    let names = try Files.names(in: base)
    guard let trainingImages = try find(["train-images"], "idx3", names, in: base) else {
      if let batches = try CIFARFolder(base) { return (try batches.open(), false) }
      if let batches = try CIFAR100Folder(base) { return (try batches.open(), false) }
      return nil
    }
    let isEMNIST = isEMNIST(trainingImages)
    let training = try pair(
      FileBytes.open(trainingImages), find(["train-labels"], "idx1", names, in: base),
      expected: "\(base)/train-labels-idx1-ubyte")
    guard let testImages = try find(["t10k-images", "test-images"], "idx3", names, in: base) else {
      return (ImageSet(training: training), isEMNIST)
    }
    var test = try pair(
      FileBytes.open(testImages), find(["t10k-labels", "test-labels"], "idx1", names, in: base),
      expected: "\(base)/t10k-labels-idx1-ubyte", keepsAll: true)
    guard test.inputShape == training.inputShape else {
      throw ApusError(
        "the test images have the shape \(test.inputShape)", at: testImages,
        expected: "\(training.inputShape), like the training images")
    }
    if test.hasLabels, training.hasLabels {
      test = try test.among(classes: training.classNames, name: testImages)
    }
    return (ImageSet(training: training, test: test), isEMNIST)
  }

  static func nothing(in folder: String) -> ApusError {
    ApusError(
      "the folder holds no images that Apus knows", at: folder,
      expected:
        "pictures (PNG or JPEG) in a folder for each class, perhaps within train and test; or MNIST's files: "
        + "train-images-idx3-ubyte and train-labels-idx1-ubyte, and t10k-… for the test set,"
        + " plain or .gz; or CIFAR-10's: data_batch_1.bin, …, and test_batch.bin; or CIFAR-100's: train.bin, test.bin",
      fix: "name a table's file itself")
  }

  static func isEMNIST(_ path: String) -> Bool {
    path.split(separator: "/").last?.lowercased().hasPrefix("emnist-") ?? false
  }

  /// One file of images; its labels lie beside it under the same name with `labels` and `idx1`. Without them the images
  /// can be predicted.
  static func open(_ images: FileBytes) throws(ApusError) -> ImageSet {
    let path = images.name
    guard !images.isStream else {
      throw ApusError(
        "IDX images came through a pipe, and their labels are in a file beside theirs", at: path,
        expected: "the path of the images' file", fix: "name the file itself")
    }
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = String(path[cut...])
    guard let range = firstRange(of: "images", in: name) else {
      return ImageSet(
        training: try pair(
          images, nil, expected: "a name such as train-images-idx3-ubyte beside train-labels-idx1-ubyte"))
    }
    var labels = name
    labels.replaceSubrange(range, with: "labels")
    if let idx = firstRange(of: "idx3", in: labels) { labels.replaceSubrange(idx, with: "idx1") }
    var candidates = [labels, labels.hasSuffix(".gz") ? String(labels.dropLast(3)) : labels + ".gz"]
    candidates = candidates.map { path[..<cut] + $0 }
    return ImageSet(
      training: try pair(
        images, candidates.first { Files.kind(at: $0) == .file }, expected: candidates[0]))
  }

  private static func firstRange(of part: String, in text: String) -> Range<String.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(part) { return start..<text.index(start, offsetBy: part.count) }
      start = text.index(after: start)
    }
    return nil
  }

  /// - Throws: when there are several of the kind.
  private static func find(
    _ stems: [String], _ index: String, _ names: [String], in folder: String
  ) throws(ApusError) -> String? {
    let endings = stems.flatMap { stem in
      ["-", "."].flatMap { mark in ["", ".gz"].map { "\(stem)\(mark)\(index)-ubyte\($0)" } }
    }
    func path(_ name: String) -> String? {
      let path = "\(folder)/\(name)"
      return Files.kind(at: path) == .file ? path : nil
    }
    for ending in endings where names.contains(ending) { if let path = path(ending) { return path } }
    let named = names.filter { name in endings.contains { name.hasSuffix("-" + $0) } }
    guard named.count <= 1 else {
      throw ApusError(
        "the folder holds several sets: \(named.prefix(4).joined(separator: ", "))", at: folder,
        expected: "one of them",
        fix: "name the file of the training images, and the test images with --test-data")
    }
    return named.first.flatMap(path)
  }

  /// - Parameters:
  ///   - labelPath: the file of the labels; nil where there is none.
  ///   - expected: where it was looked for.
  ///   - keepsAll: whether the numbers of classes stay, also of those that do not occur.
  private static func pair(
    _ file: FileBytes, _ labelPath: String?, expected: String, keepsAll: Bool = false
  ) throws(ApusError) -> ImageDataset {
    let imagePath = file.name
    let images = try IDXFile(file)
    guard images.dimensions.count >= 2, images.dimensions[0] > 0 else {
      throw ApusError("holds no images", at: imagePath, expected: "rows × height × width bytes")
    }
    var shape = Array(images.dimensions.dropFirst())
    if shape.count == 2 { shape.append(1) }
    guard let labelPath else {
      return try ImageDataset(
        bytes: images.bytes, inputShape: shape,
        labelProblem: ApusError(
          "the labels of these images are missing", at: imagePath, expected: expected))
    }
    let labels = try IDXFile(contentsOf: labelPath)
    guard labels.dimensions.count == 1 else {
      throw ApusError(
        "holds an array of \(labels.dimensions.count) dimensions", at: labelPath, expected: "labels: 1")
    }
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw ApusError(
        "there are \(images.dimensions[0]) images, but \(labels.dimensions[0]) labels in \(labelPath)",
        at: imagePath, expected: "as many labels as images", fix: "take both files from the same set")
    }
    let numbers = labels.bytes.map { Int32($0) }
    let names = (0...Int(labels.bytes.max() ?? 0)).map { String($0) }
    return try ImageDataset(
      pixels: .bytes(images.bytes), inputShape: shape,
      targets: keepsAll ? .classes(numbers, names: names) : ImageDataset.occurring(numbers, names: names))
  }
}
