#if Command
  import Apus

  /// The output of text: results to standard output, everything else to standard error.
  enum Output {
    static let errorStyle = TerminalStyle.of(fileDescriptor: 2)
    static let style = TerminalStyle.of(fileDescriptor: 1)
    /// A Boolean value that indicates whether another process speaks for this one.
    nonisolated(unsafe) static var isMuted = false

    static func print(_ lines: [String]) {
      guard !isMuted else { return }
      for line in lines { Swift.print(line) }
    }

    /// A whole result to standard output.
    ///
    /// - Throws: when it cannot be written: a full disk, say.
    static func print(result: String) throws(ApusError) {
      guard !isMuted else { return }
      try finish()
      do throws(ApusError) {
        try AtomicFile.write("/dev/fd/1", text: result)
      } catch {
        var error = error
        error.place = "standard output"
        throw error
      }
    }

    /// A whole result to standard output, in pieces.
    ///
    /// - Parameter body: is handed the function that writes a piece.
    /// - Throws: what the body throws, and when a piece cannot be written.
    static func print(pieces body: (_ write: @escaping ([UInt8]) throws -> Void) throws -> Void) throws {
      try finish()
      try AtomicFile.write("/dev/fd/1") { write in
        try body { piece in
          do {
            try write(piece)
          } catch var error as ApusError {
            error.place = "standard output"
            throw error
          }
        }
      }
    }

    /// To standard error, at once.
    static func tell(_ text: String) {
      guard !isMuted else { return }
      var text = text
      text.withUTF8 { bytes in
        var start = 0
        while start < bytes.count {
          let count = Files.write(2, bytes.baseAddress! + start, bytes.count - start)
          guard count > 0 else { return }
          start += count
        }
      }
    }

    /// Lines for people that are not results: to standard error.
    static func tell(_ lines: [String]) {
      guard !lines.isEmpty else { return }
      tell(lines.joined(separator: "\n") + "\n")
    }

    /// Lines about what goes to a file: among the results, unless the file is standard output itself.
    static func print(_ lines: [String], beside path: String) {
      if (try? Files.destination(of: path).descriptor) == 1 { tell(lines) } else { print(lines) }
    }

    /// Sentences as a list, wrapped to the terminal.
    static func notes(_ notes: [String], _ style: TerminalStyle) -> [String] {
      notes.flatMap { note in
        style.redraws
          ? wrapped("· " + note, width: style.width - 2, indent: 2).map { "  " + $0 } : ["  · " + note]
      }
    }

    /// - Throws: when what was printed cannot be written: a full disk, say.
    static func finish() throws(ApusError) {
      guard CurrentProcess.flushOutput() else {
        throw Files.systemError("cannot be written", "standard output")
      }
    }

    /// An error in one to three lines: what is wrong and where, what was expected, what to do.
    static func lines(_ error: ApusError, _ style: TerminalStyle) -> [String] {
      var lines = [
        style.colored("error:", .red) + " " + (error.place.map { "\($0): " } ?? "") + error.problem
      ]
      if let expected = error.expected { lines.append("  expected \(expected)") }
      if let fix = error.fix { lines.append("  \(fix)") }
      return lines.map { $0.split(separator: "\n").joined(separator: " ") }
    }

    static func fail(_ error: ApusError, code: Int32 = 1) -> Never {
      CurrentProcess.flushOutput()
      tell(lines(error, errorStyle))
      CurrentProcess.end(code: code)
    }

    /// Says once that a debug build is slow.
    static func tellBuild() {
      #if DEBUG
        tell(["note: this is a debug build, about 50 times slower; build with -c release to train"])
      #endif
    }
  }
#endif
