import ApusCore
import ApusData
import ApusNN
import ApusTraining

/// Facts for the convolutional families, which take images, and are trained with a rate that rises and falls.
extension DataFacts {
  /// - Throws: when a sample is no image.
  func requireImages(for family: any ModelFamily.Type) throws(ApusError) {
    guard inputShape.count == 3 else {
      throw ApusError(
        "the model \(family.name) is for images, and a row of this data is \(features) numbers",
        at: "model.family", expected: "images of height × width × channels",
        fix: "use \(MLP.name)")
    }
  }

  /// The form of network for images of this size: large where an image is as large as those that ``ImageForm/large`` is
  /// for.
  var imageForm: ImageForm { min(inputShape[0], inputShape[1]) >= 96 ? .large : .small }

  /// A rate that rises over a fifth of the steps and falls to nearly 0 (Smith 2018), for networks that can take large ones.
  static var rising: any Schedule { OneCycle(rise: 0.2) }
}

extension Recipe {
  /// For images: about so many passes that the network has seen 600,000 of them, within bounds.
  static func images(
    _ data: DataFacts, optimizer: any Optimizer, rate: Double, schedule: any Schedule, batch: Int = 64
  ) -> Recipe {
    Recipe(
      epochs: data.epochs(steps: 600_000 / data.step(of: batch), batch: batch, to: 60), batch: batch,
      optimizer: optimizer, learningRate: rate, schedule: schedule, loss: Objective(data.targets).loss)
  }
}
