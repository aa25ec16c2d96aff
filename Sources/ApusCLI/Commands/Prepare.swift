#if Command
  import Apus
  import ArgumentParser

  struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write data as a file that is mapped, and need not fit in memory.",
      usage: "apus prepare <data> <out.apus> [<options>]",
      discussion: """
        The file holds each column of a table as numbers, or as texts by number; pictures as pixels of one size; a text as \
        the numbers of its characters; and how they were read: nothing is scaled, filled in or left out. Train, evaluate, \
        predict and describe take it in place of the data, and give the same result to the bit. Preparing takes little \
        memory, however large the data is, but for a table's different texts.
        """)

    @Argument(
      help: ArgumentHelp(
        "A table (CSV, TSV, JSON lines; plain, .gz, .zip), a folder of pictures, or a text.",
        valueName: "data"),
      completion: .file())
    var data: String

    @Argument(help: ArgumentHelp("The file to write.", valueName: "out.apus"), completion: .file())
    var out: String

    @OptionGroup var reading: SettingArguments<PreparationSettings>

    func run() throws {
      try AtomicFile.refuse(out, over: [data])
      let given = try reading.group()
      Interruption.install()
      let bar = PreparationBar()
      let result: Preparation.Result
      do {
        result = try DataSource.prepare(
          data, to: out, format: given.format(), pictures: given.pictures(over: PictureFormat())
        ) {
          (step, part) throws(ApusError) in
          bar.show(step, part)
          if Interruption.signal != 0 { throw ApusError("interrupted", at: out) }
        }
      } catch {
        bar.finish()
        guard Interruption.signal == 0 else { throw ExitCode(128 + Interruption.signal) }
        throw error
      }
      bar.finish()
      Output.tellBuild()
      Output.tell(Output.notes(result.notes, Output.errorStyle))
      Output.print([
        "\(result.content.text) in \(out), \(grouped((result.size + 999_999) / 1_000_000)) MB"
      ])
    }
  }

  extension Preparation.Result.Content {
    fileprivate var text: String {
      switch self {
      case .table(let rows, let columns): "\(grouped(rows)) rows of \(counted(columns, "column"))"
      case .images(let count, let shape, let test):
        "\(grouped(count)) images of \(shape.map { String($0) }.joined(separator: " × "))"
          + (test.map { ", \(grouped($0)) for a test," } ?? "")
      case .text(let count, let characters): "\(grouped(count)) characters, \(characters) of them different,"
      }
    }
  }

  /// How far a preparation is: on a terminal one line that is drawn over at most ten times a second.
  private final class PreparationBar {
    private var last = -Double.infinity
    private var isDrawn = false

    func show(_ step: String, _ part: Double) {
      let now = Double(Clock.nanoseconds) * 1e-9
      guard Output.errorStyle.redraws, now - last >= 0.1 else { return }
      last = now
      isDrawn = true
      let done = Int((min(max(part, 0), 1) * 30).rounded())
      let line = String(repeating: "━", count: done) + String(repeating: "─", count: 30 - done)
      Output.tell("\r\u{1B}[K\(line) \(Int(part * 100)) % \(step)")
    }

    func finish() {
      if isDrawn { Output.tell("\r\u{1B}[K") }
      isDrawn = false
    }
  }
#endif
