import ApusCore
import Synchronization

/// Reads pictures into one array: each is expanded once, on as many threads as there are, and kept in the form that all of
/// them get.
struct PictureLoader {
  /// `[count, height, width, channels]`; empty where ``reals`` has them.
  private(set) var bytes: [UInt8] = []
  /// The same of pictures of 16 bits, from 0 to 255.
  private(set) var reals: [Float] = []
  private(set) var form: PictureForm
  /// The choices made, as sentences for the user.
  private(set) var notes: [String] = []

  /// More memory than this is not taken for pictures.
  private static let mostBytes = 1 << 35
  /// Files up to this size, and as many of them, are kept from looking at their sizes to expanding them.
  private static let (mostKept, mostKeptTogether) = (1 << 18, 1 << 29)
  /// The side of pictures of many sizes.
  private static let defaultSide = 64

  /// - Throws: for the first file that cannot be read or is no picture; when all together are too large.
  init(_ paths: [String], _ format: PictureFormat) throws(ApusError) {
    let kept = Atomic(0)
    let looks = try Self.forEach(paths) { (path) throws(ApusError) -> Look in
      let file = try FileBytes.open(path)
      let header = try PictureFile.header(file)
      let isKept =
        file.count <= Self.mostKept
        && kept.add(file.count, ordering: .relaxed).newValue <= Self.mostKeptTogether
      return Look(path: path, header: header, file: isKept ? file : nil)
    }
    try self.init(looks, format)
  }

  /// Creates a loader of files that are already in memory.
  init(_ files: [FileBytes], _ format: PictureFormat) throws(ApusError) {
    let looks = try files.map { (file) throws(ApusError) in
      Look(path: file.name, header: try PictureFile.header(file), file: file)
    }
    try self.init(looks, format)
  }

  /// A file whose first bytes were looked at.
  private struct Look: Sendable {
    let path: String
    let header: PictureHeader
    /// The file's bytes if they are kept; a large file is read again.
    let file: FileBytes?

    func bytes() throws(ApusError) -> FileBytes {
      if let file { return file }
      return try FileBytes.open(path)
    }
  }

  private init(_ looks: [Look], _ format: PictureFormat) throws(ApusError) {
    let headers = looks.map(\.header)
    let size = format.size ?? Self.size(headers, &notes)
    let form = PictureForm(
      height: size.height, width: size.width,
      channels: format.channels ?? (headers.contains(where: \.mayHaveColor) ? 3 : 1))
    self.form = form
    let isDeep = headers.contains(where: \.isDeep)
    let (total, overflow) = form.size.multipliedReportingOverflow(by: looks.count * (isDeep ? 4 : 1))
    guard !overflow, total <= Self.mostBytes else {
      throw ApusError(
        "\(counted(looks.count, "picture")) of \(form.height) x \(form.width) x \(form.channels) are "
          + "more than 32 GB", at: looks[0].path, fix: "make them smaller with --size, as in --size 64")
    }
    let seen: [Seen]
    if isDeep {
      (reals, seen) = try Self.fill(looks, form, 0) { $0.reals(form) }
    } else {
      (bytes, seen) = try Self.fill(looks, form, 0) { $0.bytes(form) }
    }
    note(seen, headers, format)
    // What only looked like color, or like 16 bits, takes no more than it needs.
    if isDeep, !seen.contains(where: \.isDeep),
      headers.allSatisfy({ $0.width == form.width && $0.height == form.height })
    {
      bytes = reals.map { UInt8(min(max($0.rounded(), 0), 255)) }
      reals = []
    }
    if format.channels == nil, form.channels == 3, seen.allSatisfy(\.isGray) { keepFirstChannel() }
    if format.isTransposed { transpose() }
  }

  /// Observations about a picture.
  private struct Seen: Sendable {
    var isGray: Bool
    var isDeep: Bool
    var isTransparent: Bool
  }

  private static func fill<Sample: Sendable>(
    _ looks: [Look], _ form: PictureForm, _ zero: Sample, _ samples: @Sendable (Picture) -> [Sample]
  ) throws(ApusError) -> ([Sample], [Seen]) {
    var result: Result<[Seen], ApusError> = .success([])
    let filled = [Sample](unsafeUninitializedCapacity: form.size * looks.count) { buffer, count in
      AlignedMemory.preferHugePages(UnsafeMutableRawBufferPointer(buffer))
      buffer.initialize(repeating: zero)
      count = buffer.count
      // Each picture has a place of its own.
      nonisolated(unsafe) let target = buffer
      result = Result { () throws(ApusError) -> [Seen] in
        try forEach(Array(looks.enumerated())) { (item) throws(ApusError) -> Seen in
          let picture = try PictureFile.picture(item.element.bytes())
          let start = item.offset * form.size
          _ = target[start..<(start + form.size)].update(fromContentsOf: samples(picture))
          return Seen(
            isGray: picture.isGray, isDeep: picture.isDeep, isTransparent: picture.isTransparent)
        }
      }
    }
    return (filled, try result.get())
  }

