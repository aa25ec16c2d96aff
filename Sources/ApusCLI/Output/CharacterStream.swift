#if Command
  import Apus

  /// Text to standard output as it comes: at once where a person can follow, and many characters at a time where it
  /// comes faster.
  final class CharacterStream {
    private var waiting = String.UnicodeScalarView()
    /// Why nothing more can be written.
    private(set) var failure: ApusError?
    private var last = Clock.nanoseconds

    /// Nanoseconds that a character may wait for the next ones.
    private static let longest: UInt64 = 20_000_000

    func write(_ text: String) {
      waiting.append(contentsOf: text.unicodeScalars)
    }

    func write(_ character: Unicode.Scalar) {
      waiting.append(character)
      if Clock.nanoseconds &- last > Self.longest { flush() }
    }

    func flush() {
      if failure == nil {
        do throws(ApusError) { try Output.print(result: String(waiting)) } catch { failure = error }
      }
      waiting.removeAll(keepingCapacity: true)
      last = Clock.nanoseconds
    }
  }
#endif
