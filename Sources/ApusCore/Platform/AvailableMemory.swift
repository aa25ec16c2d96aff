/// The memory that this process may still take.
package enum AvailableMemory {
  /// In bytes: as `APUS_MEMORY` says, in megabytes; else the least of what the system has left and what the process' control
  /// groups leave it; nil where none of them says.
  ///
  /// - Throws: when `APUS_MEMORY` isn't a number.
  package static func bytes() throws(ApusError) -> Int? {
    if let text = Environment["APUS_MEMORY"] {
      guard let megabytes = Int(text), (1...1 << 30).contains(megabytes) else {
        throw ApusError(
          "“\(text)” isn't a number of megabytes", at: "APUS_MEMORY", expected: "a number from 1")
      }
      return megabytes * 1_000_000
    }
    return ([systemLeft] + groupsLeft()).compactMap { $0 }.min()
  }

  private static var systemLeft: Int? { field("MemAvailable", in: "/proc/meminfo").map { $0 * 1024 } }

  /// The memory that each control group leaves, from that of the process up: its limit less the memory that cannot be
  /// reclaimed (pages of files can).
  private static func groupsLeft() -> [Int] {
    guard let groups = text("/proc/self/cgroup") else { return [] }
    var left: [Int] = []
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isFirst = fields[1].split(separator: ",").contains("memory")
      guard isFirst || fields[1].isEmpty else { continue }
      let root = isFirst ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup"
      let names = isFirst ? ("memory.limit_in_bytes", "rss") : ("memory.max", "anon")
      // In a container the path may be that of the host, and only the root is there.
      var path = String(fields[2])
      while true {
        let folder = root + (path == "/" ? "" : path)
        // Without a limit the first version says a huge number, and the second "max".
        if let limit = text("\(folder)/\(names.0)").flatMap({ Int($0.filter { $0 != "\n" }) }),
          limit < 1 << 60
        {
          left.append(max(limit - (field(names.1, in: "\(folder)/memory.stat") ?? 0), 0))
        }
        guard path.count > 1 else { break }
        path = Files.folder(of: path)
      }
    }
    return left
  }

  private static func text(_ path: String) -> String? {
    Files.kind(at: path) == .file ? try? FileBytes.open(path).text : nil
  }

  /// The number behind a name at a line's beginning.
  private static func field(_ name: String, in path: String) -> Int? {
    text(path)?.split(separator: "\n").first { $0.hasPrefix(name + " ") || $0.hasPrefix(name + ":") }
      .flatMap { line in line.split { $0 == " " || $0 == ":" }.dropFirst().first.flatMap { Int($0) } }
  }
}

/// The folder for files that can be made again.
package enum CacheFolder {
  /// `apus` in `XDG_CACHE_HOME`, else in the home folder's `.cache`; where there is none, in `TMPDIR` or `/tmp`.
  package static var path: String {
    if let folder = Environment["XDG_CACHE_HOME"], folder.hasPrefix("/") { return folder + "/apus" }
    if let home = Environment["HOME"], home.hasPrefix("/"), Files.isWritable(home) {
      return home + "/.cache/apus"
    }
    return (Environment["TMPDIR"] ?? "/tmp") + "/apus"
  }
}