  /// The most common size where at least half of the pictures have it; else a square of the median side, which is no more
  /// than 64.
  private static func size(_ headers: [PictureHeader], _ notes: inout [String]) -> PictureFormat.Size {
    var counts: [PictureFormat.Size: Int] = [:]
    for header in headers {
      counts[PictureFormat.Size(height: header.height, width: header.width), default: 0] += 1
    }
    let ordered = counts.sorted {
      ($1.value, $0.key.height, $0.key.width) < ($0.value, $1.key.height, $1.key.width)
    }
    guard ordered.count > 1, let most = ordered.first else {
      return ordered.first?.key ?? PictureFormat.Size(height: 1, width: 1)
    }
    var size = most.key
    if most.value * 2 < headers.count {
      let side = headers.map { min($0.height, $0.width) }.sorted()[headers.count / 2]
      size = PictureFormat.Size(height: min(side, defaultSide), width: min(side, defaultSide))
    }
    let list = ordered.prefix(3).map { "\($0.key.height)x\($0.key.width) (\($0.value))" }
    notes.append(
      "the pictures have \(ordered.count) sizes: \(list.joined(separator: ", "))\(ordered.count > 3 ? ", …" : ""); "
        + "all are brought to \(size.height)x\(size.width), or to what --size says")
    return size
  }

  private mutating func note(_ seen: [Seen], _ headers: [PictureHeader], _ format: PictureFormat) {
    let transparent = seen.count(where: \.isTransparent)
    if transparent > 0, form.channels < 4 {
      notes.append(
        "\(counted(transparent, "picture")) with transparency: what shows through is white (--channels 4 keeps it)"
      )
    }
    if seen.contains(where: \.isDeep) {
      notes.append("pictures of 16 bits keep them: their numbers are real")
    }
  }

  private mutating func keepFirstChannel() {
    func first<Sample>(_ samples: [Sample]) -> [Sample] {
      stride(from: 0, to: samples.count, by: 3).map { samples[$0] }
    }
    (bytes, reals) = (first(bytes), first(reals))
    form.channels = 1
  }

  private mutating func transpose() {
    let shape = [form.height, form.width, form.channels]
    bytes = transposed(bytes, shape)
    reals = transposed(reals, shape)
    (form.height, form.width) = (form.width, form.height)
  }

  /// Calls `body` for each item on the engine's threads.
  ///
  /// - Throws: the error of the first item that has one.
  private static func forEach<Item: Sendable, Output: Sendable>(
    _ items: [Item], _ body: @Sendable (Item) throws(ApusError) -> Output
  ) throws(ApusError) -> [Output] {
    let pieces = min(items.count, 1 << 10)
    let done = Mutex([Result<[Output], ApusError>?](repeating: nil, count: pieces))
    Engine.shareOut(pieces) { piece in
      let range = (piece * items.count / pieces)..<((piece + 1) * items.count / pieces)
      let outputs = Result { () throws(ApusError) -> [Output] in
        var outputs: [Output] = []
        for index in range { outputs.append(try body(items[index])) }
        return outputs
      }
      done.withLock { $0[piece] = outputs }
    }
    var outputs: [Output] = []
    outputs.reserveCapacity(items.count)
    for result in done.withLock({ $0 }) { if let result { outputs += try result.get() } }
    return outputs
  }
}

/// Images with their rows and columns changed.
///
/// - Parameters:
///   - samples: `[count, height, width, channels]`
///   - shape: `[height, width, channels]`
/// - Returns: `[count, width, height, channels]`
func transposed<Sample>(_ samples: [Sample], _ shape: [Int]) -> [Sample] {
  let (height, width, channels) = (shape[0], shape[1], shape[2])
  var result = samples
  let size = height * width * channels
  guard size > 0 else { return samples }
  for start in stride(from: 0, to: samples.count, by: size) {
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<channels {
          result[start + (column * height + row) * channels + channel] =
            samples[start + (row * width + column) * channels + channel]
        }
      }
    }
  }
  return result
}
