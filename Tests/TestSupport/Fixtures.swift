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
