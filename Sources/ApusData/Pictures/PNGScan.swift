import ApusCore

/// The rows of a PNG picture without their filters: samples one after the other, a byte each, or two of 16 bits.
struct PNGScan {
  private(set) var bytes: [UInt8]

  /// - Parameter filtered: as many bytes as the header's ``PNGHeader/filteredSize``.
  /// - Throws: for a filter that no PNG has.
  init(_ header: PNGHeader, _ filtered: [UInt8], _ name: String) throws(ApusError) {
    let sampleBytes = header.depth == 16 ? 2 : 1
    let pixelBytes = header.samples * sampleBytes
    // Filters look back a whole pixel, and at least a byte.
    let back = max(header.samples * header.depth / 8, 1)
    var rows = filtered
    var wrong: UInt8?
    bytes = [UInt8](unsafeUninitializedCapacity: header.width * header.height * pixelBytes) {
      target, initialized in
      rows.withUnsafeMutableBufferPointer { rows in
        var at = 0
        for pass in header.passes {
          let length = header.rowBytes(pass.width)
          for row in 0..<pass.height where wrong == nil {
            let line = UnsafeMutableBufferPointer(rebasing: rows[(at + 1)..<(at + 1 + length)])
            let above =
              row == 0
              ? nil : UnsafeMutableBufferPointer(rebasing: rows[(at - length)..<at])
            if !Self.unfilter(rows[at], line, above, back) { wrong = rows[at] }
            let start = ((pass.y + row * pass.dy) * header.width + pass.x) * pixelBytes
            Self.spread(line, header, pass, target.baseAddress! + start, pixelBytes)
            at += 1 + length
          }
        }
      }
      initialized = wrong == nil ? header.width * header.height * pixelBytes : 0
    }
    if let wrong { throw PNGHeader.damaged("has a row of filter \(wrong)", name) }
  }

  /// A pass's row to its pixels in the whole.
  private static func spread(
    _ line: UnsafeMutableBufferPointer<UInt8>, _ header: PNGHeader, _ pass: PNGHeader.Pass,
    _ target: UnsafeMutablePointer<UInt8>, _ pixelBytes: Int
  ) {
    guard header.depth >= 8 else {
      // Of one sample a pixel, the first in the highest bits.
      let depth = header.depth
      let mask = UInt8((1 << depth) - 1)
      for x in 0..<pass.width {
        let bit = x &* depth
        target[x &* pass.dx] = line[bit >> 3] >> UInt8(8 &- depth &- bit & 7) & mask
      }
      return
    }
    guard pass.dx > 1 else { return target.update(from: line.baseAddress!, count: line.count) }
    for x in 0..<pass.width {
      for byte in 0..<pixelBytes {
        target[x &* pass.dx &* pixelBytes &+ byte] = line[x &* pixelBytes &+ byte]
      }
    }
  }

  /// - Returns: false for a filter that does not exist.
  private static func unfilter(
    _ filter: UInt8, _ line: UnsafeMutableBufferPointer<UInt8>, _ above: UnsafeMutableBufferPointer<UInt8>?,
    _ back: Int
  ) -> Bool {
    switch filter {
    case 0: break
    case 1:
      for i in stride(from: back, to: line.count, by: 1) { line[i] &+= line[i &- back] }
    case 2:
      guard let above else { break }
      for i in line.indices { line[i] &+= above[i] }
    case 3:
      for i in line.indices {
        let left = i >= back ? Int(line[i &- back]) : 0
        line[i] &+= UInt8((left &+ Int(above?[i] ?? 0)) >> 1)
      }
    case 4:
      for i in line.indices {
        let left = i >= back ? Int(line[i &- back]) : 0
        let up = Int(above?[i] ?? 0)
        let corner = i >= back ? Int(above?[i &- back] ?? 0) : 0
        // Paeth's: the neighbor that is nearest to left + up − corner.
        let (toLeft, toUp, toCorner) = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
        line[i] &+= UInt8(
          toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner)
      }
    default: return false
    }
    return true
  }
}
