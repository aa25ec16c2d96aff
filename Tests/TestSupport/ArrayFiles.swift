/// An array in NumPy's format.
package func npy(_ descr: String, _ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
  let tuple = shape.map { "\($0)," }.joined()
  var header = Array("{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
  while (10 + header.count + 1) % 64 != 0 { header.append(32) }
  header.append(10)
  return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)] + header
    + bytes
}

/// A zip file of stored members, as numpy.savez writes it.
package func storedZip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  func word(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  func checksum(_ bytes: [UInt8]) -> Int {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return Int(~crc)
  }
  var (file, directory): ([UInt8], [UInt8]) = ([], [])
  for (name, bytes) in members {
    let sizes = word(checksum(bytes), 4) + word(bytes.count, 4) + word(bytes.count, 4)
    let common =
      word(20, 2) + word(0, 2) + word(0, 2) + word(0, 4) + sizes + word(name.utf8.count, 2) + word(0, 2)
    directory +=
      [0x50, 0x4B, 1, 2] + word(20, 2) + common + word(0, 2) + word(0, 2) + word(0, 2) + word(0, 4)
      + word(file.count, 4) + Array(name.utf8)
    file += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
  }
  return file + directory + [0x50, 0x4B, 5, 6] + word(0, 4) + word(members.count, 2) + word(members.count, 2)
    + word(directory.count, 4) + word(file.count, 4) + word(0, 2)
}
