import ApusCore
import ApusData
import Foundation
import Testing

/// A folder that is gone when the value is.
final class TemporaryFolder {
  let path: String

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/apus-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ApusError("no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  private static func remove(_ folder: String) {
    for name in names(in: folder) {
      let path = "\(folder)/\(name)"
      chmod(path, 0o700)
      if unlink(path) != 0 { remove(path) }
    }
    rmdir(folder)
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  func names() -> [String] { Self.names(in: path) }

  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Files.makeFolder(Files.folder(of: "\(path)/\(name)"))
    try AtomicFile.write("\(path)/\(name)", bytes)
    return "\(path)/\(name)"
  }

  func makeFolder(_ name: String, mode: UInt32 = 0o700) -> String {
    mkdir("\(path)/\(name)", mode_t(mode))
    return "\(path)/\(name)"
  }
}

/// The message of the ``ApusError`` that the call throws; nil and a failed test if it does not.
func message(
  of call: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) -> String {
  do {
    try call()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return ""
  } catch let error as ApusError {
    return error.description
  } catch {
    Issue.record("not an ApusError: \(error)", sourceLocation: sourceLocation)
    return ""
  }
}

func parse(_ text: String, _ format: TableFormat = TableFormat()) throws -> Table {
  try Table.parse(Array(text.utf8), name: "t.csv", format: format)
}

extension Table {
  func numbers(_ column: Int) -> [Double] {
    if case .numbers(let numbers) = columns[column].cells { return Array(numbers) }
    Issue.record("column \(column) is no numbers")
    return []
  }

  func texts(_ column: Int) -> [String?] {
    guard case .texts = columns[column].cells else {
      Issue.record("column \(column) is no texts")
      return []
    }
    return (0..<rowCount).map { columns[column].text(row: $0) }
  }

  var names: [String] { columns.map(\.name) }
}

/// A gzip file of stored blocks: enough to test the reading.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  var offset = 0
  repeat {
    let count = min(bytes.count - offset, 65535)
    let isLast = offset + count == bytes.count
    out.append(isLast ? 1 : 0)
    for word in [UInt16(count), ~UInt16(count)] { out += [UInt8(word & 255), UInt8(word >> 8)] }
    out += bytes[offset..<offset + count]
    offset += count
  } while offset < bytes.count
  var crc = UInt32.max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  for word in [~crc, UInt32(truncatingIfNeeded: bytes.count)] {
    for shift in [UInt32(0), 8, 16, 24] { out.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return out
}

func idx(_ dimensions: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
  [0, 0, type, UInt8(dimensions.count)]
    + dimensions.flatMap { n in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: n >> $0) } } + bytes
}

/// Calls `body` with the path of a file that has some bytes changed at random, again and again.
///
/// - Parameters:
///   - changes: the bytes that are changed each time.
func forEachDamaged(
  _ file: String, count: Int, changes: Int, seed: UInt64, _ body: (String) throws -> Void
) throws {
  let bytes = try FileBytes.open(file).withBytes { Array($0) }
  let random = Philox(seed: seed, path: "damage")
  for number in 0..<count {
    var copy = bytes
    for place in 0..<changes {
      let bits = random.bits(UInt64(number * changes + place))
      copy[Int(bits % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: bits >> 40)
    }
    let other = "\(file).damaged"
    try AtomicFile.write(other, copy)
    try body(other)
  }
}
