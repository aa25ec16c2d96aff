#if Command && Server
  import Apus
  import ApusStudio
  import ArgumentParser

  struct Playground: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Watch networks learn, in a page that this command serves.",
      usage: "apus playground [<options>]",
      discussion: """
        Prints the one address that opens the page, and opens it where somebody sits at the terminal of a desktop. It \
        is served to this machine alone, unless --host names another address; the address holds a token that changes \
        with every start. Ctrl-C ends it.
        """)

    @Option(help: ArgumentHelp("The port; 0 takes a free one.", valueName: "n"))
    var port = 8080

    @Option(
      help: ArgumentHelp(
        "The address to serve at; others than 127.0.0.1 let other machines in.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("A table to begin with: CSV or TSV, or a built-in name.", valueName: "data"))
    var data: String?

    @Flag(inversion: .prefixedNo, help: "Open the page in the browser; by default in a desktop's terminal.")
    var open: Bool?

    func validate() throws {
      guard (0...65535).contains(port) else {
        throw ValidationError("the port \(port) is none: 0 … 65535 (choose another one with --port)")
      }
    }

    func run() throws {
      Heap.shareOne()
      var server = StudioServer(host: host, port: port)
      if let data {
        let source = try DataSource.open(data)
        guard case .table(let table) = source.content else {
          throw ApusError("the playground draws tables, and this is none", at: source.place)
        }
        server.table = table
      }
      try server.runAndWait { [server, open] port in
        let url = server.url(port: port)
        Output.print([url])
        CurrentProcess.flushOutput()
        if open ?? Browser.isAtHand { Browser.open(url, isAsked: open != nil) }
      }
    }
  }

  /// The machine's usual browser.
  private enum Browser {
    /// A Boolean value that indicates whether somebody sits at a terminal of this machine's desktop.
    static var isAtHand: Bool {
      func has(_ name: String) -> Bool { Environment[name].map { !$0.isEmpty } ?? false }
      guard Output.style.redraws, !has("SSH_CONNECTION") else { return false }
      #if os(macOS)
        return true
      #else
        return has("DISPLAY") || has("WAYLAND_DISPLAY")
      #endif
    }

    /// - Parameter isAsked: whether it is worth a word when there is none.
    static func open(_ url: String, isAsked: Bool) {
      #if os(macOS)
        let program = "open"
      #else
        let program = "xdg-open"
      #endif
      if !CurrentProcess.start(program, [url]), isAsked {
        Output.tell(["there is no \(program): open the address in a browser"])
      }
    }
  }
#elseif Command
  import Apus
  import ArgumentParser

  /// Says what this build lacks, and how to get it.
  struct Playground: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Watch networks learn, in a page that this command serves (not in this build).",
      discussion:
        "This build of apus has no server. Build it with the trait Server, as `swift build` does by default.")

    @Argument(parsing: .captureForPassthrough, help: .hidden) var arguments: [String] = []

    func run() throws {
      throw ApusError(
        "this build of apus has no server", at: "playground",
        fix: "build it with the trait Server, as `swift build -c release` does by default")
    }
  }
#endif
