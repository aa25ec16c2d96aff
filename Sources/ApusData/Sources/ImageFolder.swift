import ApusCore

/// Finds MNIST's four files or CIFAR-10's batches in a folder, or the labels beside a file of images.
enum ImageFolder {
  /// The four files under their usual names, gzipped or not, with `-` or `.` before `idx`.
  static func open(folder: String) throws(ApusError) -> ImageSet {
    let base = folder.last == "/" ? String(folder.dropLast()) : folder
    guard let trainingImages = find("train-images", "idx3", in: base) else {
      if let batches = try CIFARFolder(base) { return try batches.open() }
      throw ApusError(
        "the folder holds no images that Apus knows", at: folder,
        expected:
          "MNIST's files: train-images-idx3-ubyte and train-labels-idx1-ubyte, and t10k-… for the test set,"
          + " plain or .gz; or CIFAR-10's: data_batch_1.bin, …, and test_batch.bin",
        fix: "name a table's file itself")
    }
    let training = try pair(
      FileBytes.open(trainingImages), find("train-labels", "idx1", in: base),
      expected: "\(base)/train-labels-idx1-ubyte")
    guard let testImages = find("t10k-images", "idx3", in: base) else {
      return ImageSet(training: training)
    }
    let test = try pair(
      FileBytes.open(testImages), find("t10k-labels", "idx1", in: base),
      expected: "\(base)/t10k-labels-idx1-ubyte", classes: training.classNames.count)
    guard test.inputShape == training.inputShape else {
      throw ApusError(
        "the test images have the shape \(test.inputShape)", at: testImages,
        expected: "\(training.inputShape), like the training images")
    }
    guard !test.hasLabels || !training.hasLabels || test.classNames.count == training.classNames.count else {
      throw ApusError(
        "the test labels reach \(test.classNames.count - 1)", at: testImages,
        expected: "0 … \(training.classNames.count - 1), like the training labels")
    }
    return ImageSet(training: training, test: test)
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

  private static func find(_ stem: String, _ index: String, in folder: String) -> String? {
    for mark in ["-", "."] {
      for suffix in ["", ".gz"] {
        let path = "\(folder)/\(stem)\(mark)\(index)-ubyte\(suffix)"
        if Files.kind(at: path) == .file { return path }
      }
    }
    return nil
  }

  /// - Parameters:
  ///   - labelPath: the file of the labels; nil where there is none.
  ///   - expected: where it was looked for.
  private static func pair(
    _ file: FileBytes, _ labelPath: String?, expected: String, classes: Int? = nil
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
    let classCount = max(Int(labels.bytes.max() ?? 0) + 1, classes ?? 1)
    return try ImageDataset(
      bytes: images.bytes, inputShape: shape, labels: labels.bytes,
      classNames: (0..<classCount).map { String($0) })
  }
}
