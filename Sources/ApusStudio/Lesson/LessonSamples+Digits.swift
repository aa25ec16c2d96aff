import ApusCore
import ApusData

extension LessonSamples {
  /// The bundled digits of 8 × 8 pixels, all that are for training: an exported run on `digits` has the same. They are
  /// drawn on the plane of the training images' first two principal components.
  init(digits lesson: Lesson) throws {
    let images = try ImageSet.digits().training
    let split = try Split.random(
      rows: Array(0..<images.count), classes: images.classLabels(),
      Split.Options(validation: lesson.data.validation, test: 0, seed: lesson.seed))
    let preprocessing = ImageDataset.Preprocessing.fit(images, rows: split.training, scaling: lesson.scaling)
    let dataset = try preprocessing.apply(to: images, name: "digits")
    let (height, width) = (images.inputShape[0], images.inputShape[1])
    let inputs = (0..<(height * width)).map {
      let place = "row \($0 / width + 1), column \($0 % width + 1)"
      return LessonInput(name: "pixel \(place)", title: place)
    }
    let projection = try PlaneProjection(
      dataset.features(of: split.training.indices), names: inputs.map(\.title))
    let (x, y) = projection.coordinates(try dataset.features(of: Array(0..<images.count)))
    let points = LessonPoints(
      x: x, y: y, targets: images.labels.map { Double($0) }, classNames: images.classNames,
      task: .classification, names: ("component 1", "component 2", "digit"))
    self.init(
      points: points, inputs: inputs, plane: .slice(projection), schema: .images(preprocessing),
      dataset: dataset, split: split, table: nil, imageSize: (height, width))
  }

  /// An image as the network takes it.
  func features(of image: [UInt8]) throws -> [Float] {
    guard case .images(let preprocessing) = schema else { throw LessonData.noImages }
    let images = try ImageDataset(
      bytes: image, inputShape: preprocessing.inputShape,
      labelProblem: ApusError("a drawing's class isn't known"))
    return try preprocessing.apply(to: images, name: "the pad").features(of: [0])
  }

  /// The bytes of a sample, and its class.
  func image(_ number: Int) throws -> (pixels: [UInt8], label: Int) {
    guard let images = dataset as? ImageDataset else { throw LessonData.noImages }
    guard (0..<images.count).contains(number) else {
      throw ApusError("there is no image \(number)", expected: "0 … \(images.count - 1)")
    }
    let size = images.inputSize
    return (Array(images.bytes[(number * size)..<((number + 1) * size)]), Int(images.labels[number]))
  }
}

extension LessonData {
  /// The name of the bundled digits in a lesson.
  static let digits = "digits"

  static var noImages: ApusError {
    ApusError("the lesson is not about images", fix: "choose the digits")
  }
}

extension Dataset {
  /// Some samples as the network takes them, `[rows.count, inputSize]`.
  fileprivate func features(of rows: [Int]) throws(ApusError) -> [Float] {
    try batch(rows).arrays().inputs
  }
}
