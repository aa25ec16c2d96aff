import ApusCore
import ApusData
import Foundation
import Testing

/// Files that NumPy 2.4 wrote.
@Suite struct ArrayFileTests {
  /// numpy.savez_compressed of x_train = arange(24).reshape(2, 3, 4) as uint8, y_train = [1, 0], x_test = x_train[:1],
  /// y_test = y_train[1:].
  private static let images =
    """
    UEsDBC0AAAAIAAAAIQBErVeC//////////8LABQAeF90cmFpbi5ucHkBABAAmAAAAAAAAABhAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Ta\
    qiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsY6CiaaOgq1CuQBLgZGJmYWVjZ2Dk4ubh5ePn4BQSFhEVExcQBQSwMELQAAAAgAAA\
    AhAHH7Oav//////////wsAFAB5X3RyYWluLm5weQEAEACQAAAAAAAAAEgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJg\
    Xn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALkYGVAAAUEsDBC0AAAAIAAAAIQDhlDtY//////////8KABQAeF90ZXN0Lm5weQEAEACMAAAA\
    AAAAAFUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkahjoKxjoKJpo6CrUK5AEuB\
    kYmZhZWNnYOTi5uAFBLAwQtAAAACAAAACEAoJq+kv//////////CgAUAHlfdGVzdC5ucHkBABAAiAAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ\
    6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GoY6mjoKtQoUAC4GKAAAUEsBAi0DLQAAAAgAAAAhAEStV4JhAAAAmAA\
    AAAsAAAAAAAAAAAAAAIABAAAAAHhfdHJhaW4ubnB5UEsBAi0DLQAAAAgAAAAhAHH7OatIAAAAkAAAAAsAAAAAAAAAAAAAAIABngAAAHlfdHJhaW4u\
    bnB5UEsBAi0DLQAAAAgAAAAhAOGUO1hVAAAAjAAAAAoAAAAAAAAAAAAAAIABIwEAAHhfdGVzdC5ucHlQSwECLQMtAAAACAAAACEAoJq+kkcAAACIA\
    AAACgAAAAAAAAAAAAAAgAG0AQAAeV90ZXN0Lm5weVBLBQYAAAAABAAEAOIAAAA3AgAAAAA=
    """

  /// numpy.savez of X = [[1.5, 2], [3, −4]] and y = [0.25, 8] as float32.
  private static let table =
    """
    UEsDBC0AAAAAAAAAIQC9mxrR//////////8FABQAWC5ucHkBABAAoAAAAAAAAACgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog\
    JzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAg\
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAA+D8AAAAAAAAAQAAAAAAAAAhAAAAAAAAAEMBQSwMELQAAAAAA\
    AAAhALzTzK3//////////wUAFAB5Lm5weQEAEACIAAAAAAAAAIgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2Zv\
    cnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg\
    ICAgICAgICAgICAgICAgICAgICAgIAoAAIA+AAAAQVBLAQItAy0AAAAAAAAAIQC9mxrRoAAAAKAAAAAFAAAAAAAAAAAAAACAAQAA\
    AABYLm5weVBLAQItAy0AAAAAAAAAIQC808ytiAAAAIgAAAAFAAAAAAAAAAAAAACAAdcAAAB5Lm5weVBLBQYAAAAAAgACAGYAAACW\
    AQAAAAA=
    """

  /// numpy.save of [[1.5, −2], [3, 4]] as '>f4', and of arange(6.0).reshape(2, 3) in Fortran's order.
  private static let bigEndian =
    """
    k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAg\
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/wAAAwAAAAEBAAABAgAAA
    """
  private static let fortran =
    """
    k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAg\
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAhAAAAAAAAA\
    8D8AAAAAAAAQQAAAAAAAAABAAAAAAAAAFEA=
    """

