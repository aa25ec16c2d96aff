import ApusCore

/// A file with one picture, recognized by its first bytes.
enum PictureFile {
  /// The endings of files that are taken for pictures in a folder.
  static func hasName(_ name: String) -> Bool {
    ["png", "jpg", "jpeg", "jpe", "jfif"].contains(ending(name))
  }

  /// The endings of pictures in formats that Apus does not read.
  static func hasForeignName(_ name: String) -> Bool {
    ["gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm", "heic", "avif", "ico", "svg"].contains(ending(name))
  }

  static func ending(_ name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last?.lowercased() ?? ""
  }

  static func isPicture(_ bytes: UnsafeRawBufferPointer) -> Bool { PNG.isPNG(bytes) || JPEG.isJPEG(bytes) }

  static func header(_ file: FileBytes) throws(ApusError) -> PictureHeader {
    try file.withBytes { (bytes) throws(ApusError) in
      if PNG.isPNG(bytes) { return try PNG.header(bytes, name: file.name) }
      if JPEG.isJPEG(bytes) { return try JPEG.header(bytes, name: file.name) }
      throw unknown(bytes, file.name)
    }
  }

  static func picture(_ file: FileBytes) throws(ApusError) -> Picture {
    try file.withBytes { (bytes) throws(ApusError) in
      if PNG.isPNG(bytes) { return try PNG.picture(bytes, name: file.name) }
      if JPEG.isJPEG(bytes) { return try JPEG.picture(bytes, name: file.name) }
      throw unknown(bytes, file.name)
    }
  }

  private static func unknown(_ bytes: UnsafeRawBufferPointer, _ name: String) -> ApusError {
    let found = bytes.isEmpty ? "is empty" : ForeignFormat.recognize(bytes).map { "is \($0.name)" }
    return ApusError(
      found ?? "is no picture", at: name, expected: "a PNG or a JPEG",
      fix: "save it as PNG, or remove it")
  }
}
