/// Named arrays in the safetensors format: `u64le N | JSON header | data`.
///
/// The reader is strict: whatever the format's specification forbids is an error, and no size from
/// the file is trusted before it is checked.
public struct SafeTensors: Sendable, Equatable {
  /// The types of elements.
  public enum ElementType: String, Sendable, CaseIterable {
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// Bytes an element.
    public var size: Int {
      switch self {
      case .bool, .u8, .i8: 1
      case .i16, .u16, .f16, .bf16: 2
      case .i32, .u32, .f32: 4
      case .f64, .i64, .u64: 8
      }
    }
  }

  /// An array: little-endian, row-major.
  public struct Entry: Sendable, Equatable {
    public var type: ElementType
    public var shape: [Int]
    public var bytes: [UInt8]

    public init(type: ElementType, shape: [Int], bytes: [UInt8]) {
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }

  public var entries: [String: Entry]
  /// The header's `__metadata__`.
  public var metadata: [String: String]

  public init(entries: [String: Entry] = [:], metadata: [String: String] = [:]) {
    self.entries = entries
    self.metadata = metadata
  }
}

extension SafeTensors.Entry {
  public init(_ values: [Float], shape: [Int]) {
    self.init(type: .f32, shape: shape, bytes: Self.littleEndian(values.map(\.bitPattern)))
  }

  public init(_ values: [Double], shape: [Int]) {
    self.init(type: .f64, shape: shape, bytes: Self.littleEndian(values.map(\.bitPattern)))
  }

  public init(_ values: [Int32], shape: [Int]) {
    self.init(type: .i32, shape: shape, bytes: Self.littleEndian(values))
  }

  public init(_ values: [Int64], shape: [Int]) {
    self.init(type: .i64, shape: shape, bytes: Self.littleEndian(values))
  }

  /// The elements as floats; nil for other types than F32.
  public var floats: [Float]? {
    type == .f32 ? Self.integers(UInt32.self, bytes).map { Float(bitPattern: $0) } : nil
  }

  /// The elements as doubles; nil for other types than F64 and F32.
  public var doubles: [Double]? {
    if let floats { return floats.map { Double($0) } }
    return type == .f64 ? Self.integers(UInt64.self, bytes).map { Double(bitPattern: $0) } : nil
  }

  /// The elements as integers; nil for types that are not whole or do not fit.
  public var integers: [Int]? {
    switch type {
    case .u8, .bool: bytes.map { Int($0) }
    case .i8: bytes.map { Int(Int8(bitPattern: $0)) }
    case .i16: Self.integers(Int16.self, bytes).map { Int($0) }
    case .u16: Self.integers(UInt16.self, bytes).map { Int($0) }
    case .i32: Self.integers(Int32.self, bytes).map { Int($0) }
    case .u32: Self.integers(UInt32.self, bytes).map { Int($0) }
    case .i64: Self.integers(Int64.self, bytes).map { Int($0) }
    case .u64, .f16, .bf16, .f32, .f64: nil
    }
  }

  private static func littleEndian<I: FixedWidthInteger>(_ values: [I]) -> [UInt8] {
    var little = values
    for i in little.indices { little[i] = little[i].littleEndian }
    return little.withUnsafeBytes { Array($0) }
  }

  private static func integers<I: FixedWidthInteger>(_ type: I.Type, _ bytes: [UInt8]) -> [I] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / MemoryLayout<I>.size).map {
        I(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<I>.size, as: I.self))
      }
    }
  }
}
