import ApusCore
import ApusData
import Testing

@Suite struct SafeTensorsTests {
  private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    let header = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header + data
  }

  @Test func arraysComeBack() throws {
    let tensors = SafeTensors(
      entries: [
        "w": .init([1, -2.5, .nan, .infinity] as [Float], shape: [2, 2]),
        "d": .init([0.1, -0.0] as [Double], shape: [2]),
        "i": .init([Int32.min, 7], shape: [2, 1]), "l": .init([Int64.max], shape: []),
        "b": .init(type: .u8, shape: [3], bytes: [1, 2, 3]), "none": .init([] as [Float], shape: [0, 5]),
        "": .init([2] as [Float], shape: []),
      ], metadata: ["format": "pt", "x": "{\"a\": \"ü\"}"])
    let bytes = try tensors.serialized()
    let back = try SafeTensors(bytes, name: "t")
    #expect(back == tensors)
    #expect(try back.serialized() == bytes)
    #expect(back.entries["w"]?.floats?[1] == -2.5)
    #expect(back.entries["d"]?.doubles == [0.1, -0.0])
    #expect(back.entries["i"]?.integers == [Int(Int32.min), 7])
    #expect(back.entries["l"]?.integers == [.max])
    #expect(back.entries["b"]?.integers == [1, 2, 3])
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0 && bytes[8] == UInt8(ascii: "{"))
  }

  @Test func filesAreWrittenAndRead() throws {
    let folder = try TemporaryFolder()
    let tensors = SafeTensors(entries: ["a": .init([1, 2, 3] as [Float], shape: [3])])
    try tensors.write(to: "\(folder.path)/m.safetensors")
    #expect(try SafeTensors(contentsOf: "\(folder.path)/m.safetensors") == tensors)
    #expect(folder.names() == ["m.safetensors"])
    #expect(message { _ = try SafeTensors(contentsOf: "\(folder.path)/x") }.contains("No such file"))
  }

  @Test func laxButLegalFiles() throws {
    #expect(try SafeTensors(file("{}"), name: "t").entries.isEmpty)
    #expect(try SafeTensors(file("  {}   "), name: "t").entries.isEmpty)
    let scalar = file(
      "{\"\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", data: [0, 0, 128, 63])
    #expect(try SafeTensors(scalar, name: "t").entries[""]?.floats == [1])
    let empty = file(
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9],\"data_offsets\":[4,4]},"
        + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", data: [1, 2, 3, 4])
    #expect(try SafeTensors(empty, name: "t").entries.count == 2)
  }

  @Test func malformedFiles() {
    func tensor(_ dtype: String, _ shape: String, _ offsets: String) -> String {
      "{\"a\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
    }
    let four: [UInt8] = [0, 0, 0, 0]
    let good = tensor("\"F32\"", "[1]", "[0,4]")
    let two =
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":"
    let bad: [[UInt8]] = [
      [], [1, 0, 0, 0, 0, 0, 0], [UInt8](repeating: 255, count: 8), [255, 255, 255, 255, 0, 0, 0, 0, 123],
      Array(file("{}").dropLast()), file("[]"), file("{"), file("{} x"), file("{\"a\":1}"),
      file("{\"a\":{}}"),
      [2, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0xFF], file(good, data: [0, 0, 0]), file(good, data: [0, 0, 0, 0, 0]),
      file(tensor("\"F33\"", "[1]", "[0,4]"), data: four), file(tensor("1", "[1]", "[0,4]"), data: four),
      file(tensor("\"F32\"", "[1.0]", "[0,4]"), data: four),
      file(tensor("\"F32\"", "[-1]", "[0,4]"), data: four),
      file(tensor("\"F32\"", "[true]", "[0,4]"), data: four),
      file(tensor("\"F32\"", "1", "[0,4]"), data: four),
      file(tensor("\"F32\"", "[1]", "[0]"), data: four),
      file(tensor("\"F32\"", "[1]", "[0,4,8]"), data: four),
      file(tensor("\"F32\"", "[1]", "[4,0]"), data: four),
      file(tensor("\"F32\"", "[1]", "[0,-4]"), data: four),
      file(tensor("\"F32\"", "[2]", "[0,4]"), data: four),
      file(tensor("\"F32\"", "[1]", "[1,5]"), data: [0] + four),
      file(tensor("\"F32\"", "[1]", "[0,4.0]"), data: four),
      file(tensor("\"U8\"", "[0,9223372036854775807,9223372036854775807]", "[0,0]")),
      file(tensor("\"U8\"", "[9223372036854775807,9223372036854775807,0]", "[0,0]")),
      file(tensor("\"U8\"", "[9223372036854775808]", "[0,4]"), data: four),
      file(tensor("\"F64\"", "[4611686018427387904]", "[0,0]")),
      file(tensor("\"F32\"", "[1]", "[0,99999999999999999999]")),
      file("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"more\":1}}", data: four),
      file(two + "[1,3]}}", data: [0, 0, 0]), file(two + "[3,5]}}", data: [0, 0, 0, 0, 0]),
      file(two + "[0,2]}}", data: [0, 0]),
      file("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", data: four),
      file("{\"__metadata__\":{\"a\":1}}"), file("{\"__metadata__\":[]}"),
    ]
    for (number, bytes) in bad.enumerated() {
      #expect(message { _ = try SafeTensors(bytes, name: "t") }.hasPrefix("t"), "case \(number)")
    }
  }

  @Test func wrongEntriesAreNotWritten() {
    let wrong = SafeTensors(entries: ["a": .init(type: .f32, shape: [2], bytes: [1])])
    #expect(message { _ = try wrong.serialized() }.contains("expected 8"))
    let negative = SafeTensors(entries: ["a": .init(type: .f32, shape: [-2], bytes: [])])
    #expect(message { _ = try negative.serialized() }.contains("shape"))
  }
}
