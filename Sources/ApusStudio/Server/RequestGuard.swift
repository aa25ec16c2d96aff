#if Server
  import ApusCore
  import HTTPTypes
  import Hummingbird
  import Synchronization

  /// A guard that decides which requests may pass: the names the server is known by on every route, the process' token
  /// and the page's own origin on everything below `/api` (against other sites' pages and DNS rebinding).
  struct RequestGuard<Context: RequestContext>: RouterMiddleware {
    let names: ServerNames
    let token: String
    /// Says what the page may do.
    let document: Task<PageDocument, any Error>

    static var tokenName: HTTPField.Name { HTTPField.Name("X-Apus-Token")! }

    func handle(
      _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
      var response: Response
      if let refusal = refusal(request) {
        response = refusal
      } else {
        response = try await next(request, context)
      }
      response.headers[.contentSecurityPolicy] = try await document.value.policy
      response.headers[.xContentTypeOptions] = "nosniff"
      response.headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
      response.headers[HTTPField.Name("X-Frame-Options")!] = "DENY"
      response.headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
      response.headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
      response.headers[.cacheControl] = "no-store"
      return response
    }

    private func refusal(_ request: Request) -> Response? {
      let hosts = names.all
      guard let host = request.head.authority, hosts.contains(host.lowercased()) else {
        return .failure(
          .forbidden,
          ApusError(
            "this server is not known by that name", expected: hosts.sorted().joined(separator: " or ")))
      }
      if let origin = request.headers[.origin] {
        guard hosts.contains(where: { origin.lowercased() == "http://\($0)" }) else {
          return .failure(.forbidden, ApusError("a page of another site", expected: "the playground's own"))
        }
      }
      guard request.uri.path.hasPrefix("/api") else { return nil }
      guard let given = request.headers[Self.tokenName], Token.isEqual(given, token) else {
        return .failure(
          .unauthorized,
          ApusError("the token is missing or wrong", fix: "open the address that apus playground printed"))
      }
      return nil
    }
  }

  /// The names that the server is known by; the port is known once it serves.
  final class ServerNames: Sendable {
    private let host: String
    private let names = Mutex<Set<String>>([])

    init(_ host: String) { self.host = host.lowercased() }

    var all: Set<String> { names.withLock { $0 } }

    func set(port: Int) {
      var known: Set = ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"]
      known.insert(host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
      names.withLock { [known] in $0 = known }
    }
  }

  extension Response {
    init(_ bytes: [UInt8], type: String) {
      self.init(
        status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func json(_ value: JSONValue, _ status: HTTPResponse.Status = .ok) -> Response {
      Response(
        status: status, headers: [.contentType: "application/json; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: value.text(sortsKeys: false))))
    }

    static func failure(_ status: HTTPResponse.Status, _ error: ApusError) -> Response {
      func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
      return json(
        .object([
          JSONMember("problem", .string(error.problem)), JSONMember("place", text(error.place)),
          JSONMember("expected", text(error.expected)), JSONMember("fix", text(error.fix)),
        ]), status)
    }
  }
#endif
