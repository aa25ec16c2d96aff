#if Command
  import Apus
  import ApusStudio
  import ArgumentParser

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #else
    import Darwin
  #endif

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
        fflush(nil)
        if open ?? Browser.isAtHand { Browser.open(url, isAsked: open != nil) }
      }
    }
  }

  /// glibc gives each thread a heap of its own, and sessions that come and go leave those with holes: memory would grow from
  /// day to day. With one for all it stays; no step allocates, so training does not wait for it. Large blocks have pages of
  /// their own, which the system gets back: by itself glibc takes ever larger ones for small after each that was freed, and
  /// keeps twice as much in reserve.
  private enum Heap {
    static func shareOne() {
      #if canImport(Glibc)
        typealias SetOption = @convention(c) (CInt, CInt) -> CInt
        guard let found = dlsym(nil, "mallopt") else { return }
        let setOption = unsafeBitCast(found, to: SetOption.self)
        let (mostArenas, trimThreshold, mappingThreshold): (CInt, CInt, CInt) = (-8, -1, -3)
        _ = setOption(mostArenas, 1)
        _ = setOption(trimThreshold, 1 << 20)
        _ = setOption(mappingThreshold, 1 << 20)
      #endif
    }
  }

  /// The machine's usual browser.
  private enum Browser {
    /// Whether somebody sits at a terminal of this machine's desktop.
    static var isAtHand: Bool {
      func has(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
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
      var process = pid_t()
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(url), nil]
      defer { for argument in arguments { free(argument) } }
      if posix_spawnp(&process, program, nil, nil, &arguments, environ) != 0, isAsked {
        Output.tell(["there is no \(program): open the address in a browser"])
      }
    }
  }
#endif
