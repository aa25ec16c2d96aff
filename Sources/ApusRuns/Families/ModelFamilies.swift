public import ApusCore
import ApusNN

/// The model families that configurations and the command line can name.
public enum ModelFamilies {
  public static let table = NameTable<any ModelFamily>(
    "model",
    [
      MLP(), Perceptron(), Adaline(), LinearRegression(), RidgeRegression(), LassoRegression(),
      LogisticRegression(), SoftmaxRegression(), SVM(), LeNet5(), CNN(), ResNet(depth: 20), AlexNet(),
      GoogLeNet(), GPT(vocabulary: nil, hasBias: false),
    ],
    named: { $0 }, remake: { item, given throws(ApusError) in try item.with(given) })

  /// Returns the family of a name, or of a name with parameters.
  ///
  /// - Parameter vocabulary: those of your own, besides those of the table.
  /// - Throws: an error that names an unknown model or parameter, with the nearest name, or a wrong value.
  public static func family(
    _ description: JSONValue, in vocabulary: Vocabulary = .standard
  ) throws(ApusError) -> any ModelFamily {
    try table.item(description, in: vocabulary)
  }

  /// The family when none is named.
  public static let defaultName = MLP.name
  /// The same for a text.
  public static let defaultNameForTexts = GPT.name
}

extension ModelFamily {
  public static var prototypes: [any Named] { ModelFamilies.table.items }
}
