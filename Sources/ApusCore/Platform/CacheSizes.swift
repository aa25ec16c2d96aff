import CApus

/// The data caches that a processor has for itself, by which kernels choose what to copy and what to read again.
///
/// They change no bit of a result.
package struct CacheSizes: Sendable, Hashable {
  package struct Level: Sendable, Hashable {
    package var kilobytes: Int
    package var ways: Int
  }
  package var first: Level
  package var second: Level

  package init(first: Level, second: Level) {
    self.first = first
    self.second = second
  }

  /// The sizes that are taken where the machine does not tell: those of most processors in use.
  package static let fallback = CacheSizes(apus_fallback_caches)

  /// Two levels with their ways, as in `32k/8,512k/8`.
  ///
  /// - Throws: when the text is anything else, or no cache has such sizes.
  package init(parsing text: String) throws {
    let levels = text.split(separator: ",", omittingEmptySubsequences: false).map { level -> Level? in
      let parts = level.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].last == "k", let kilobytes = Int(parts[0].dropLast()),
        let ways = Int(parts[1])
      else { return nil }
      return Level(kilobytes: kilobytes, ways: ways)
    }
    guard levels.count == 2, let first = levels[0], let second = levels[1], first.isPossible,
      second.isPossible,
      first.kilobytes <= second.kilobytes
    else {
      throw ApusError(
        "“\(text)” describes no caches", at: "APUS_CACHE",
        expected: "kilobytes and ways of the first and the second level, such as 32k/8,512k/8",
        fix: "leave APUS_CACHE unset")
    }
    self.init(first: first, second: second)
  }

  /// As `APUS_CACHE` says, else those of this machine.
  static func standard() throws -> CacheSizes { try standardResult.get() }

  private static let standardResult = Result<CacheSizes, any Error> {
    if let text = Environment["APUS_CACHE"] { return try CacheSizes(parsing: text) }
    var found = apus_caches()
    guard apus_read_caches(&found) != 0 else { return .fallback }
    let caches = CacheSizes(found)
    // A virtual machine may tell anything.
    return caches.first.isPossible && caches.second.isPossible ? caches : .fallback
  }

  private init(_ caches: apus_caches) {
    self.init(first: Level(caches.first), second: Level(caches.second))
  }

  var described: apus_caches { apus_caches(first: first.described, second: second.described) }
}

extension CacheSizes.Level {
  fileprivate init(_ cache: apus_cache) {
    self.init(kilobytes: Int(cache.bytes / 1024), ways: Int(cache.ways))
  }

  fileprivate var described: apus_cache { apus_cache(bytes: Int64(kilobytes) * 1024, ways: Int64(ways)) }

  /// A Boolean value that indicates whether it has a whole number of sets, and a size that the plans can count with.
  fileprivate var isPossible: Bool {
    (1...1 << 20).contains(kilobytes) && (1...1024).contains(ways) && kilobytes * 16 % ways == 0
  }
}
