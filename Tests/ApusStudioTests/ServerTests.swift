#if Command
  import ApusCore
  import ApusStudio
  import Synchronization
  import Testing

  /// A server for the tests of a suite: its port and its token.
  final class Served: Sendable {
    let port: Int
    let token: String
    private let task: Task<Void, any Error>

    init(_ server: StudioServer = StudioServer(port: 0)) async throws {
      token = server.token
      let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
      task = Task { try await server.run { continuation.yield($0) } }
      var found = 0
      for await port in ports {
        found = port
        break
      }
      port = found
    }

    deinit { task.cancel() }

    func request(
      _ method: String = "POST", _ path: String, _ body: String? = nil, headers: [String: String?] = [:],
      client: RawClient? = nil
    ) throws -> RawClient.Answer? {
      var all: [String: String?] = ["Host": "127.0.0.1:\(port)", "X-Apus-Token": token]
      if let body {
        all["Content-Type"] = "application/json"
        all["Content-Length"] = "\(body.utf8.count)"
      }
      all.merge(headers) { $1 }
      let client = try client ?? RawClient(port: port)
      let lines = all.compactMap { key, value in value.map { "\(key): \($0)\r\n" } }.joined()
      client.send("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body ?? "")")
      return client.answer()
    }

    func open(_ lesson: String = "null") throws -> String {
      let (id, answer) = try session(lesson)
      return try #require(id, "\(String(describing: answer))")
    }

    /// Asks for a session, reads of its stream what it is called, and lets the stream go; nil where it is refused.
    func session(_ lesson: String) throws -> (id: String?, answer: RawClient.Answer?) {
      let client = try RawClient(port: port)
      let answer = try request("POST", "/api/sessions", #"{"lesson": \#(lesson)}"#, client: client)
      guard let answer, answer.status == 200 else { return (nil, answer) }
      var text = answer.body
      while !text.contains(#""lesson""#) {
        let part = client.receive()
        guard !part.isEmpty else { break }
        text += String(decoding: part, as: UTF8.self)
      }
      let id = text.firstRange(of: #""kind":"session","id":""#).map {
        text[$0.upperBound...].prefix { $0 != "\"" }
      }
      return (id.map(String.init), answer)
    }
  }

  @Suite(.serialized) struct ServerTests {
    @Test func servesThePage() async throws {
      let server = try await Served()
      let client = try RawClient(port: server.port)
      client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
      let page = try #require(client.answer())
      #expect(page.status == 200)
      #expect(page.body.contains("<title>Apus playground</title>"))
      let head = page.head.lowercased()
      #expect(head.contains("content-security-policy: default-src 'none'"))
      #expect(head.contains("x-content-type-options: nosniff"))
      #expect(!head.contains("access-control-allow"))
      #expect(try server.request("GET", "/icon.svg", headers: ["X-Apus-Token": nil])?.status == 200)
      // Nothing of it comes from elsewhere, and nothing in it is secret.
      #expect(!page.body.contains("https://"))
      #expect(!page.body.contains(server.token))
    }

    /// Every tag that names a file has it in its place; what may run is told by its fingerprint, and by nothing wider.
    @Test func thePageIsWhole() throws {
      let document = try PageDocument()
      #expect(!document.text.contains("<link rel=\"stylesheet\""))
      #expect(!document.text.contains("src="))
      for line in document.text.split(separator: "\n") {
        #expect(!line.hasPrefix("import ") && !line.hasPrefix("export "), "\(line)")
        guard let imported = line.firstRange(of: " = modules.") else { continue }
        #expect(PageDocument.modules[String(line[imported.upperBound...].dropLast())] != nil, "\(line)")
      }
      for name in PageDocument.modules.keys {
        #expect(document.text.contains("\nmodules.\(name) = "), "\(name)")
      }
      #expect(document.text.split(separator: "</script>", omittingEmptySubsequences: false).count == 3)
      #expect(!document.policy.contains("script-src 'self'") && !document.policy.contains("unsafe"))
      #expect(document.policy.split(separator: "'sha256-").count == 5)
      let menus = try #require(document.text.firstRange(of: #"id="menus">"#)).upperBound
      let json = document.text[menus...]
      let end = try #require(json.firstRange(of: "</script>")).lowerBound
      #expect(try StrictJSON.parse(String(json[..<end])) == Menus.json)
    }

    @Test func modulesBecomeFunctions() {
      let script = JoinedScript(
        entry: "a",
        [
          "a": Array("import * as b from './b.js';\nimport { c, d } from './c.js';\nb.f(c, d);".utf8),
          "b": Array("import { c } from './c.js';\nexport function f(x) {\n  return x;\n}".utf8),
          "c": Array("export const c = 1;\nexport const d = [\n  2,\n];".utf8),
          "unused": Array("export const nothing = 0;\n".utf8),
        ])
      #expect(
        script.text == """
          'use strict';
          const modules = {};
          modules.c = (() => {
          const c = 1;
          const d = [
            2,
          ];
          return { c, d };
          })();
          modules.b = (() => {
          const { c } = modules.c;
          function f(x) {
            return x;
          }
          return { f };
          })();
          modules.a = (() => {
          const b = modules.b;
          const { c, d } = modules.c;
          b.f(c, d);
          return {  };
          })();

          """)
    }

    @Test func aSessionFromBeginningToEnd() async throws {
      let server = try await Served()
      let id = try server.open()
      let path = "/api/sessions/\(id)"
      #expect(try server.request("POST", path + "/orders", #"{"do": "step", "by": "epoch"}"#)?.status == 200)
      let export = try #require(try server.request("POST", path + "/orders", #"{"do": "export"}"#))
      #expect(export.body.contains("apus train --config lesson.yaml"))
      let model = try #require(try server.request("POST", path + "/model", "{}"))
      #expect(model.status == 200 && model.body.contains("__metadata__"))
      #expect(try server.request("POST", path + "/close", "{}")?.status == 200)
      #expect(try server.request("POST", path + "/orders", #"{"do": "play"}"#)?.status == 404)
    }

    /// Other names, other sites and other tokens come to nothing, whatever they ask for.
    @Test func strangersAreRefused() async throws {
      let server = try await Served()
      let id = try server.open()
      let orders = "/api/sessions/\(id)/orders"
      let stream = "/api/sessions/\(id)/stream"
      let body = #"{"do": "rewind"}"#
      for host in [
        "evil.example", "evil.example:\(server.port)", "127.0.0.1", "127.0.0.1:1",
        "localhost.evil.example:\(server.port)",
        "0.0.0.0:\(server.port)", "169.254.169.254:\(server.port)", "",
        "127.0.0.1:\(server.port).evil.example",
      ] {
        for (method, path) in [("GET", "/"), ("GET", "/icon.svg"), ("GET", stream), ("POST", orders)] {
          let answer = try server.request(
            method, path, method == "POST" ? body : nil, headers: ["Host": host])
          #expect(answer.map { $0.status == 403 || $0.status == 400 } ?? true, "\(host) \(path)")
        }
      }
      for origin in [
        "http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:\(server.port)",
        "http://127.0.0.1:\(server.port).evil.example", "file://", "http://localhost:1",
      ] {
        #expect(
          try server.request("POST", orders, body, headers: ["Origin": origin])?.status == 403, "\(origin)")
        #expect(
          try server.request("GET", stream, headers: ["Origin": origin])?.status == 403, "\(origin)")
      }
      #expect(
        try server.request("POST", orders, body, headers: ["Origin": "http://localhost:\(server.port)"])?
          .status == 200)
      #expect(
        try server.request("POST", orders, body, headers: ["Host": "localhost:\(server.port)"])?.status == 200
      )
      for token in [
        nil, "", "x", String(repeating: "0", count: 26), server.token + "0", String(server.token.dropLast()),
      ] {
        #expect(try server.request("POST", orders, body, headers: ["X-Apus-Token": token])?.status == 401)
        #expect(try server.request("GET", stream, headers: ["X-Apus-Token": token])?.status == 401)
      }
    }

    @Test func malformedRequestsAreAnswered() async throws {
      let server = try await Served()
      let id = try server.open()
      let orders = "/api/sessions/\(id)/orders"
      for body in [
        "", "{", "[]", "null", "{}", #"{"do": 1}"#, #"{"do": "fly"}"#, #"{"do": "step"}"#,
        #"{"do": "step", "by": "year"}"#,
        #"{"do": "scrub"}"#, #"{"do": "scrub", "step": 1e99}"#, #"{"do": "speed", "stepsPerSecond": -1}"#,
        #"{"do": "weight", "path": "0.weight", "index": 99999999999999999999, "value": 1}"#,
        #"{"do": "weight", "path": "0.weight", "index": -9223372036854775808, "value": 1}"#,
        #"{"do": "grid", "size": 1000000}"#, #"{"do": "grid", "size": 0}"#, #"{"do": "lesson"}"#,
        #"{"do": "lesson", "lesson": {"layers": [{"units": 4000000}]}}"#,
        #"{"do": "lesson", "lesson": {"data": {"points": 9000000000000000000}}}"#,
        #"{"do": "lesson", "lesson": {"batch": -5}}"#, #"{"do": "lesson", "lesson": {"seed": 1.5}}"#,
        String(repeating: "[", count: 100_000), #"{"do": "play", "do": "pause"}"#, "\u{0}",
        #"{"do": "lesson", "lesson": {"schedule": [[[[[["constant"]]]]]]}, "x": "#,
      ] {
        let answer = try #require(try server.request("POST", orders, body))
        #expect(answer.status == 422, "\(body.prefix(60)): \(answer)")
        #expect(answer.body.contains("problem"))
      }
      #expect(
        try server.request("POST", orders, "{}", headers: ["Content-Type": "text/plain"])?.status == 415)
      for path in ["/api/sessions/none/orders", "/api/sessions/..%2f..%2fetc%2fpasswd/orders"] {
        #expect(try server.request("POST", path, #"{"do": "play"}"#)?.status == 404, "\(path)")
      }
      for path in ["/../../etc/passwd", "/%2e%2e/etc/passwd", "/api", "/nothing"] {
        #expect([400, 401, 404].contains(try server.request("GET", path)?.status ?? 400), "\(path)")
      }
      // No HTTP at all.
      for text in [
        "\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}", "GET / HTTP/9.9\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      ] {
        let client = try RawClient(port: server.port)
        client.send(text)
        _ = client
      }
      #expect(try server.request("POST", orders, #"{"do": "rewind"}"#)?.status == 200)
    }

    @Test func largeRequestsAreRefused() async throws {
      let server = try await Served()
      let id = try server.open()
      let orders = "/api/sessions/\(id)/orders"
      // Announced, and not read.
      #expect(
        try server.request("POST", orders, "{}", headers: ["Content-Length": "10000000000"])?.status == 413)
      // Not announced: in pieces.
      let client = try RawClient(port: server.port)
      client.send(
        "POST \(orders) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nX-Apus-Token: \(server.token)\r\n"
          + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
      let piece = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
      for _ in 0..<64 where client.send(piece) {}
      let answer = client.answer()
      #expect(answer == nil || answer?.status == 413)
      // Headers too.
      let long = String(repeating: "a", count: 100_000)
      let refused = try server.request("GET", "/", headers: ["X-Long": long])
      #expect(refused == nil || refused!.status >= 400)
      #expect(try server.request("POST", orders, #"{"do": "rewind"}"#)?.status == 200)
      // A table of many rows is not taken for training.
      let rows = (0..<30_000).map { "\($0),\($0 % 7),\($0 % 2)" }.joined(separator: "\\n")
      let table = try #require(
        try server.request(
          "POST", "/api/sessions/\(id)/table", #"{"name": "x.csv", "text": "a,b,c\n\#(rows)"}"#))
      #expect(table.status == 422 && table.body.contains("30000 rows"))
    }

    @Test func sessionsAreBounded() async throws {
      let server = try await Served()
      var ids: [String] = []
      for _ in 0..<Limits.sessions { ids.append(try server.open(#"{"data": {"points": 20}}"#)) }
      let refused = try #require(try server.request("POST", "/api/sessions", "{}"))
      #expect(refused.status == 422 && refused.body.contains("pages are open"))
      _ = try server.request("POST", "/api/sessions/\(ids[0])/close", "{}")
      #expect(try server.request("POST", "/api/sessions", "{}")?.status == 200)
    }

    /// Two hundred at once, some of which say nothing or half a word; the server answers all the same.
    @Test func manyAndSlowClients() async throws {
      let server = try await Served()
      let id = try server.open()
      var clients: [RawClient] = []
      for number in 0..<200 {
        let client = try RawClient(port: server.port)
        if number % 2 == 0 { client.send("GET / HT") }
        clients.append(client)
      }
      // Streams that are asked for and never read.
      for number in 0..<10 {
        clients[number * 2].send(
          "TP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nX-Apus-Token: \(server.token)\r\n\r\n"
            + "GET /api/sessions/\(id)/stream HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
            + "X-Apus-Token: \(server.token)\r\n\r\n")
      }
      _ = try server.request("POST", "/api/sessions/\(id)/orders", #"{"do": "play"}"#)
      for _ in 0..<20 {
        #expect(try server.request("GET", "/icon.svg")?.status == 200)
      }
      #expect(try server.request("POST", "/api/sessions/\(id)/orders", #"{"do": "pause"}"#)?.status == 200)
      withExtendedLifetime(clients) {}
    }

    /// The stream begins with the plan, and what is in its length is what comes.
    @Test func theStream() async throws {
      let server = try await Served()
      let id = try server.open(#"{"data": {"points": 20}}"#)
      let client = try RawClient(port: server.port)
      client.send(
        "GET /api/sessions/\(id)/stream HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nX-Apus-Token: \(server.token)\r\n\r\n"
      )
      var text = ""
      while !text.contains(#""kind":"picture""#) {
        let part = client.receive()
        guard !part.isEmpty else { break }
        text += String(decoding: part, as: UTF8.self)
      }
      let plan = try #require(text.firstRange(of: #""kind":"plan""#))
      let picture = try #require(text.firstRange(of: #""kind":"picture""#))
      #expect(plan.lowerBound < picture.lowerBound)
    }

    @Test func aPortInUseIsAnError() async throws {
      let server = try await Served()
      let error = try await #require(throws: ApusError.self) {
        try await StudioServer(port: server.port).run { _ in }
      }
      #expect(error.problem == "the port \(server.port) is in use")
      #expect(error.fix?.contains("--port 0") == true)
    }
  }
#endif
