import ApusCore

/// An array in NumPy's format, versions 1 to 3 (NEP 1): a header that is a Python dictionary, then the elements.
///
/// Numbers and texts of either byte order and either order of axes are read; objects, which only Python can read, are
/// refused.
struct NumPyArray {
  let shape: [Int]
  /// The element type without its byte order: `u1`, `f4`, `U8` for texts of eight characters, ….
  let type: String
  /// The elements in C order, little-endian.
  private let bytes: [UInt8]

  var count: Int { shape.reduce(1, *) }

  private static let sizes = [
    "b1": 1, "u1": 1, "i1": 1, "u2": 2, "i2": 2, "u4": 4, "i4": 4, "u8": 8, "i8": 8, "f2": 2, "f4": 4,
    "f8": 8,
  ]
  private static let mostTextCharacters = 10_000
  private static let mostHeaderBytes = 10_000

  static func isArray(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x93] + Array("NUMPY".utf8))
  }

  /// - Throws: when the bytes are no such array, or more or fewer than the header says.
  init(_ file: [UInt8], name: String) throws(ApusError) {
    func damaged(_ problem: String, _ expected: String? = nil) -> ApusError {
      ApusError(problem, at: name, expected: expected)
    }
    guard Self.isArray(file), file.count >= 12, (1...3).contains(file[6]) else {
      throw damaged("is no NumPy array", "\\x93NUMPY and a version from 1 to 3")
    }
    let wide = file[6] > 1
    let start = wide ? 12 : 10
    let length = file[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.mostHeaderBytes, start + length <= file.count else {
      throw damaged("the header of \(length) bytes is damaged", "at most \(Self.mostHeaderBytes) bytes")
    }
    guard let text = String(validating: file[start..<(start + length)], as: UTF8.self) else {
      throw damaged("the header is no text")
    }
    let header = try Header(text, name)
    let mark = header.descr.first ?? " "
    let type = String("<>|=".contains(mark) ? header.descr.dropFirst() : Substring(header.descr))
    guard let (size, isText) = Self.size(of: type) else {
      throw ApusError(
        "the elements are of type “\(header.descr)”", at: name,
        expected: "numbers (" + Self.sizes.keys.sorted().joined(separator: ", ") + ") or texts (U, S)",
        fix: mark == "|" ? "objects are Python's own: make numbers of them before saving" : nil)
    }
    var total = size
    for extent in header.shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product < Int.max / 2 else {
        throw damaged("the shape \(header.shape) is that of no array")
      }
      total = product
    }
    let present = file.count - start - length
    guard present == total else {
      throw damaged("holds \(present) bytes of data for \(header.shape) of \(type)", "\(total) bytes")
    }
    shape = header.shape
    self.type = type
    let offset = start + length
    // The bytes of a number, or of a character of four bytes.
    let unit = isText ? (type.hasPrefix("U") ? 4 : 1) : size
    let isBig = mark == ">" && unit > 1
    guard isBig || (header.isFortran && header.shape.count > 1) else {
      bytes = Array(file[offset...])
      return
    }
    // Fortran's first axis moves fastest.
    var strides = [Int](repeating: size, count: header.shape.count)
    if header.isFortran {
      for axis in strides.indices.dropFirst() { strides[axis] = strides[axis - 1] * header.shape[axis - 1] }
    } else {
      for axis in strides.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] * header.shape[axis + 1]
      }
    }
    var result = [UInt8](repeating: 0, count: total)
    var index = [Int](repeating: 0, count: header.shape.count)
    for element in 0..<(total / size) {
      let from = offset + zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
      for byte in 0..<size {
        let place = isBig ? byte / unit * unit + unit - 1 - byte % unit : byte
        result[element * size + byte] = file[from + place]
      }
      var axis = index.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < header.shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    bytes = result
  }

  /// The bytes of an element, and whether it is a text; nil for other types.
  private static func size(of type: String) -> (size: Int, isText: Bool)? {
    if let size = sizes[type] { return (size, false) }
    guard let kind = type.first, kind == "U" || kind == "S", let length = Int(type.dropFirst()),
      (1...mostTextCharacters).contains(length)
    else { return nil }
    return (kind == "U" ? 4 * length : length, true)
  }

  /// Every element as a text, without the zeros at its end; nil for numbers.
  var texts: [String]? {
    guard let (size, isText) = Self.size(of: type), isText else { return nil }
    return (0..<count).map { element in
      let part = bytes[(element * size)..<((element + 1) * size)]
      guard type.hasPrefix("U") else { return String(decoding: part.prefix { $0 != 0 }, as: UTF8.self) }
      var text = ""
      for at in stride(from: part.startIndex, to: part.endIndex, by: 4) {
        let code =
          UInt32(part[at]) | UInt32(part[at + 1]) << 8 | UInt32(part[at + 2]) << 16 | UInt32(part[at + 3])
          << 24
        if code == 0 { break }
        text.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
      }
      return text
    }
  }

  /// The array with another one's rows after its own.
  func appending(_ other: NumPyArray, _ name: String) throws(ApusError) -> NumPyArray {
    guard shape.dropFirst() == other.shape.dropFirst(), !shape.isEmpty, !other.shape.isEmpty,
      type == other.type
    else {
      throw ApusError(
        "holds arrays of \(type) \(shape) and of \(other.type) \(other.shape)", at: name,
        expected: "the same type and shape for training and validation")
    }
    return NumPyArray(
      shape: [shape[0] + other.shape[0]] + shape.dropFirst(), type: type, bytes: bytes + other.bytes)
  }

  private init(shape: [Int], type: String, bytes: [UInt8]) {
    (self.shape, self.type, self.bytes) = (shape, type, bytes)
  }

  /// Every element as a double; whole numbers beyond 2⁵³ are rounded.
  var doubles: [Double] {
    bytes.withUnsafeBytes { bytes in
      func all<T: Sendable>(_ type: T.Type, _ value: (T) -> Double) -> [Double] {
        (0..<count).map { value(bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self)) }
      }
      return switch type {
      case "i1": all(Int8.self) { Double($0) }
      case "u2": all(UInt16.self) { Double($0) }
      case "i2": all(Int16.self) { Double($0) }
      case "u4": all(UInt32.self) { Double($0) }
      case "i4": all(Int32.self) { Double($0) }
      case "u8": all(UInt64.self) { Double($0) }
      case "i8": all(Int64.self) { Double($0) }
      case "f2": all(UInt16.self) { Double(Float(half: $0)) }
      case "f4": all(Float.self) { Double($0) }
      case "f8": all(Double.self) { $0 }
      default: all(UInt8.self) { Double($0) }
      }
    }
  }

  /// Pixels as bytes: bytes as they are, whole numbers from 0 to 255, or 255 times numbers from 0 to 1 where those are whole;
  /// nil for others.
  var pixels: [UInt8]? {
    if type == "u1" { return bytes }
    let values = doubles
    func scaled(by factor: Double) -> [UInt8]? {
      var result: [UInt8] = []
      result.reserveCapacity(values.count)
      for value in values {
        let scaled = value * factor
        guard scaled >= -0.001, scaled <= 255.001, abs(scaled - scaled.rounded()) < 0.001 else { return nil }
        result.append(UInt8(min(max(scaled.rounded(), 0), 255)))
      }
      return result
    }
    return values.allSatisfy { $0 <= 1 } && type.hasPrefix("f") ? scaled(by: 255) : scaled(by: 1)
  }
}

