import ApusCore
import ApusNN

/// Parameters that training leaves as they are.
public struct FrozenParameters: Sendable {
  private enum Choice { case none, allButOutput, layers([String]) }
  private let choice: Choice

  /// Every parameter is trained.
  public static var none: FrozenParameters { FrozenParameters(choice: .none) }

  /// All but those of the last layer with weights: for the new output of a trained model.
  public static var allButOutput: FrozenParameters { FrozenParameters(choice: .allButOutput) }

  /// Those at and below some paths.
  public static func layers(_ paths: String...) -> FrozenParameters {
    FrozenParameters(choice: .layers(paths))
  }

  /// The groups of a model's parameters that stay.
  ///
  /// - Throws: when there is nothing left to train.
  func groups(of model: Model) throws(ApusError) -> [ParameterGroup] {
    switch choice {
    case .none: return []
    case .layers(let paths): return paths.map { .frozen($0) }
    case .allButOutput:
      guard let output = model.outputLayer?.path ?? model.summary.last(where: { $0.parameterCount > 0 })?.path
      else {
        throw ApusError("a model without parameters", expected: "a last layer to train")
      }
      return model.parameters.filter { !$0.specification.isState && !$0.path.hasPrefix(output + ".") }
        .map { .frozen($0.path) }
    }
  }
}
