/// A user's named things, besides those of the tables: losses, layers, optimizers, metrics and whatever else is ``Named``.
///
/// ```swift
/// let vocabulary = Vocabulary.standard.adding(Quantile(), Swiglu(units: 64), Lion())
/// let model = try Model(contentsOf: "prices.safetensors", vocabulary: vocabulary)
/// ```
///
/// The instances are prototypes: their values are the defaults of what a description does not give.
public struct Vocabulary: Sendable {
  /// The tables' names alone.
  public static let standard = Vocabulary()

  private var prototypes: [any Named] = []

  private init() {}

  /// Returns the vocabulary with further things; of two of one type the later one's values are the defaults.
  public func adding(_ prototypes: any Named...) -> Vocabulary {
    var vocabulary = self
    for prototype in prototypes {
      vocabulary.prototypes.removeAll { type(of: $0) == type(of: prototype) }
      vocabulary.prototypes.append(prototype)
    }
    return vocabulary
  }

  /// The prototypes that belong to a family: the one place that asks a user's type what it is.
  func prototypes<Item>(of family: Item.Type) -> [Item] { prototypes.compactMap { $0 as? Item } }
}

extension CodingUserInfoKey {
  /// The ``Vocabulary`` by which a decoder's named items are read.
  public static let vocabulary = CodingUserInfoKey(rawValue: "apus.vocabulary")!
}

extension Decoder {
  /// The vocabulary that the reader was handed; the tables' names alone where it was handed none.
  public var vocabulary: Vocabulary { userInfo[.vocabulary] as? Vocabulary ?? .standard }
}
