public import ApusCore

/// A table of where the time of a step goes: one line for each instruction of its plans.
public struct ProfileTable: Sendable {
  private let plans: [(name: String, profile: Profile)]

  /// - Parameter profiles: those of a training step's plans: gradients, their norm, then the updates.
  public init(_ profiles: [Profile]) {
    plans = profiles.enumerated().map { index, profile in
      let name =
        switch index {
        case 0: "forward and backward"
        case 1: "norm of the gradients"
        default: profiles.count > 3 ? "update \(index - 1)" : "update"
        }
      return (name, profile)
    }
  }

  public func lines(width: Int = 80) -> [String] {
    let total = plans.reduce(0.0) { $0 + Self.nanoseconds($1.profile) }
    guard total > 0, let runs = plans.first?.profile.runs, runs > 0 else { return [] }
    let perStep = total / Double(runs)
    var lines = ["profile of \(grouped(runs)) steps, \(Self.time(perStep)) a step"]
    for plan in plans where !plan.profile.entries.isEmpty {
      lines.append("")
      lines += table(plan.name, plan.profile, total).lines(width: width)
    }
    return lines
  }

  private func table(_ name: String, _ profile: Profile, _ total: Double) -> TextTable {
    var table = TextTable(
      [name, "kernel", "parts", "time", "share", "GFLOP/s", "GB/s"],
      [.left, .left, .right, .right, .right, .right, .right])
    let runs = Double(max(profile.runs, 1))
    table.rows = profile.entries.map { entry in
      let nanoseconds = Double(entry.nanoseconds) / runs
      return [
        entry.name, entry.kernel, "\(entry.parts)", Self.time(nanoseconds),
        fixed(Double(entry.nanoseconds) / total * 100, 1) + " %",
        Self.rate(entry.floatingPointOperations, nanoseconds), Self.rate(entry.bytes, nanoseconds),
      ]
    }
    let nanoseconds = Self.nanoseconds(profile) / runs
    table.totals = [
      "", "", "", Self.time(nanoseconds), fixed(Self.nanoseconds(profile) / total * 100, 1) + " %",
      Self.rate(profile.entries.reduce(0) { $0 + $1.floatingPointOperations }, nanoseconds),
      Self.rate(profile.entries.reduce(0) { $0 + $1.bytes }, nanoseconds),
    ]
    return table
  }

  private static func nanoseconds(_ profile: Profile) -> Double {
    profile.entries.reduce(0.0) { $0 + Double($1.nanoseconds) }
  }

  private static func time(_ nanoseconds: Double) -> String {
    nanoseconds < 1e6
      ? fixed(nanoseconds / 1e3, nanoseconds < 1e5 ? 2 : 1) + " µs" : fixed(nanoseconds / 1e6, 2) + " ms"
  }

  /// Billions a second are as many as there are in a nanosecond.
  private static func rate(_ amount: Int, _ nanoseconds: Double) -> String {
    nanoseconds > 0 ? fixed(Double(amount) / nanoseconds, 1) : "–"
  }
}
