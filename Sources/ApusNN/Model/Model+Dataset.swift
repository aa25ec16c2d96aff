package import ApusCore
package import ApusData

extension Model {
  /// Refuses a data set that doesn't fit the model.
  ///
  /// - Throws: when an input has another name or shape, or the targets are not the objective's.
  package func check(_ dataset: any Dataset, readsTargets: Bool) throws(ApusError) {
    let given = dataset.inputs
    if inputs.count == 1, given.count == 1 {
      guard given[0].shape == inputs[0].shape else {
        throw ApusError(
          "the samples have the shape \(given[0].shape)", expected: "\(inputs[0].shape), the model's input")
      }
    } else {
      for input in inputs {
        guard let same = given.first(where: { $0.name == input.name }) else {
          let known = given.map(\.name)
          throw ApusError(
            "the data set has no input \"\(input.name)\", which the model takes",
            expected: known.joined(separator: ", "), fix: Spelling.suggestion(for: input.name, in: known))
        }
        guard same.shape == input.shape else {
          throw ApusError(
            "the samples have the shape \(same.shape)", at: "input \"\(input.name)\"",
            expected: "\(input.shape), the model's input")
        }
      }
    }
    guard readsTargets, let objective else { return }
    let targets = objective.targets
    guard targets.isAlike(dataset.targets) else {
      throw ApusError(
        "the data set's targets are \(dataset.targets.words)",
        expected: "\(targets.words), the model's objective",
        fix: "use data of the kind that the model was made for")
    }
    // What a data set says of its numbers; arrays of a program's own say nothing.
    for (output, scale) in dataset.scales.enumerated() {
      let own = objective.scale(of: output)
      guard own.mean != scale.mean || own.deviation != scale.deviation else { continue }
      throw ApusError(
        "the data set's numbers are (y − \(shortText(scale.mean))) / \(shortText(scale.deviation))",
        expected:
          "(y − \(shortText(own.mean))) / \(shortText(own.deviation)), as the model's objective has them",
        fix: "encode the data as the model's was, with its preprocessing and objective")
    }
  }
}
