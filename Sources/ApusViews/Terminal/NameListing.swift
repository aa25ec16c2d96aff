package import ApusCore
import ApusData
import ApusNN

/// The items of a table of named things, with formulas and parameters.
package struct NameListing: Sendable {
  private let table: NameTable

  package init(_ table: NameTable) {
    self.table = table
  }

  /// `name(parameter: default)` and the formula, one item a line; long formulas go on below.
  package func lines(width: Int = 80) -> [String] {
    let calls = table.items.map { Self.call($0) }
    let left = min(calls.map { columns($0) }.max() ?? 0, 30)
    return zip(table.items, calls).flatMap { item, call in
      let formula = wrapped(item.formula, width: max(width - left - 4, 20))
      let blank = String(repeating: " ", count: left + 4)
      guard columns(call) <= left else {
        let name = wrapped(call, width: width - 2, indent: item.name.count + 1)
        return name.map { "  " + $0 } + formula.map { blank + $0 }
      }
      return ["  " + fitted(call, left) + "  " + formula[0]] + formula.dropFirst().map { blank + $0 }
    }
  }

  /// As it is written on the command line: `momentum(momentum: 0.9)`.
  static func call(_ item: any Named.Type) -> String {
    let parameters = item.init().parameters
    let known = item.parameterNames.map { name in
      parameters[name].map { value in "\(name): \(value.stringValue ?? value.text())" } ?? name
    }
    return known.isEmpty ? item.name : "\(item.name)(\(known.joined(separator: ", ")))"
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
      return ["  " + fitted(set.name, left) + "  " + text[0]] + text.dropFirst().map { blank + $0 }
    }
  }
}
