public import ApusCore
import ApusData
import ApusNN

/// GoogLeNet (A10; Szegedy et al. 2014; S3), for small images in its small form.
public struct InceptionNetwork: ModelFamily {
  public static let name = "googlenet"
  public static let otherNames = ["inception"]
  public static let formula = "nine blocks [1×1, 1×1 → 3×3, 1×1 → 5×5, pool → 1×1] side by side"
  /// Whether two further classifiers on the way help training, their losses counted 0.3 each.
  public var auxiliaryHeads: Bool

  public init() { auxiliaryHeads = false }

  public func recipe(for data: DataFacts) throws(ApusError) -> ModelRecipe {
    try data.requireImages(for: Self.self)
    let form = data.imageForm
    var recipe = ModelRecipe.images(data, optimizer: Adam(), rate: 1e-3, schedule: ModelRecipe.rising) {
      [auxiliaryHeads] outputs throws(ApusError) in
      let network = GoogLeNet(classes: outputs, form: form)
      return auxiliaryHeads ? network.withAuxiliaryHeads as any Network : Sequential([network])
    }
    if auxiliaryHeads { recipe.auxiliary = ["head1": 0.3, "head2": 0.3] }
    return recipe
  }
}