  private func bytes(_ base64: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: base64)))
  }

  private func open(_ bytes: [UInt8], _ name: String = "a.npz") throws -> DataSource.Content {
    let folder = try TemporaryFolder()
    return try DataSource.open(folder.write(name, bytes)).content
  }

  /// An array as `numpy.save` writes it.
  private func array(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let count = version == 1 ? 2 : 4
    let length = (0..<count).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data
  }

  @Test func compressedImages() throws {
    guard case .images(let images) = try open(bytes(Self.images)) else { throw ApusError("no images") }
    #expect(images.training.inputShape == [3, 4, 1])
    #expect(images.training.bytes == (0..<24).map { UInt8($0) } && images.training.labels == [1, 0])
    #expect(images.test?.bytes == (0..<12).map { UInt8($0) } && images.test?.labels == [0])
  }

  @Test func tables() throws {
    guard case .table(let table) = try open(bytes(Self.table)) else { throw ApusError("no table") }
    #expect(table.names == ["x1", "x2", "y"])
    #expect(table.numbers(0) == [1.5, 3] && table.numbers(1) == [2, -4] && table.numbers(2) == [0.25, 8])
    guard case .table(let big) = try open(bytes(Self.bigEndian), "b.npy") else { throw ApusError("no table") }
    #expect(big.numbers(0) == [1.5, 3] && big.numbers(1) == [-2, 4] && !big.hasHeader)
    guard case .table(let turned) = try open(bytes(Self.fortran), "f.npy") else {
      throw ApusError("no table")
    }
    #expect(turned.numbers(0) == [0, 3] && turned.numbers(1) == [1, 4] && turned.numbers(2) == [2, 5])
  }

  @Test func everyTypeAndVersion() throws {
    for (type, data) in [
      ("|u1", [200, 7]), ("|i1", [0xFE, 7]), ("<i2", [0xFE, 0xFF, 7, 0]), (">u2", [1, 0, 0, 7]),
      ("<i8", [0xFE] + Array(repeating: 0xFF, count: 7) + [7, 0, 0, 0, 0, 0, 0, 0]), ("|b1", [1, 0]),
    ] as [(String, [UInt8])] {
      for version in UInt8(1)...3 {
        let header = "{'shape': (2, 1), 'fortran_order': False, 'descr': '\(type)'}\n"
        guard case .table(let table) = try open(array(header, data, version: version), "x.npy") else {
          throw ApusError("no table")
        }
        let expected: [Double] =
          switch type {
          case "|u1": [200, 7]
          case ">u2": [256, 7]
          case "|b1": [1, 0]
          default: [-2, 7]
          }
        #expect(table.numbers(0) == expected, "\(type)")
      }
    }
  }

  @Test func damagedArrays() throws {
    let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n"
    let eight = [UInt8](repeating: 0, count: 8)
    func problem(_ header: String, _ data: [UInt8]) throws -> String {
      message { _ = try open(array(header, data), "x.npy") }
    }
    #expect(try problem(good, Array(eight.dropLast())).contains("holds 7 bytes of data for [1, 2] of f4"))
    #expect(try problem(good, eight + [1]).contains("expected 8 bytes"))
    let cases = [
      ("'|O'", "make numbers of them"), ("'<c8'", "type “<c8”"), ("[('a', '<f4')]", "named fields"),
      ("3", "header is damaged"),
    ]
    for (type, words) in cases {
      let text = try problem(good.replacing("'<f4'", with: type), eight)
      #expect(text.contains(words), "\(text)")
    }
    for shape in ["(-1, -2)", "(9223372036854775807, 9)", "(4611686018427387904, 0, 9)"] {
      let text = try problem(good.replacing("(1, 2)", with: shape), eight)
      #expect(text.contains("is that of no array") || text.contains("holds 8 bytes"), "\(text)")
    }
    for header in ["", "{", good + "x", "{'descr': '<f4'}", good.replacing("False", with: "0")] {
      #expect(try problem(header, eight).contains("damaged"), "\(header)")
    }
    #expect(
      try problem(good + String(repeating: " ", count: 20_000), eight).contains("at most 10000 bytes"))
    let flat = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
    #expect(try problem(flat, eight).contains("shape [2]; expected [rows, columns]"))
    #expect(message { _ = try open(Array(array(good, eight)[..<9]), "x.npy") }.contains("no NumPy array"))
  }

  @Test func damagedArchives() throws {
    let whole = try bytes(Self.images)
    #expect(message { _ = try open(Array(whole.dropLast(30))) }.contains("it has no directory"))
    // A byte of the packed data, the checksum, the size in the directory.
    var spoiled = whole
    spoiled[80] ^= 0x10
    let text = message { _ = try open(spoiled) }
    #expect(
      text.contains("x_train.npy") && (text.contains("expanded") || text.contains("checksum")), "\(text)")
    let directory = try #require(
      (0..<whole.count - 4).last { Array(whole[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] })
    var large = whole
    for place in 24..<27 { large[directory + place] = 0xFF }
    #expect(message { _ = try open(large) }.contains("cannot hold"))
    var named = whole
    named[directory + 46] = UInt8(ascii: "/")
    #expect(message { _ = try open(named) }.contains("plain names, no paths"))
    var method = whole
    method[directory + 10] = 12
    #expect(message { _ = try open(method) }.contains("packed with method 12"))
    // Cut anywhere, or with any byte changed, it is an error or something else, and never a trap.
    for place in stride(from: 0, to: whole.count, by: 3) {
      _ = try? open(Array(whole[..<place]))
      var changed = whole
      changed[place] ^= 0xFF
      _ = try? open(changed)
    }
  }

  @Test func arraysThatAreNoData() throws {
    let table = try bytes(Self.table)
    let other = table.map { $0 == UInt8(ascii: "X") ? UInt8(ascii: "Q") : $0 }
    #expect(message { _ = try open(other) }.contains("holds “Q.npy”, “y.npy”"))
    let images = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 4), }\n"
    guard case .images(let set) = try open(array(images, [UInt8](repeating: 0, count: 8)), "x.npy") else {
      Issue.record("no images")
      return
    }
    #expect(message { try set.training.requireLabels() }.contains("their classes as y, in an .npz file"))
  }
}
