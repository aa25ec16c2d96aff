import ApusCore

extension Recipe {
  /// What is shuffled in an epoch of training.
  public enum Order: Sendable, Equatable {
    /// Each row goes where it may.
    case rows
    /// Blocks of a number of rows, and the rows within a window of eight blocks: rows that are near in the file are near in the
    /// order. It takes no memory, and the same order comes from memory and from a file.
    case blocks(Int)

    /// The rows of a block; nil for ``rows``.
    var blockSize: Int? { if case .blocks(let size) = self { size } else { nil } }
  }
}

extension SettingKind where Value == Recipe.Order {
  static var order: SettingKind {
    let expected = "rows, or blocks(n) with n from 1 to 16777216"
    return SettingKind(
      SettingForm(.text, "order", expected: expected) { texts in .string(texts.last ?? "") },
      read: { (json) throws(ApusError) in
        let text = json.stringValue ?? ""
        if text == "rows" { return .rows }
        guard text.hasPrefix("blocks("), text.hasSuffix(")"),
          let size = Int(text.dropFirst(7).dropLast()), (1...1 << 24).contains(size)
        else { throw ApusError("“\(text.prefix(60))” is no order", expected: expected) }
        return .blocks(size)
      },
      write: { order in .string(order.blockSize.map { "blocks(\($0))" } ?? "rows") })
  }
}
