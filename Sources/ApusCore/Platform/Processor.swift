package enum Processor {
  /// The number of threads that pay off: the processors that this process may use, or fewer where a cgroup gives less
  /// time.
  package static var usableCount: Int {
    let count = allowedCount
    return max(min(count, cgroupQuota ?? count), 1)
  }

  /// Whole processors that the cgroup's quota comes to, rounded up.
  private static var cgroupQuota: Int? {
    guard let text = try? FileBytes.open("/sys/fs/cgroup/cpu.max").text else { return nil }
    let fields = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]), period > 0 else {
      return nil
    }
    return max((quota + period - 1) / period, 1)
  }
}