extension Float {
  /// A number of 16 bits (IEEE 754's binary16).
  fileprivate init(half bits: UInt16) {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
    let size: Float =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: (1 + fraction * 0x1p-10) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
      }
    self = bits >> 15 == 1 ? -size : size
  }
}

/// The dictionary `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
private struct Header {
  var descr = ""
  var isFortran = false
  var shape: [Int] = []

  init(_ text: String, _ name: String) throws(ApusError) {
    let error = ApusError(
      "the header is damaged", at: name, expected: "{'descr': …, 'fortran_order': …, 'shape': (…)}")
    var rest = Substring(text)
    func skipBlanks() { rest = rest.drop { $0.isWhitespace } }
    func take(_ mark: Character) -> Bool {
      skipBlanks()
      guard rest.first == mark else { return false }
      rest = rest.dropFirst()
      return true
    }
    func string() -> String? {
      skipBlanks()
      guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
      rest = rest.dropFirst()
      guard let end = rest.firstIndex(of: quote) else { return nil }
      defer { rest = rest[rest.index(after: end)...] }
      return String(rest[..<end])
    }
    func word() -> String {
      skipBlanks()
      let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
      rest = rest.dropFirst(word.count)
      return String(word)
    }
    var keys: [String] = []
    guard take("{") else { throw error }
    while !take("}") {
      guard let key = string(), take(":"), !keys.contains(key) else { throw error }
      keys.append(key)
      switch key {
      case "descr":
        skipBlanks()
        guard rest.first != "[" else {
          throw ApusError(
            "the array has named fields", at: name, expected: "an array of numbers",
            fix: "save the columns as a CSV file")
        }
        guard let text = string() else { throw error }
        descr = text
      case "fortran_order":
        let text = word()
        guard text == "True" || text == "False" else { throw error }
        isFortran = text == "True"
      case "shape":
        guard take("(") else { throw error }
        while !take(")") {
          guard let extent = Int(word()), shape.count < 32 else { throw error }
          shape.append(extent)
          _ = take(",")
        }
      default: throw error
      }
      _ = take(",")
    }
    skipBlanks()
    guard rest.isEmpty, keys.sorted() == ["descr", "fortran_order", "shape"] else { throw error }
  }
}
