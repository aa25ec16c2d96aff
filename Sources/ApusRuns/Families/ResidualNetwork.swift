public import ApusCore
import ApusData
import ApusNN

/// Residual networks (A11; He et al. 2015; S3): `resnet(depth: 20)`, or in short `resnet-20`.
public struct ResidualNetwork: ModelFamily {
  public static let name = "resnet"
  public static let formula = "y = relu(x + f(x)), f two or three convolutions with batch norm, in stages"
  /// 6n + 2 for the networks for small images; 18, 34, 50, 101 or 152.
  public var depth: Int
  /// Channels of the first stage; the paper's when nil: 16, or 64 for the deep ones.
  public var width: Int?

  public init() { depth = 20 }

  public func validate() throws(ApusError) { try network(classes: 1, .small).check() }

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    let form = data.imageForm
    var recipe = ModelRecipe.images(
      data, optimizer: Momentum(momentum: 0.9), rate: 0.2, schedule: ModelRecipe.rising, batch: 128
    ) { [self] outputs throws(ApusError) in Sequential([network(classes: outputs, form)]) }
    recipe.l2 = 5e-4
    return recipe
  }

  private func network(classes: Int, _ form: ImageForm) -> ResNet {
    ResNet(depth: depth, classes: classes, form: form, width: width)
  }
}
