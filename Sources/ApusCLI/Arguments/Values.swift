#if Command
  import Apus

  /// Numbers of a command's own flags, checked before any work: a wrong value ends with exit code 1 and names the flag.
  enum Checked {
    /// - Throws: unless the number is finite and `low` or more.
    static func number(_ value: Double?, _ flag: String, from low: Double) throws(ApusError) {
      guard let value, !(value >= low && value.isFinite) else { return }
      throw ApusError(
        "\(value.shortText) is out of range", at: flag, expected: "a number: \(low.shortText) or more")
    }

    static func count(_ value: Int?, _ flag: String, from low: Int, to high: Int = .max) throws(ApusError) {
      guard let value, !(value >= low && value <= high) else { return }
      let limit = high < .max ? "from \(low) to \(high)" : "\(low) or more"
      throw ApusError("\(value) is out of range", at: flag, expected: "a whole number, \(limit)")
    }
  }

  extension Checked {
    /// Whole numbers with commas between them.
    ///
    /// - Throws: for anything else, and for numbers below 0.
    static func counts(_ text: String, _ flag: String) throws(ApusError) -> [Int] {
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
        Int($0.filter { $0 != " " })
      }
      guard !numbers.isEmpty, numbers.allSatisfy({ ($0 ?? -1) >= 0 }) else {
        throw ApusError("“\(text)”", at: flag, expected: "whole numbers with commas between them: 1,2,4")
      }
      return numbers.map { $0! }
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
