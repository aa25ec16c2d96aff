import ApusCore

/// A file's format that Apus does not read, recognized by its content: it is refused by its name, and never taken for a
/// text or torn at commas.
struct ForeignFormat {
  /// As in "is \(name)".
  let name: String
  let fix: String
  /// The kind of content that a file may hold although it is named as a text, or its format as a table is given.
  var kind = Kind.binary

  enum Kind {
    case binary
    /// Text that stands for a file that is elsewhere.
    case pointer
    /// Text that only a program reads.
    case data
    /// Text that a person reads too.
    case markup
  }

  /// The information about the file besides its content.
  enum Expectation {
    case nothing
    /// It is named as a text.
    case text
    /// It is said how its table is written.
    case table
  }

  /// - Throws: for a format that Apus does not read.
  static func refuse(
    _ bytes: UnsafeRawBufferPointer, name: String, expected: Expectation = .nothing
  ) throws(ApusError) {
    guard let found = recognize(bytes) else { return }
    switch (expected, found.kind) {
    case (.text, .markup), (.table, .markup), (.table, .data): return
    default: break
    }
    throw ApusError(
      "is \(found.name)", at: name,
      expected: "a table as CSV or TSV, PNG or JPEG pictures, IDX images, NumPy's .npy or .npz, or a text",
      fix: found.fix)
  }

  /// The format that a text is in, where it is another one than prose.
  static func ofText(_ text: String) -> ForeignFormat? {
    var start = String(text.prefix(TextSniffer.sampleSize))
    return start.withUTF8 { TextSniffer(UnsafeRawBufferPointer($0)).format }
  }

  static func recognize(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
    if let signature = signatures.first(where: { $0.matches(bytes) }) { return signature.format }
    if ZipArchive.isZip(bytes) { return zip(bytes) }
    if isSafeTensors(bytes) {
      return ForeignFormat(
        name: "a safetensors file, as of a model", fix: "name the data; a model comes before it")
    }
    return TextSniffer(bytes).format
  }

  // MARK: Binary formats

  private struct Signature {
    let bytes: [UInt8]
    let offset: Int
    let format: ForeignFormat
    /// A Boolean value that indicates whether its bytes might begin a text, too: then only a zero byte makes it
    /// certain.
    let looksLikeText: Bool

    init(_ bytes: [UInt8], _ name: String, _ fix: String, offset: Int = 0, looksLikeText: Bool = false) {
      (self.bytes, self.offset, self.looksLikeText) = (bytes, offset, looksLikeText)
      format = ForeignFormat(name: name, fix: fix)
    }

    init(_ text: String, _ name: String, _ fix: String, offset: Int = 0) {
      self.init(Array(text.utf8), name, fix, offset: offset, looksLikeText: true)
    }

    func matches(_ file: UnsafeRawBufferPointer) -> Bool {
      file.dropFirst(offset).starts(with: bytes) && (!looksLikeText || file.prefix(1 << 12).contains(0))
    }
  }

  private static let exportIt = "export the table as CSV"
  private static let useR = "write the table with write.csv"
  private static let saveArrays = "save arrays with numpy.savez and tables with to_csv"
  private static let saveImages = "save it as PNG, in a folder for its class"
  private static let nameFolder = "name the picture itself, or the folder of the pictures"

