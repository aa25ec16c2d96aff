package import ApusCore

extension ImageDataset {
  /// Some of the images as a set of their own, in the given order.
  package func selecting(_ rows: [Int]) throws(ApusError) -> ImageDataset {
    func picked<Value>(_ values: [Value], _ width: Int) -> [Value] {
      guard !values.isEmpty else { return [] }
      var result: [Value] = []
      result.reserveCapacity(rows.count * width)
      for row in rows { result += values[(row * width)..<((row + 1) * width)] }
      return result
    }
    let chosen: Targets =
      switch targets {
      case _ where labelProblem != nil: .unknown(labelProblem!)
      case .classes(let names): .classes(picked(labels, 1), names: names)
      case .labels(let names): .labels(picked(values, names.count), names: names)
      case .values(let names): .numbers(picked(values, names.count), names: names, scales: scales)
      }
    var images = try ImageDataset(
      pixels: pixels.selecting(rows, size: inputSize), inputShape: inputShape, targets: chosen,
      normalization: normalization)
    images.files = picked(files, 1)
    return images
  }

  /// The targets as they were given.
  package var givenTargets: Targets {
    if let labelProblem { return .unknown(labelProblem) }
    return switch targets {
    case .classes(let names): .classes(labels, names: names)
    case .labels(let names): .labels(values, names: names)
    case .values(let names): .numbers(values, names: names, scales: scales)
    }
  }

  /// The images with their classes' numbers among a model's.
  ///
  /// Classes are found by name; images whose classes are just numbered, from 0 on, have the model's in order.
  ///
  /// - Throws: when an image is of a class that the model does not know.
  package func among(classes known: [String], name: String) throws(ApusError) -> ImageDataset {
    guard hasLabels, classNames != known else { return self }
    let places = Dictionary(
      known.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    let areNumbered = !known.contains(where: classNames.contains) && classNames.allSatisfy { Int($0) != nil }
    var occurs = [Bool](repeating: false, count: classNames.count)
    for label in labels { occurs[Int(label)] = true }
    var numbers: [Int32] = []
    for (number, className) in classNames.enumerated() {
      let place =
        areNumbered ? Int32(className).flatMap { $0 >= 0 && $0 < known.count ? $0 : nil } : places[className]
      if place == nil, occurs[number] {
        let row = labels.firstIndex(of: Int32(number)) ?? 0
        let file = files.isEmpty ? "" : " (\(files[row]))"
        throw ApusError(
          "image \(row + 1)\(file) has the label \(className)", at: name,
          expected: areNumbered
            ? "0 … \(known.count - 1), as in training"
            : known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "") + ", as in training")
      }
      numbers.append(place ?? 0)
    }
    return try with(.classes(labels.map { numbers[Int($0)] }, names: known))
  }

  /// Only the classes that occur, by the names that they had.
  package static func occurring(_ labels: [Int32], names: [String]) -> Targets {
    var occurs = [Bool](repeating: false, count: names.count)
    for label in labels { occurs[Int(label)] = true }
    guard occurs.contains(false), occurs.contains(true) else { return .classes(labels, names: names) }
    var numbers = [Int32](repeating: 0, count: names.count)
    var kept: [String] = []
    for (number, name) in names.enumerated() where occurs[number] {
      numbers[number] = Int32(kept.count)
      kept.append(name)
    }
    return .classes(labels.map { numbers[Int($0)] }, names: kept)
  }
}

extension ImageDataset {
  /// The same images with rows and columns changed.
  func turned() -> ImageDataset {
    guard inputShape.count == 3 else { return self }
    let shape = [inputShape[1], inputShape[0], inputShape[2]]
    let pixels: ImagePixels =
      areReal ? .reals(transposed(reals, inputShape)) : .bytes(transposed(bytes, inputShape))
    // As many numbers as before.
    guard
      var images = try? ImageDataset(
        pixels: pixels, inputShape: shape, targets: givenTargets, normalization: normalization)
    else { return self }
    images.files = files
    return images
  }
}

extension Dataset {
  /// The file that a sample comes from; nil for anything but a picture in a file of its own.
  package func file(ofSample sample: Int) -> String? {
    switch self {
    case let subset as DatasetSubset: subset.base.file(ofSample: subset.indices[sample])
    case let images as ImageDataset: images.files.indices.contains(sample) ? images.files[sample] : nil
    default: nil
    }
  }
}
