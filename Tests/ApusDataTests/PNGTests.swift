import ApusCore
import ApusData
import TestSupport
import Testing

@Suite struct PNGTests {
  private func open(_ bytes: [UInt8], channels: Int? = nil) throws -> ImageDataset {
    let folder = try TemporaryFolder()
    guard
      case .images(let set) = try DataSource.open(
        folder.write("a.png", bytes), pictures: PictureFormat(channels: channels)
      ).content
    else { throw ApusError("no images") }
    return set.training
  }

  /// Numbers that look like chance.
  private func samples(_ count: Int, below limit: Int) -> [Int] {
    (0..<count).map { ($0 &* 2_654_435_761 &+ $0 / 7) >> 5 % limit }
  }

  /// Every color type and depth, with and without interlacing, all five filters, in several parts.
  @Test(arguments: [0, 2, 3, 4, 6], [false, true])
  func everyForm(_ colorType: Int, _ isInterlaced: Bool) throws {
    let depths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
    for depth in depths[colorType]! {
      for (width, height) in [(13, 11), (1, 1), (3, 9), (9, 2)] {
        var writer = PNGWriter(width: width, height: height)
        (writer.depth, writer.colorType, writer.isInterlaced) = (depth, colorType, isInterlaced)
        writer.parts = 3
        if colorType == 3 { writer.palette = samples(3 << depth, below: 256).map { UInt8($0) } }
        let given = samples(width * height * writer.channels, below: 1 << depth)
        let images = try open(writer.file(given), channels: 4)
        let found = images.bytes.isEmpty ? images.reals : images.bytes.map { Float($0) }
        #expect(images.inputShape == [height, width, 4])
        let white = Float((1 << depth) - 1)
        for pixel in 0..<(width * height) {
          let part = given[(pixel * writer.channels)..<((pixel + 1) * writer.channels)].map {
            depth == 16 ? Float($0) / 257 : Float($0) * 255 / white
          }
          let expected: [Float] =
            switch colorType {
            case 0: [part[0], part[0], part[0], 255]
            case 2: part + [255]
            case 3: (0..<3).map { Float(writer.palette[3 * given[pixel] + $0]) } + [255]
            case 4: [part[0], part[0], part[0], part[1]]
            default: part
            }
          #expect(Array(found[(pixel * 4)..<(pixel * 4 + 4)]) == expected, "depth \(depth), pixel \(pixel)")
        }
      }
    }
  }

  @Test func transparentColors() throws {
    var gray = PNGWriter(width: 3, height: 1)
    gray.transparency = [0, 7]
    #expect(try open(gray.file([7, 8, 7]), channels: 4).bytes == [7, 7, 7, 0, 8, 8, 8, 255, 7, 7, 7, 0])
    // What shows through is white.
    #expect(try open(gray.file([7, 8, 7])).bytes == [255, 8, 255])
    var color = PNGWriter(width: 2, height: 1, colorType: 2)
    color.transparency = [0, 1, 0, 2, 0, 3]
    #expect(try open(color.file([1, 2, 3, 1, 2, 4]), channels: 4).bytes == [1, 2, 3, 0, 1, 2, 4, 255])
    var palette = PNGWriter(width: 3, height: 1, depth: 2, colorType: 3)
    palette.palette = [10, 20, 30, 40, 50, 60, 70, 80, 90]
    palette.transparency = [0, 128]
    #expect(
      try open(palette.file([2, 1, 0]), channels: 4).bytes == [
        70, 80, 90, 255, 40, 50, 60, 128, 10, 20, 30, 0,
      ])
    let half = try open(palette.file([1, 1, 1]), channels: 3)
    #expect(Array(half.bytes[..<3]) == [147, 152, 157])
  }

  @Test func colorsAsGray() throws {
    let color = PNGWriter(width: 4, height: 1, colorType: 2)
    let bytes = color.file([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    // ITU-R 601, rounded, as Pillow has it.
    #expect(try open(bytes, channels: 1).bytes == [76, 150, 29, 9])
    // All gray takes one channel.
    #expect(try open(color.file([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])).inputShape == [1, 4, 1])
    #expect(try open(bytes).inputShape == [1, 4, 3])
  }

  @Test func sixteenBitsAreKeptWhereTheySaySomething() throws {
    let deep = PNGWriter(width: 2, height: 1, depth: 16)
    let fine = try open(deep.file([1000, 65_535]))
    #expect(fine.bytes.isEmpty && fine.reals == [1000 / 257, 255])
    #expect(try open(deep.file([257 * 3, 65_535])).bytes == [3, 255])
  }

  @Test func damagedFiles() throws {
    let good = PNGWriter(width: 5, height: 4).file(samples(20, below: 256))
    func problem(_ bytes: [UInt8]) -> String { message { _ = try open(bytes) } }
    #expect(problem(Array(good.dropLast(13))).contains("is cut off after"))
    #expect(problem(Array(good[..<20])).contains("has no header"))
    var changed = good
    changed[60] ^= 1
    #expect(problem(changed).contains("without its checksum"))
    // A header that claims more than the file can hold takes no memory.
    func claiming(_ width: Int, _ height: Int, _ depth: UInt8 = 8, _ type: UInt8 = 0) -> [UInt8] {
      Array(good[..<8])
        + PNGWriter.chunk("IHDR", PNGWriter.big(width) + PNGWriter.big(height) + [depth, type, 0, 0, 0])
        + good[33...]
    }
    #expect(problem(claiming(100_000, 1_000)).contains("cannot hold"))
    #expect(problem(claiming(1 << 30, 1 << 30)).contains("expected at most"))
    #expect(problem(claiming(0, 1)).contains("header that no PNG has"))
    #expect(problem(claiming(5, 4, 3)).contains("header that no PNG has"))
    #expect(problem(claiming(5, 4, 8, 3)).contains("has no palette"))
    #expect(problem(claiming(5, 5)).contains("cannot be expanded"))
    var filter = PNGWriter(width: 1, height: 1).file([3])
    filter.replaceSubrange(
      49..., with: PNGWriter.chunk("IDAT", PNGWriter.zlib([9, 3])) + PNGWriter.chunk("IEND", []))
    #expect(problem(filter).contains("has a row of filter 9"))
    var palette = PNGWriter(width: 1, height: 1, colorType: 3)
    palette.palette = [1, 2, 3]
    #expect(problem(palette.file([4])).contains("has a pixel of color 4, and a palette of 1"))
    let critical = Array(good[..<33]) + PNGWriter.chunk("ABCD", [1]) + good[33...]
    #expect(problem(critical).contains("that no PNG has"))
  }

  /// Whatever the bytes are, it is an error and never a trap.
  @Test func changedBytes() throws {
    var writer = PNGWriter(width: 9, height: 7, depth: 4, colorType: 3, isInterlaced: true)
    writer.palette = Array(repeating: 5, count: 48)
    writer.transparency = [1, 2]
    let good = writer.file(samples(63, below: 16))
    for place in 0..<good.count {
      var changed = good
      changed[place] ^= UInt8(1 << (place % 8))
      // With a right checksum the changes reach what is behind it.
      var repaired: [UInt8] = Array(changed[..<8])
      var at = 8
      while at + 12 <= changed.count {
        let count = changed[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard at + 12 + count <= changed.count else { break }
        repaired += PNGWriter.chunk(
          String(decoding: changed[(at + 4)..<(at + 8)], as: UTF8.self),
          Array(changed[(at + 8)..<(at + 8 + count)]))
        at += 12 + count
      }
      _ = try? open(changed)
      _ = try? open(repaired)
      _ = try? open(Array(good[..<place]))
    }
  }
}
