#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The best of several rounds; each takes about a twentieth of a second.
public func bestSeconds(rounds: Int, _ work: (Int) throws -> Void) rethrows -> Double {
  var repetitions = 1
  while true {
    let start = seconds()
    try work(repetitions)
    if seconds() - start > 0.05 { break }
    repetitions *= 2
  }
  var best = Double.infinity
  for _ in 0..<rounds {
    let start = seconds()
    try work(repetitions)
    best = min(best, (seconds() - start) / Double(repetitions))
  }
  return best
}

/// The time of one run.
public func secondsOf(_ work: () throws -> Void) rethrows -> Double {
  let start = seconds()
  try work()
  return seconds() - start
}

private func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The most memory that the process has held, in megabytes.
public func peakMegabytes() -> Double {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return Double(usage.ru_maxrss) / 1e6
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024 / 1e6
  #endif
}