  private static let signatures: [Signature] = [
    Signature([0x31, 0x41, 0x59, 0x26, 0x53, 0x59], "a bzip2 file", "expand it with bunzip2", offset: 4),
    Signature([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz file", "expand it with unxz"),
    Signature([0x28, 0xB5, 0x2F, 0xFD], "a zstd file", "expand it with unzstd"),
    Signature([0x04, 0x22, 0x4D, 0x18], "an lz4 file", "expand it with unlz4"),
    Signature([0x1F, 0x9D], "a file that compress made (.Z)", "expand it with uncompress"),
    Signature([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "expand it with 7z x"),
    Signature([0x5D, 0, 0], "an lzma file", "expand it with unlzma"),
    Signature([0x1F, 0x8B], "a gzip file within a gzip file", "expand it with gunzip"),
    Signature([0x50, 0x4B, 5, 6], "an empty zip archive", "name another file"),
    Signature("Rar!", "a RAR archive", "expand it with unrar"),
    Signature("ustar", "a tar archive", "expand it with tar -xf", offset: 257),
    Signature("PAR1", "a Parquet file", exportIt), Signature("PARE", "an encrypted Parquet file", exportIt),
    Signature("ARROW1", "an Arrow (Feather) file", exportIt), Signature("FEA1", "a Feather file", exportIt),
    Signature("ORC", "an ORC file", exportIt), Signature("Obj\u{1}", "an Avro file", exportIt),
    Signature([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "an HDF5 file", exportIt),
    Signature([0x43, 0x44, 0x46, 1], "a NetCDF file", exportIt),
    Signature([0x43, 0x44, 0x46, 2], "a NetCDF file", exportIt),
    Signature("SQLite format 3", "an SQLite database", exportIt),
    Signature("MATLAB 5.0 MAT-file", "a MATLAB file", exportIt),
    Signature("RDX2\n", "an R data file", useR), Signature("RDX3\n", "an R data file", useR),
    Signature("X\n\0\0\0", "an R data file (RDS)", useR), Signature("$FL2", "an SPSS file", exportIt),
    Signature("<stata_dta>", "a Stata file", exportIt),
    Signature(Array("HEADER RECORD*******LIBRARY HEADER RECORD".utf8), "a SAS transport file", exportIt),
    Signature([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook (.xls)", "save the sheet as CSV"),
    Signature(Array("%PDF-".utf8), "a PDF", exportIt),
    Signature(Array("{\\rtf".utf8), "an RTF document", "save it as plain text"),
    Signature([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG image", nameFolder),
    Signature([0xFF, 0xD8, 0xFF], "a JPEG image", nameFolder), Signature("GIF8", "a GIF image", saveImages),
    Signature([0x49, 0x49, 0x2A, 0], "a TIFF image", saveImages),
    Signature([0x4D, 0x4D, 0, 0x2A], "a TIFF image", saveImages),
    Signature("BM", "a BMP image", saveImages), Signature("WEBP", "a WebP image", saveImages, offset: 8),
    Signature("WAVE", "a WAVE sound", "save what you measured of it as CSV", offset: 8),
    Signature([0x7F, 0x45, 0x4C, 0x46], "a program", "name the data"),
    Signature([0x5D, 0x71, 0], "a Python pickle", saveArrays),
    Signature([0x7D, 0x71, 0], "a Python pickle", saveArrays),
    Signature(Array("(lp0\n".utf8), "a Python pickle", saveArrays),
    Signature(Array("(dp0\n".utf8), "a Python pickle", saveArrays),
    Signature(Array("cnumpy".utf8), "a Python pickle", saveArrays),
    Signature(Array("ccopy_reg\n".utf8), "a Python pickle", saveArrays),
    Signature([0x80, 2], "a Python pickle", saveArrays), Signature([0x80, 3], "a Python pickle", saveArrays),
    Signature([0x80, 4, 0x95], "a Python pickle", saveArrays),
    Signature([0x80, 5, 0x95], "a Python pickle", saveArrays),
  ]

  /// By the names of its members; `.npz` files are opened elsewhere.
  private static func zip(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat {
    // The first member, and the directory at the end.
    let ends = [bytes.prefix(1 << 12), bytes.suffix(1 << 14)]
    func has(_ text: String) -> Bool {
      let part = Array(text.utf8)
      return ends.contains { contains($0, part) }
    }
    if has("xl/workbook") {
      return ForeignFormat(name: "an Excel workbook (.xlsx)", fix: "save the sheet as CSV")
    }
    if has("[Content_Types].xml") {
      return ForeignFormat(name: "an Office document", fix: "save its text or its table as a plain file")
    }
    if has("application/vnd.oasis.opendocument") {
      return ForeignFormat(name: "an OpenDocument file", fix: "save the sheet as CSV")
    }
    return ForeignFormat(name: "a zip archive, and holds no NumPy arrays", fix: "expand it with unzip")
  }

  private static func contains(_ bytes: Swift.Slice<UnsafeRawBufferPointer>, _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
  }

  /// The length of the header, then the header, a JSON object.
  static func isSafeTensors(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 10, bytes[8] == UInt8(ascii: "{") else { return false }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    return length <= UInt64(bytes.count - 8)
  }
}
