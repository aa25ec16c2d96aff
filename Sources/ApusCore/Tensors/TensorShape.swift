/// The lengths of a tensor's axes, outermost first: images are `[rows, height, width, channels]`.
public struct TensorShape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public var dimensions: [Dimension]

  public init(_ dimensions: [Dimension]) {
    self.dimensions = dimensions
  }

  public init(_ sizes: [Int]) {
    self.dimensions = sizes.map { Dimension($0) }
  }

  public init(arrayLiteral elements: Dimension...) {
    self.dimensions = elements
  }

  public var rank: Int { dimensions.count }

  /// The axis' length; negative axes count from the end. An axis that is not there has the
  /// length 1, as in broadcasting.
  public subscript(axis: Int) -> Dimension {
    let index = axis < 0 ? axis + rank : axis
    return dimensions.indices.contains(index) ? dimensions[index] : 1
  }

  /// The number of elements, as `coefficient · rows^power`.
  package var count: Monomial {
    dimensions.reduce(Monomial(1)) { $0 * Monomial($1) }
  }

  /// The number of elements with `rows` rows.
  public func count(rows: Int = 1) -> Int {
    count.resolved(rows: rows)
  }

  /// The axes' lengths with `rows` rows.
  public func sizes(rows: Int = 1) -> [Int] {
    dimensions.map { $0.resolved(rows: rows) }
  }

  /// A Boolean value that indicates whether every axis has a fixed length.
  public var isFixed: Bool { !dimensions.contains(where: \.isPerRow) }

  public var description: String {
    "[" + dimensions.map(\.description).joined(separator: ", ") + "]"
  }

  /// The shape of an elementwise result of `self` and `other`: axes are matched from the last;
  /// equal lengths, or one of them 1.
  package func broadcast(with other: TensorShape) -> TensorShape? {
    var result: [Dimension] = []
    for offset in 1...max(rank, other.rank, 1) {
      guard offset <= max(rank, other.rank) else { break }
      let left = self[-offset]
      let right = other[-offset]
      if left == right || right == 1 {
        result.append(left)
      } else if left == 1 {
        result.append(right)
      } else {
        return nil
      }
    }
    return TensorShape(result.reversed())
  }

  /// `axis` counted from the front, or nil when there is no such axis.
  package func normalized(axis: Int) -> Int? {
    let index = axis < 0 ? axis + rank : axis
    return dimensions.indices.contains(index) ? index : nil
  }
}

/// `coefficient · rows^power`: a size, a stride or an offset that depends on the rows of the batch.
package struct Monomial: Hashable, Sendable {
  package var coefficient: Int
  package var power: Int

  package init(_ coefficient: Int, power: Int = 0) {
    self.coefficient = coefficient
    self.power = coefficient == 0 ? 0 : power
  }

  package init(_ dimension: Dimension) {
    self.init(dimension.size, power: dimension.isPerRow ? 1 : 0)
  }

  package static func * (left: Monomial, right: Monomial) -> Monomial {
    let (product, overflow) = left.coefficient.multipliedReportingOverflow(by: right.coefficient)
    return Monomial(overflow ? Int.max : product, power: left.power + right.power)
  }

  package func resolved(rows: Int) -> Int {
    var value = coefficient
    for _ in 0..<power {
      let (product, overflow) = value.multipliedReportingOverflow(by: rows)
      value = overflow ? Int.max : product
    }
    return value
  }
}

extension TensorShape {
  /// The length of one axis: a fixed number, or a number times the rows of the batch.
  ///
  /// A graph is traced for any number of rows; a plan is made for a capacity and runs with
  /// any number up to it.
  public struct Dimension: Hashable, Sendable, Codable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// The length, or the length per row of the batch when `isPerRow`.
    public var size: Int
    /// A Boolean value that indicates whether `size` is to be multiplied by the number of rows.
    public var isPerRow: Bool

    public init(_ size: Int, perRow: Bool = false) {
      self.size = size
      self.isPerRow = perRow
    }

    public init(integerLiteral value: Int) {
      self.init(value)
    }

    /// The rows of the batch.
    public static let rows = Dimension(1, perRow: true)

    /// The length with `rows` rows.
    public func resolved(rows: Int) -> Int {
      isPerRow ? size * rows : size
    }

    public var description: String {
      guard isPerRow else { return "\(size)" }
      return size == 1 ? "rows" : "\(size)·rows"
    }
  }
}

/// Short within the package; a program that imports Foundation has another `Dimension`.
package typealias Dimension = TensorShape.Dimension
