import ApusCore
import Synchronization

/// Reads pictures into one block of samples, in memory or in a file: each is expanded once, on as many threads as there are,
/// and kept in the form that all of them get.
struct PictureLoader {
  /// `[count, height, width, channels]`: bytes, or the real numbers of pictures of 16 bits, from 0 to 255.
  let pixels: ImagePixels
  private(set) var form: PictureForm
  /// The choices made, as sentences for the user.
  private(set) var notes: [String] = []

  /// More than this is not taken for pictures unless they are prepared.
  private static let mostBytes = 1 << 35
  /// Hears the part of the pictures that is read, from 0 to 1; ends the reading by throwing.
  typealias Watch = (_ part: Double) throws(ApusError) -> Void

  /// Files up to this size, and as many of them, are kept from looking at their sizes to expanding them.
  private static let (mostKept, mostKeptTogether) = (1 << 18, 1 << 29)
  /// The side of pictures of many sizes.
  private static let defaultSide = 64

  /// - Parameters:
  ///   - store: the file for the samples; when nil memory, or a file in the cache folder where they would not fit.
  /// - Throws: for the first file that cannot be read or is no picture; when all together are too large.
  init(
    _ paths: [String], _ format: PictureFormat, into store: RegionFile? = nil, watch: Watch? = nil
  ) throws(ApusError) {
    let kept = Atomic(store == nil ? 0 : Self.mostKeptTogether)
    let looks = try Self.forEach(paths) { (path) throws(ApusError) -> Look in
      let file = try FileBytes.open(path)
      let header = try PictureFile.header(file)
      let isKept =
        file.count <= Self.mostKept
        && kept.add(file.count, ordering: .relaxed).newValue <= Self.mostKeptTogether
      return Look(path: path, header: header, file: isKept ? file : nil)
    }
    try self.init(looks, format, store, watch)
  }

  /// Creates a loader of files that are already in memory.
  init(_ files: [FileBytes], _ format: PictureFormat) throws(ApusError) {
    let looks = try files.map { (file) throws(ApusError) in
      Look(path: file.name, header: try PictureFile.header(file), file: file)
    }
    try self.init(looks, format, nil, nil)
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

  private init(
    _ looks: [Look], _ format: PictureFormat, _ given: RegionFile?, _ watch: Watch?
  ) throws(ApusError) {
    let headers = looks.map(\.header)
    let size = format.size ?? Self.size(headers, &notes)
    var form = PictureForm(
      height: size.height, width: size.width,
      channels: format.channels ?? (headers.contains(where: \.mayHaveColor) ? 3 : 1))
    let isDeep = headers.contains(where: \.isDeep)
    let (total, overflow) = form.size.multipliedReportingOverflow(by: looks.count * (isDeep ? 4 : 1))
    guard !overflow, given != nil || total <= Self.mostBytes else {
      throw ApusError(
        "\(counted(looks.count, "picture")) of \(form.height) x \(form.width) x \(form.channels) are "
          + "more than 32 GB", at: looks[0].path, fix: "make them smaller with --size, as in --size 64")
    }
    var store = given
    if let given {
      try DiskRoom.require(total, for: given.path)
    } else if let (file, note) = try RegionFile.forWhatDoesNotFit(bytes: total) {
      store = file
      notes.append(note)
    }
    let read = form
    if isDeep {
      let (samples, seen) = try Self.fill(looks, form, store, 0, watch) { $0.reals(read) }
      notes += Self.observations(seen, form)
      // What only looked like 16 bits takes no more than it needs.
      if !seen.contains(where: \.isDeep),
        headers.allSatisfy({ $0.width == read.width && $0.height == read.height })
      {
        let bytes = try samples.changed(size: form.size) { reals in
          reals.map { UInt8(min(max($0.rounded(), 0), 255)) }
        }
        pixels = try Self.finished(bytes, &form, seen, format).pixels()
      } else {
        pixels = try Self.finished(samples, &form, seen, format).pixels()
      }
    } else {
      let (samples, seen) = try Self.fill(looks, form, store, 0, watch) { $0.bytes(read) }
      notes += Self.observations(seen, form)
      pixels = try Self.finished(samples, &form, seen, format).pixels()
    }
    self.form = form
  }

  /// The samples without the channels that say nothing, and turned where that is asked for.
  private static func finished<Sample>(
    _ samples: PictureSamples<Sample>, _ form: inout PictureForm, _ seen: [Seen], _ format: PictureFormat
  ) throws(ApusError) -> PictureSamples<Sample> {
    var samples = samples
    if format.channels == nil, form.channels == 3, seen.allSatisfy(\.isGray) {
      samples = try samples.changed(size: form.size) { samples in
        stride(from: 0, to: samples.count, by: 3).map { samples[$0] }
      }
      form.channels = 1
    }
    if format.isTransposed {
      let shape = [form.height, form.width, form.channels]
      samples = try samples.changed(size: form.size) { transposed($0, shape) }
      (form.height, form.width) = (form.width, form.height)
    }
    return samples
  }

  /// Observations about a picture.
  private struct Seen: Sendable {
    var isGray: Bool
    var isDeep: Bool
    var isTransparent: Bool
  }

  /// Expands all pictures: together into memory, or piece by piece into the file.
  private static func fill<Sample>(
    _ looks: [Look], _ form: PictureForm, _ store: RegionFile?, _ zero: Sample, _ watch: Watch?,
    _ samples: @Sendable (Picture) -> [Sample]
  ) throws(ApusError) -> (PictureSamples<Sample>, [Seen]) {
    guard let store else {
      let (filled, seen) = try fill(looks[...], form, zero, samples)
      return (.memory(filled), seen)
    }
    let bytes = form.size * MemoryLayout<Sample>.stride
    let offset = store.reserve(looks.count * bytes)
    let piece = max(PictureSamples<Sample>.pieceBytes / bytes, 1)
    var all: [Seen] = []
    all.reserveCapacity(looks.count)
    while all.count < looks.count {
      try watch?(Double(all.count) / Double(looks.count))
      let part = looks[all.count..<min(all.count + piece, looks.count)]
      let (filled, seen) = try fill(part, form, zero, samples)
      try store.write(filled, at: offset + all.count * bytes)
      all += seen
    }
    return (.file(store, offset: offset, count: looks.count * form.size), all)
  }

  private static func fill<Sample: Sendable>(
    _ looks: ArraySlice<Look>, _ form: PictureForm, _ zero: Sample,
    _ samples: @Sendable (Picture) -> [Sample]
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

  /// Observations about all pictures, as sentences for the user.
  private static func observations(_ seen: [Seen], _ form: PictureForm) -> [String] {
    var notes: [String] = []
    let transparent = seen.count(where: \.isTransparent)
    if transparent > 0, form.channels < 4 {
      notes.append(
        "\(counted(transparent, "picture")) with transparency: what shows through is white (--channels 4 keeps it)"
      )
    }
    if seen.contains(where: \.isDeep) {
      notes.append("pictures of 16 bits keep them: their numbers are real")
    }
    return notes
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
