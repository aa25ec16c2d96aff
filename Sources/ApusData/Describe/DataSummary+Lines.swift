import ApusCore

extension DataSummary {
  /// The summary as text for a terminal, at most `width` columns wide but for long notes.
  package func lines(width: Int = 100) -> [String] {
    var lines = ["\(name): \(counted(rowCount, "row")), \(counted(columns.count, "column"))", ""]
    lines += columnLines(width)
    if let target {
      lines += ["", target.whyColumn, target.whyTask] + (whyWeights.map { [$0] } ?? [])
      lines += Self.classLines(classCounts, of: target.labels == nil ? nil : rowCount)
      lines += associationLines()
    }
    if !pairs.isEmpty {
      lines += ["", "correlated columns:"]
      lines += pairs.map { "  \(padded(significant($0.value), 8, right: true))  \($0.first) ~ \($0.second)" }
    }
    if !notes.isEmpty {
      lines += ["", "notes:"]
      lines += notes.map { "  · \($0)" }
    }
    return lines
  }

  private func columnLines(_ width: Int) -> [String] {
    let nameWidth = min(max(columns.map { $0.name.count }.max() ?? 6, 6), 20)
    let header =
      "  #  \(padded("column", nameWidth))  \(padded("kind", 8))  missing  distinct  "
      + "\(padded("distribution", Self.histogramBins))  values"
    return [header]
      + columns.map { column in
        var line = "\(padded(String(column.number), 3, right: true))  \(padded(column.name, nameWidth))  "
        line += "\(padded(column.kind.rawValue, 8))  "
        line += "\(padded(column.missingCount == 0 ? "–" : String(column.missingCount), 7, right: true))  "
        line += "\(padded(String(column.distinctCount), 8, right: true))  "
        line += "\(padded(distribution(column), Self.histogramBins))  "
        line += values(column, width: max(width - line.count, 12))
        while line.last == " " { line.removeLast() }
        return line
      }
  }

  private func distribution(_ column: Column) -> String {
    if column.kind != .category, let statistics = column.statistics { return sparkline(statistics.histogram) }
    return column.kind == .text ? "" : sparkline(column.topValues.map(\.count))
  }

  private func values(_ column: Column, width: Int) -> String {
    if column.filledCount == 0 { return "" }
    if column.kind != .category, let s = column.statistics {
      let range = "\(significant(s.minimum)) … \(significant(s.median)) … \(significant(s.maximum))"
      let long = "\(range), mean \(significant(s.mean)) ± \(significant(s.deviation))"
      return long.count <= width ? long : range
    }
    if let first = column.firstDate, let last = column.lastDate { return "\(first) … \(last)" }
    var text = ""
    for (i, value) in column.topValues.enumerated() {
      let next = "\(i > 0 ? ", " : "")\(value.name.prefix(20)) \(value.count)"
      guard text.count + next.count + 3 <= width else { return text + (i == 0 ? "" : ", …") }
      text += next
    }
    return column.distinctCount > column.topValues.count ? text + ", …" : text
  }

  /// - Parameter rows: what the percents are of; the sum of the counts when nil.
  static func classLines(_ classCounts: [Count], of rows: Int? = nil, noun: String = "classes") -> [String] {
    guard let largest = classCounts.map(\.count).max(), largest > 0 else { return [] }
    let total = rows ?? classCounts.reduce(0) { $0 + $1.count }
    let width = min(max(classCounts.map { $0.name.count }.max() ?? 1, 4), 24)
    return classCounts.prefix(30).map { item in
      let bar = String(repeating: "█", count: max(item.count * 30 / largest, item.count > 0 ? 1 : 0))
      let percent = (Double(item.count) / Double(total) * 1000).rounded() / 10
      return "  \(padded(item.name, width))  \(padded(String(item.count), 7, right: true))  "
        + "\(padded("\(percent) %", 7, right: true))  \(bar)"
    } + (classCounts.count > 30 ? ["  … and \(classCounts.count - 30) more \(noun)"] : [])
  }

  /// The associations of each target by its name, in the targets' order.
  package var associationsByTarget: [(target: String, items: [Association])] {
    guard let target else { return [] }
    return target.indices.map { columns[$0].name }.map { name in
      (name, targetAssociations.filter { $0.second == name })
    }.filter { !$0.items.isEmpty }
  }

  /// More targets than this have no list of their own.
  private static let mostTargets = 6

  private func associationLines() -> [String] {
    let areSeveral = (target?.indices.count ?? 1) > 1
    let groups = associationsByTarget
    let rest = groups.count - Self.mostTargets
    return groups.prefix(Self.mostTargets).flatMap { name, items in
      associationLines(
        items.prefix(areSeveral ? 6 : 12), areSeveral ? "\"\(name.prefix(40))\"" : "the target")
    } + (rest > 0 ? ["", "… and \(counted(rest, "more target"))"] : [])
  }

  private func associationLines(_ shown: ArraySlice<Association>, _ target: String) -> [String] {
    let width = min(max(shown.map { $0.first.count }.max() ?? 6, 6), 28)
    return ["", "what goes with \(target) (r: correlation, η: correlation ratio, V: Cramér's V):"]
      + shown.map { item in
        let bar = String(repeating: item.value < 0 ? "▒" : "█", count: Int((abs(item.value) * 30).rounded()))
        return "  \(padded(item.first, width))  \(item.measure.rawValue) "
          + "\(padded(significant((item.value * 1000).rounded() / 1000), 6, right: true))  \(bar)"
      }
  }
}

/// Eight heights of block characters; zero stays blank.
func sparkline(_ counts: [Int]) -> String {
  let blocks = Array("▁▂▃▄▅▆▇█")
  let largest = counts.max() ?? 0
  return String(
    counts.map { count -> Character in
      count <= 0 ? " " : blocks[min(max((count * 8 + largest - 1) / largest - 1, 0), 7)]
    })
}
