#if Server
  import ApusCore
  public import ApusData
  import Dispatch
  import HTTPTypes
  import Hummingbird
  import HummingbirdCore
  import Logging
  import NIOCore
  import ServiceLifecycle
  import UnixSignals

  /// The playground's server: pages of one machine, unless told otherwise.
  public struct StudioServer: Sendable {
    /// 127.0.0.1 unless another address was asked for.
    public var host: String
    /// 0 takes a free one.
    public var port: Int
    /// The sessions' table in the place of a generated set.
    public var table: Table?
    /// Changes with every process; the page sends it with each request.
    public let token = Token.make()

    public init(host: String = "127.0.0.1", port: Int = 8080, table: Table? = nil) {
      (self.host, self.port, self.table) = (host, port, table)
    }

    /// The one address that opens the page.
    public func url(port: Int) -> String {
      "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/#token=\(token)"
    }

    /// Serves until the process is told to stop, by SIGINT or SIGTERM, or the task is cancelled.
    ///
    /// - Parameter isReady: told the port, once it can be connected to.
    /// - Throws: when the port is in use or the address is none of this machine.
    public func run(isReady: @escaping @Sendable (Int) -> Void) async throws {
      guard !["0.0.0.0", "::", "*"].contains(host) else {
        throw ApusError(
          "\(host) is every address of this machine, and the page must know its own", at: "--host",
          expected: "one address, such as 192.168.1.5")
      }
      let sessions = Sessions(table: table)
      defer { sessions.closeAll() }
      let names = ServerNames(host)
      // Made while the server begins.
      let document = Task { try PageDocument() }
      let responder = Self.router(sessions, document, token: token, names: names).buildResponder()
      var logger = Logger(label: "apus.playground")
      logger.logLevel = .critical
      var application = Application(
        responder: responder,
        server: .http1(
          configuration: .init(
            additionalChannelHandlers: [RequestDeadline()], idleTimeout: .seconds(Limits.requestSeconds),
            httpDecoderConfiguration: .init(
              maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 64))),
        configuration: ApplicationConfiguration(
          address: .hostname(host, port: port), backlog: Limits.connections,
          availableConnectionsDelegate: MaximumAvailableConnections(Limits.connections, logger: logger)),
        onServerRunning: { channel in
          let port = channel.localAddress?.port ?? port
          names.set(port: port)
          isReady(port)
        }, logger: logger)
      application.addServices(Heartbeat(sessions: sessions))
      var service = ServiceGroupConfiguration(
        services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      // A client that does not read its stream cannot keep the process.
      service.maximumGracefulShutdownDuration = .seconds(2)
      do {
        try await ServiceGroup(configuration: service).run()
      } catch let error as IOError {
        throw failure(error)
      }
    }

    /// The same for a thread that may wait.
    public func runAndWait(isReady: @escaping @Sendable (Int) -> Void) throws {
      let outcome = Outcome()
      let done = DispatchSemaphore(value: 0)
      Task {
        do {
          try await run(isReady: isReady)
        } catch {
          outcome.error = error
        }
        done.signal()
      }
      done.wait()
      if let error = outcome.error { throw error }
    }

    /// Written before the semaphore is raised, read after it.
    private final class Outcome: @unchecked Sendable { var error: (any Error)? }

    private func failure(_ error: IOError) -> ApusError {
      switch error.errnoCode {
      case ErrorNumber.addressInUse:
        ApusError(
          "the port \(port) is in use", at: "\(host):\(port)",
          fix: "choose another one with --port, or --port 0 for any that is free")
      case ErrorNumber.accessDenied:
        ApusError(
          "the port \(port) may not be used", at: "\(host):\(port)", fix: "choose one above 1023 with --port")
      case ErrorNumber.addressNotAvailable:
        ApusError(
          "this machine has no address \(host)", at: "--host", expected: "127.0.0.1, or an address of its own"
        )
      default: ApusError("cannot serve at \(host):\(port): \(error)")
      }
    }

    // MARK: Routes

    private static func router(
      _ sessions: Sessions, _ document: Task<PageDocument, any Error>, token: String, names: ServerNames
    ) -> Router<BasicRequestContext> {
      let router = Router(context: BasicRequestContext.self)
      router.add(middleware: RequestGuard(names: names, token: token, document: document))
      router.get("/") { _, _ in
        Response(try await document.value.bytes, type: "text/html; charset=utf-8")
      }
      router.get("icon.svg") { _, _ in Response(PackageResources.icon_svg, type: "image/svg+xml") }
      router.post("api/sessions") { request, _ in
        try await answer(request, Limits.lessonBytes) { body in
          let (id, live) = try sessions.open(firstLesson(body["lesson"], sessions.table))
          do {
            if let speed = body["stepsPerSecond"] {
              _ = try await live.obey(order("speed", [JSONMember("stepsPerSecond", speed)]))
            }
            let shown = try await live.obey(order("show"))
            return stream(
              live, Frame("session", [JSONMember("id", .string(id))] + (shown.objectValue ?? [])))
          } catch {
            sessions.close(id)
            throw error
          }
        }
      }
      router.post("api/sessions/{id}/orders") { request, context in
        guard let live = live(context, sessions) else { return gone }
        return try await answer(request, Limits.lessonBytes) { .json(try await live.obey($0)) }
      }
      router.post("api/sessions/{id}/table") { request, context in
        guard let live = live(context, sessions) else { return gone }
        return try await answer(request, Limits.tableBytes) { body in
          guard let text = body["text"]?.stringValue, let name = body["name"]?.stringValue else {
            throw ApusError("no table", expected: "name and text")
          }
          let lesson = try body["lesson"].flatMap { $0 == .null ? nil : try Lesson(json: $0) }
          return .json(try await live.open(table: text, name: name, lesson: lesson))
        }
      }
      router.post("api/sessions/{id}/model") { _, context in
        guard let live = live(context, sessions) else { return gone }
        do {
          return Response(try await live.modelFile(), type: "application/octet-stream")
        } catch let error as ApusError {
          return .failure(.unprocessableContent, error)
        }
      }
      router.post("api/sessions/{id}/close") { _, context in
        context.parameters.get("id").map { sessions.close($0) }
        return Response.json(.null)
      }
      router.get("api/sessions/{id}/stream") { _, context in
        guard let live = live(context, sessions) else { return gone }
        return stream(live)
      }
      return router
    }

    private static func order(_ name: String, _ members: [JSONMember] = []) -> JSONValue {
      .object([JSONMember("do", .string(name))] + members)
    }

    private static func live(_ context: BasicRequestContext, _ sessions: Sessions) -> LiveSession? {
      context.parameters.get("id").flatMap { sessions[$0] }
    }

    private static var gone: Response {
      .failure(.notFound, ApusError("the session is over", fix: "load the page again"))
    }

    /// The lesson of a new session; one on the command line's table where there is one and the page asks for nothing.
    private static func firstLesson(_ given: JSONValue?, _ table: Table?) throws -> Lesson {
      if let given, given != .null { return try Lesson(json: given) }
      var lesson = Lesson()
      if let table { lesson.data = try LessonData(own: table, keeping: lesson.data) }
      return lesson
    }

    /// Streams a session's messages, until it is over or another stream of it is asked for.
    ///
    /// - Parameter first: what is told before all else.
    private static func stream(_ live: LiveSession, _ first: Frame? = nil) -> Response {
      Response(
        status: .ok, headers: [.contentType: "application/octet-stream"],
        body: ResponseBody { writer in
          let reader = live.latest.join()
          defer { live.latest.leave(reader) }
          if let first { try await writer.write(ByteBuffer(bytes: first.bytes)) }
          _ = try? await live.obey(order("show"))
          // A server that is told to stop waits for its connections, and a page that is open would never end its own.
          try await withGracefulShutdownHandler {
            while let frames = await live.latest.next(reader) {
              for frame in frames { try await writer.write(ByteBuffer(bytes: frame)) }
            }
          } onGracefulShutdown: {
            live.latest.leave(reader)
          }
          try await writer.finish(nil)
        })
    }

    /// Reads a request's JSON, bounded before it is read, and answers it; mistakes become what they are about.
    private static func answer(
      _ request: Request, _ most: Int, _ body: (JSONValue) async throws -> Response
    ) async throws -> Response {
      guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
        return .failure(.unsupportedMediaType, ApusError("no JSON", expected: "application/json"))
      }
      if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most {
        return .failure(.contentTooLarge, ApusError("\(length) bytes", expected: "at most \(most)"))
      }
      var request = request
      let bytes: ByteBuffer
      do {
        bytes = try await request.collectBody(upTo: most)
      } catch {
        return .failure(
          .contentTooLarge, ApusError("a body too large, or cut short", expected: "at most \(most) bytes"))
      }
      do {
        return try await body(StrictJSON.parse(Array(buffer: bytes), name: "the request", maximumDepth: 16))
      } catch let error as ApusError {
        return .failure(.unprocessableContent, error)
      }
    }
  }

  /// Beats while the server runs, and lets go of sessions that nobody looks at.
  private struct Heartbeat: Service {
    let sessions: Sessions

    func run() async throws {
      try? await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
          try await Task.sleep(for: .seconds(4))
          sessions.beat()
          sessions.removeLonely()
        }
      }
      // Streams end, so that their connections do.
      sessions.closeAll()
    }
  }
#endif
