public import ApusCore
import ApusData
public import ApusNN
public import ApusTraining

/// A kind of model with all that goes with it: a name on the command line, a network for the data, and a recipe for
/// training it.
///
/// Adding one costs a file with a conforming type, and a line of ``ModelFamilies/table``. Its stored properties are its
/// parameters, as those of every ``Named`` thing.
public protocol ModelFamily: Named {
  /// Returns the settings of a training where its configuration says nothing: loss, optimizer, rate, schedule, batch and
  /// epochs.
  ///
  /// - Throws: when the family is not for such data, with one that is.
  func recipe(for data: DataFacts) throws(ApusError) -> Recipe
  /// Returns the network that puts out a number of values.
  ///
  /// - Throws: when a parameter is outside its range.
  func network(for data: DataFacts, outputs: Int) throws(ApusError) -> any Network
  /// Returns sentences for the user: what was chosen, and why.
  func notes(on data: DataFacts) -> [String]
  /// A Boolean value that indicates whether the family is for texts: for a class at each position of a sequence.
  static var takesTexts: Bool { get }
  /// A Boolean value that indicates whether skewed columns enter as logarithms unless the data's settings say otherwise: not
  /// for a linear rule, which is read in the columns' own units.
  static var takesLogarithms: Bool { get }
  /// A Boolean value that indicates whether the recipe's ``Recipe/l2`` is part of the model, whatever optimizer trains it.
  static var isL2Model: Bool { get }
  /// A Boolean value that indicates whether the least value of a quadratic loss with its penalty has a closed form, which
  /// takes the place of training where nothing is said of how to train.
  static var hasClosedForm: Bool { get }
}

extension ModelFamily {
  public static var takesTexts: Bool { false }
  public static var takesLogarithms: Bool { true }
  public static var isL2Model: Bool { false }
  public static var hasClosedForm: Bool { false }
  public func notes(on data: DataFacts) -> [String] { [] }
}
