#if Command
  public import Apus
  public import ArgumentParser

  extension LearningTask: ExpressibleByArgument {}
  extension KeptEpoch: ExpressibleByArgument {}
  extension SearchConfiguration.Method: ExpressibleByArgument {}

  /// The units of the hidden layers: `64,64`, or `none`.
  struct HiddenUnits: ExpressibleByArgument, Equatable {
    var units: [Int]

    init?(argument: String) {
      guard argument != "none" else {
        units = []
        return
      }
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.map { part in Int(part.drop { $0 == " " }) }
      guard !numbers.isEmpty, !numbers.contains(nil) else { return nil }
      units = numbers.compactMap { $0 }
    }
  }

  /// What a flag may say, checked before any work: a wrong value ends with exit code 1 and names the flag.
  enum Checked {
    /// - Throws: unless the number is finite and in the range.
    static func number(_ value: Double?, _ flag: String, from low: Double, below high: Double = .infinity)
      throws(ApusError)
    {
      guard let value, !(value >= low && value < high && value.isFinite) else { return }
      let limit =
        high < .infinity
        ? "\(low.shortText) or more, and less than \(high.shortText)" : "\(low.shortText) or more"
      throw ApusError("\(value.shortText) is out of range", at: flag, expected: "a number: \(limit)")
    }

    static func count(_ value: Int?, _ flag: String, from low: Int, to high: Int = .max) throws(ApusError) {
      guard let value, !(value >= low && value <= high) else { return }
      let limit = high < .max ? "from \(low) to \(high)" : "\(low) or more"
      throw ApusError("\(value) is out of range", at: flag, expected: "a whole number, \(limit)")
    }

    /// The descriptions in a text like `warmup(100), cosine`, each one checked against its table.
    static func items<Item>(
      _ text: String, _ flag: String, in table: NameTable<Item>
    ) throws(ApusError) -> [JSONValue] {
      do throws(ApusError) {
        let items = try CallSyntax.parse(text, in: table)
        for item in items { _ = try table.item(item) }
        guard !items.isEmpty else {
          throw ApusError("a \(table.kind) is missing", expected: table.names.joined(separator: ", "))
        }
        return items
      } catch {
        throw error.at(flag)
      }
    }

    static func item<Item>(
      _ text: String, _ flag: String, in table: NameTable<Item>
    ) throws(ApusError) -> JSONValue {
      let items = try items(text, flag, in: table)
      guard items.count == 1 else {
        throw ApusError(
          "\(items.count) \(table.kind)s", at: flag,
          expected: "one of \(table.names.joined(separator: ", "))")
      }
      return items[0]
    }
  }

  extension Double {
    /// Without a needless `.0`.
    fileprivate var shortText: String {
      let text = "\(self)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
  }
#endif
