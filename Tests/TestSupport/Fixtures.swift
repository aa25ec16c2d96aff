package import ApusCore
import Foundation

/// What PyTorch computed, read from `Tests/Fixtures`.
package enum Fixtures {
  /// The file of a family, `operations` for instance.
  package static func load<Document: Decodable>(
    _ family: String, as type: Document.Type, testsFolder: String = #filePath
  ) throws -> Document {
    let folder = URL(fileURLWithPath: testsFolder).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Fixtures").appendingPathComponent("\(family).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }
}

/// A tensor as the fixtures write it.
package struct FixtureTensor: Decodable, Sendable {
  package var type: String
  package var shape: [Int]
  package var values: [Double]

  package func array<Scalar: ReferenceScalar>(_ scalar: Scalar.Type = Scalar.self) -> ReferenceArray<Scalar> {
    ReferenceArray(shape: shape, values: values.map { Scalar($0) })
  }

  /// The type of a graph's input for it: float64 is what the test computes in.
  package var tensorType: TensorType {
    TensorType(TensorShape(shape), type == "float64" ? .float32 : ScalarType(rawValue: type)!)
  }
}

/// A parameter of a named thing as the fixtures write it.
package struct FixtureOption: Decodable, Sendable {
  package let value: JSONValue

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      value = .bool(flag)
    } else if let integer = try? container.decode(Int.self) {
      value = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      value = .double(number)
    } else if let text = try? container.decode(String.self) {
      value = .string(text)
    } else {
      value = .array(try container.decode([Double].self).map { .double($0) })
    }
  }

  /// A name with these parameters, as a table reads it.
  package static func description(_ name: String, _ options: [String: FixtureOption]) -> JSONValue {
    .object([
      JSONMember(name, .object(options.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value.value) }))
    ])
  }
}
