extension Tensor: CustomStringConvertible {
  /// The numbers in nested brackets, long axes shortened, and the type; the error of a tensor that carries one.
  ///
  /// ```
  /// [[0, 1, 2],
  ///  [3, 4, 5]]  float32[2, 3]
  /// ```
  public var description: String {
    if let error { return "Tensor(error: \(error))" }
    guard node.isConcrete, let constant = try? computed() else { return "Tensor(\(type))" }
    let values = Elements(constant, scalar, sizes: shape.sizes())
    return values.text(axis: 0, start: 0, indent: 1) + "  \(type)"
  }
}

/// The elements of a tensor as text.
private struct Elements {
  /// Elements at either end of an axis that is shortened.
  private static let shown = 3
  private static let longest = 8
  private static let most = 1_000

  private let texts: (Int) -> String
  private let sizes: [Int]
  private let isShortened: Bool
  private var width = 0

  init(_ constant: Constant, _ scalar: ScalarType, sizes: [Int]) {
    let storage = constant.storage
    switch scalar {
    case .int32: texts = { "\(storage.integers[$0])" }
    case .bool: texts = { storage.floats[$0] == 0 ? "false" : "true" }
    default: texts = { Self.text(storage.floats[$0]) }
    }
    self.sizes = sizes
    isShortened = storage.count > Self.most || (sizes.last ?? 0) > 4 * Self.longest
    // Columns of a matrix line up.
    if sizes.count > 1 { forEachShown(axis: 0, start: 0) { width = max(width, texts($0).count) } }
  }

  /// As few digits as tell it from its neighbors, at most six significant ones.
  private static func text(_ value: Float) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var (magnitude, exponent) = (Double(value.magnitude), 0)
    guard (1e-4..<1e6).contains(magnitude) else { return "\(value)" }
    while magnitude >= 10 { (magnitude, exponent) = (magnitude / 10, exponent + 1) }
    while magnitude < 1 { (magnitude, exponent) = (magnitude * 10, exponent - 1) }
    var scale = 1.0
    for _ in 0..<Swift.max(5 - exponent, 0) { scale *= 10 }
    let text = "\((Double(value) * scale).rounded() / scale)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func places(_ axis: Int) -> [Int?] {
    guard isShortened, sizes[axis] > Self.longest else { return Array(0..<sizes[axis]) }
    return Array(0..<Self.shown) + [nil] + Array((sizes[axis] - Self.shown)..<sizes[axis])
  }

  private func forEachShown(axis: Int, start: Int, _ body: (Int) -> Void) {
    guard axis < sizes.count else { return body(start) }
    let stride = sizes[(axis + 1)...].reduce(1, *)
    for place in places(axis) {
      if let place { forEachShown(axis: axis + 1, start: start + place * stride, body) }
    }
  }

  func text(axis: Int, start: Int, indent: Int) -> String {
    guard axis < sizes.count else {
      let text = texts(start)
      return String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    let stride = sizes[(axis + 1)...].reduce(1, *)
    let parts = places(axis).map { place in
      place.map { text(axis: axis + 1, start: start + $0 * stride, indent: indent + 1) } ?? "…"
    }
    let isInnermost = axis == sizes.count - 1
    let separator = isInnermost ? ", " : ",\n" + String(repeating: " ", count: indent)
    return "[" + parts.joined(separator: separator) + "]"
  }
}
