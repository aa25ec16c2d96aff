package import ApusCore
import ApusData
import ApusNN

/// The items of a table of named things, with formulas and parameters.
package struct NameListing: Sendable {
  private let items: [any Named]

  package init(_ items: [any Named]) {
    self.items = items
  }

  /// `name(parameter: default)` and the formula, one item a line; long formulas go on below.
  package func lines(width: Int = 80) -> [String] {
    let calls = items.map { Self.call($0) }
    let left = min(calls.map { columns($0) }.max() ?? 0, 30)
    return zip(items, calls).flatMap { item, call in
      let type = type(of: item)
      let formula = wrapped(type.formula, width: max(width - left - 4, 20))
      let blank = String(repeating: " ", count: left + 4)
      guard columns(call) <= left else {
        let name = wrapped(call, width: width - 2, indent: type.name.count + 1)
        return name.map { "  " + $0 } + formula.map { blank + $0 }
      }
      return ["  " + fitted(call, left) + "  " + formula[0]] + formula.dropFirst().map { blank + $0 }
    }
  }

  /// As it is written on the command line: `momentum(momentum: 0.9)`.
  static func call(_ item: any Named) -> String {
    let (name, parameters) = (type(of: item).name, item.parameters)
    let known = item.parameterNames.map { name in
      parameters[name].map { value in "\(name): \(value.stringValue ?? value.text())" } ?? name
    }
    return known.isEmpty ? name : "\(name)(\(known.joined(separator: ", ")))"
  }
}

/// The built-in data sets.
package struct DatasetListing: Sendable {
  package init() {}

  /// Name and summary of each, and where it comes from.
  package func lines(width: Int = 80, withSources: Bool = true) -> [String] {
    let left = BuiltInDataset.all.map(\.name.count).max() ?? 0
    let blank = String(repeating: " ", count: left + 4)
    return BuiltInDataset.all.flatMap { set in
      let text = wrapped(
        set.summary + (withSources ? " (\(set.source))" : ""), width: max(width - left - 4, 20))
      let first = "  \(fitted(set.name, left))  \(text[0])"
      return [first] + text.dropFirst().map { blank + $0 }
    }
  }
}
