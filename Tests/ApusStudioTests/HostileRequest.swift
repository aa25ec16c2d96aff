#if Command
  import ApusCore
  import ApusStudio

  /// A server under attack: what a hostile request needs to know of it.
  struct Target: Sendable {
    let server: Served
    /// A session of two small layers on sixty points.
    let session: String
    /// All that the server obeys, by its own word.
    let orders: [String]

    var port: Int { server.port }
    var path: String { "/api/sessions/\(session)" }
    /// The usual first lines, for what is written by hand.
    var usual: String { "Host: 127.0.0.1:\(port)\r\nX-Apus-Token: \(server.token)\r\n" }
    var json: String { usual + "Content-Type: application/json\r\n" }

    func order(_ body: String, headers: [String: String?] = [:]) throws -> Int? {
      try server.request("POST", path + "/orders", body, headers: headers)?.status
    }

    func lesson(_ lesson: String) throws -> Int? { try order(#"{"do": "lesson", "lesson": \#(lesson)}"#) }

    func table(_ text: String, name: String = "t.csv") throws -> Int? {
      let body = JSONValue.object([
        JSONMember("name", .string(name)), JSONMember("text", .string(text)),
      ])
      return try server.request("POST", path + "/table", body.text())?.status
    }

    func get(_ path: String, headers: [String: String?] = [:]) throws -> Int? {
      try server.request("GET", path, headers: headers)?.status
    }

    /// Bytes as they are; the first answer's status, nil when the server closes without a word.
    func raw(_ text: String) throws -> Int? { try raw(Array(text.utf8)) }

    func raw(_ bytes: [UInt8]) throws -> Int? {
      let client = try RawClient(port: port)
      client.send(bytes)
      client.closeSending()
      return client.answers(1).first
    }
  }

  /// One way to do harm, and what must come of it. The server is asked something good after each.
  struct HostileRequest: Sendable {
    let name: String
    /// The statuses that are right; nil is a connection that is closed without an answer.
    let expected: Set<Int?>
    let send: @Sendable (Target) throws -> Int?

    init(_ name: String, _ expected: Int?..., send: @escaping @Sendable (Target) throws -> Int?) {
      (self.name, self.expected, self.send) = (name, Set(expected), send)
    }

    static let table =
      strangers + messages + bodies + orders + lessons + tables + paths + connections + floods
  }

  extension HostileRequest {
    // MARK: Who asks

    static let strangers: [HostileRequest] = [
      HostileRequest("another host", 403) { try $0.get("/", headers: ["Host": "evil.example"]) },
      HostileRequest("another host at this port", 403) {
        try $0.get("/api/sessions", headers: ["Host": "evil.example:\($0.port)"])
      },
      HostileRequest("a host that ends like this one", 403) {
        try $0.get("/", headers: ["Host": "localhost.evil.example:\($0.port)"])
      },
      HostileRequest("a host that begins like this one", 403) {
        try $0.get("/", headers: ["Host": "127.0.0.1:\($0.port).evil.example"])
      },
      HostileRequest("a host with a user's name", 403) {
        try $0.get("/", headers: ["Host": "127.0.0.1:\($0.port)@evil.example"])
      },
      HostileRequest("this host as IPv6 maps it", 403) {
        try $0.get("/", headers: ["Host": "[::ffff:127.0.0.1]:\($0.port)"])
      },
      HostileRequest("this host's port alone", 403) { try $0.get("/", headers: ["Host": ":\($0.port)"]) },
      HostileRequest("another port", 403) { try $0.get("/", headers: ["Host": "127.0.0.1:1"]) },
      HostileRequest("every address", 403) { try $0.get("/", headers: ["Host": "0.0.0.0:\($0.port)"]) },
      HostileRequest("no host", 400, 403) { try $0.get("/", headers: ["Host": nil]) },
      HostileRequest("an empty host", 400, 403) { try $0.get("/", headers: ["Host": ""]) },
      HostileRequest("two hosts", 400, 403) {
        try $0.raw("GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:\($0.port)\r\n\r\n")
      },
      HostileRequest("this host in the request's line, and another below", 403) {
        try $0.raw(
          "GET http://127.0.0.1:\($0.port)\($0.path)/stream HTTP/1.1\r\nHost: evil.example\r\n"
            + "X-Apus-Token: \($0.server.token)\r\n\r\n")
      },
      HostileRequest("another site", 403) {
        try $0.order(#"{"do": "play"}"#, headers: ["Origin": "http://evil.example"])
      },
      HostileRequest("a site without a name", 403) {
        try $0.order(#"{"do": "play"}"#, headers: ["Origin": "null"])
      },
      HostileRequest("another site of this machine", 403) {
        try $0.order(#"{"do": "play"}"#, headers: ["Origin": "http://localhost:1"])
      },
      HostileRequest("this site by another scheme", 403) {
        try $0.order(#"{"do": "play"}"#, headers: ["Origin": "https://127.0.0.1:\($0.port)"])
      },
      HostileRequest("two sites", 403) {
        try $0.order(
          #"{"do": "play"}"#, headers: ["Origin": "http://127.0.0.1:\($0.port) http://evil.example"])
      },
      HostileRequest("no token", 401) { try $0.order(#"{"do": "play"}"#, headers: ["X-Apus-Token": nil]) },
      HostileRequest("an empty token", 401) {
        try $0.order(#"{"do": "play"}"#, headers: ["X-Apus-Token": ""])
      },
      HostileRequest("half a token", 401) {
        try $0.order(#"{"do": "play"}"#, headers: ["X-Apus-Token": String($0.server.token.dropLast())])
      },
      HostileRequest("a token and more", 401) {
        try $0.order(#"{"do": "play"}"#, headers: ["X-Apus-Token": $0.server.token + "0"])
      },
      HostileRequest("a token of another length", 401) {
        try $0.order(#"{"do": "play"}"#, headers: ["X-Apus-Token": String(repeating: "0", count: 4000)])
      },
      HostileRequest("the token in the address", 401) {
        try $0.get("\($0.path)/stream?token=\($0.server.token)", headers: ["X-Apus-Token": nil])
      },
      HostileRequest("the token as a cookie", 401) {
        try $0.get(
          $0.path + "/stream", headers: ["X-Apus-Token": nil, "Cookie": "X-Apus-Token=\($0.server.token)"])
      },
    ]

    // MARK: How it is said

    static let messages: [HostileRequest] = [
      HostileRequest("a long header", 400, 431, nil) {
        try $0.get("/", headers: ["X-Long": String(repeating: "a", count: 100_000)])
      },
      HostileRequest("many headers", 400, 431, nil) { target in
        try target.raw(
          "GET / HTTP/1.1\r\n\(target.usual)"
            + (0..<1000).map { "X-\($0): 1\r\n" }.joined() + "\r\n")
      },
      HostileRequest("a header's name with a blank", 400, nil) {
        try $0.raw("GET / HTTP/1.1\r\n\($0.usual)X y: 1\r\n\r\n")
      },
      HostileRequest("a zero in a header", 400, nil) {
        try $0.raw("GET / HTTP/1.1\r\n\($0.usual)X: a\u{0}b\r\n\r\n")
      },
      HostileRequest("a header without a colon", 400, nil) {
        try $0.raw("GET / HTTP/1.1\r\n\($0.usual)nothing\r\n\r\n")
      },
      HostileRequest("two lengths", 400, nil) {
        try $0.raw(
          "POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}")
      },
      HostileRequest("a length and pieces", 400, 422, nil) {
        try $0.raw(
          "POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\n")
      },
      HostileRequest("a negative length", 400, nil) {
        try $0.raw("POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Content-Length: -1\r\n\r\n{}")
      },
      HostileRequest("a length that is no number", 400, nil) {
        try $0.raw("POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Content-Length: many\r\n\r\n{}")
      },
      HostileRequest("a length beyond 64 bits", 400, 413, nil) {
        try $0.raw(
          "POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Content-Length: 99999999999999999999999\r\n\r\n{}")
      },
      HostileRequest("another transfer encoding", 400, 413, 501, nil) {
        try $0.raw("POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Transfer-Encoding: gzip\r\n\r\n{}")
      },
      HostileRequest("a piece whose size is no number", 400, 413, nil) {
        try $0.raw(
          "POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n")
      },
      HostileRequest("a piece of more than 64 bits", 400, 413, nil) {
        try $0.raw(
          "POST \($0.path)/orders HTTP/1.1\r\n\($0.json)Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}"
        )
      },
      HostileRequest("ten thousand headers after the pieces", 400, 413, nil) { target in
        try target.raw(
          "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Transfer-Encoding: chunked\r\n\r\n0\r\n"
            + (0..<10_000).map { "X-\($0): 1\r\n" }.joined() + "\r\n")
      },
      HostileRequest("a method that changes nothing", 404, 405) {
        try $0.server.request("PUT", $0.path + "/orders", #"{"do": "play"}"#)?.status
      },
      HostileRequest("what a browser asks before it sends to another site", 401, 403, 404) {
        try $0.server.request(
          "OPTIONS", $0.path + "/orders",
          headers: [
            "X-Apus-Token": nil, "Origin": "http://evil.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-apus-token",
          ])?.status
      },
      HostileRequest("an echo", 404, 405) {
        try $0.raw("TRACE / HTTP/1.1\r\n\($0.usual)\r\n")
      },
      HostileRequest("a tunnel", 400, 403, 404, 405, nil) {
        try $0.raw("CONNECT evil.example:443 HTTP/1.1\r\n\($0.usual)\r\n")
      },
      HostileRequest("an order by GET", 404, 405) {
        try $0.get($0.path + "/orders?do=play")
      },
      HostileRequest("a method of 20,000 letters", 400, nil) {
        try $0.raw("\(String(repeating: "G", count: 20_000)) / HTTP/1.1\r\n\($0.usual)\r\n")
      },
      HostileRequest("another protocol", 400, 404, nil) {
        try $0.raw("GET / HTTP/1.1\r\n\($0.usual)Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n") == 200
          ? 404 : nil
      },
      HostileRequest("HTTP/9.9", 400, 505, nil) { try $0.raw("GET / HTTP/9.9\r\n\($0.usual)\r\n") },
      HostileRequest("HTTP/2 at once", 400, 505, nil) {
        try $0.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
      },
      HostileRequest("TLS", 400, nil) {
        try $0.raw([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 7, count: 500))
      },
      HostileRequest("a word without an end", 400, nil) { try $0.raw("GET / HT") },
      HostileRequest("100,000 empty lines", 400, nil) {
        try $0.raw(String(repeating: "\r\n", count: 100_000))
      },
    ]

    // MARK: Bodies

    static let bodies: [HostileRequest] = [
      HostileRequest("a form", 415) {
        try $0.order("do=play", headers: ["Content-Type": "application/x-www-form-urlencoded"])
      },
      HostileRequest("plain text, which needs no question before", 415) {
        try $0.order(#"{"do": "play"}"#, headers: ["Content-Type": "text/plain"])
      },
      HostileRequest("no type", 415) { try $0.order(#"{"do": "play"}"#, headers: ["Content-Type": nil]) },
      HostileRequest("a body of ten gigabytes, announced", 413) {
        try $0.order("{}", headers: ["Content-Length": "10000000000"])
      },
      HostileRequest("a body too large, in pieces", 413, nil) { target in
        let client = try RawClient(port: target.port)
        client.send("POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Transfer-Encoding: chunked\r\n\r\n")
        let piece = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
        for _ in 0..<64 where client.send(piece) {}
        return client.answer()?.status
      },
      HostileRequest("a table too large, in one", 413, nil) { target in
        try target.table(String(repeating: "1,2\n", count: 2 << 20))
      },
      HostileRequest("nothing", 422) { try $0.order("") },
      HostileRequest("half of it", 422) { try $0.order(#"{"do": "pl"#) },
      HostileRequest("lists 100,000 deep", 422) { try $0.order(String(repeating: "[", count: 100_000)) },
      HostileRequest("objects 20,000 deep", 422) {
        try $0.order(String(repeating: #"{"a":"#, count: 20_000))
      },
      HostileRequest("a deep lesson", 422) {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        return try $0.lesson(#"{"schedule": \#(deep)}"#)
      },
      HostileRequest("a key twice", 422) { try $0.order(#"{"do": "play", "do": "pause"}"#) },
      HostileRequest("something behind it", 422) { try $0.order(#"{"do": "play"} {"do": "pause"}"#) },
      HostileRequest("NaN", 422) { try $0.lesson(#"{"learningRate": NaN}"#) },
      HostileRequest("infinity", 422) { try $0.lesson(#"{"learningRate": -Infinity}"#) },
      HostileRequest("NaN as a text", 422) { try $0.lesson(#"{"learningRate": "NaN"}"#) },
      HostileRequest("a number beyond the largest", 422) { try $0.lesson(#"{"learningRate": 1e999}"#) },
      HostileRequest("a number of 200,000 digits", 422) {
        try $0.order(#"{"do": "scrub", "step": \#(String(repeating: "9", count: 200_000))}"#)
      },
      HostileRequest("an exponent of 100,000 digits", 422) {
        try $0.order(#"{"do": "speed", "stepsPerSecond": 1e\#(String(repeating: "9", count: 100_000))}"#)
      },
      HostileRequest("no UTF-8", 422) { target in
        let body: [UInt8] =
          Array(#"{"do": ""#.utf8) + [0xC0, 0x80, 0xED, 0xA0, 0x80, 0xFF] + Array(#""}"#.utf8)
        let client = try RawClient(port: target.port)
        client.send(
          "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
        return client.answer()?.status
      },
      HostileRequest("UTF-16", 422) { target in
        let body = Array(#"{"do": "play"}"#.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let client = try RawClient(port: target.port)
        client.send(
          "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
        return client.answer()?.status
      },
      HostileRequest("half a pair of surrogates", 422) { try $0.order(#"{"do": "\ud800"}"#) },
      HostileRequest("zeros", 422) { try $0.order(String(repeating: "\u{0}", count: 1000)) },
      HostileRequest("15,000 keys", 422) {
        try $0.lesson("{" + (0..<15_000).map { #""k\#($0)": 1"# }.joined(separator: ",") + "}")
      },
      HostileRequest("a key of 200,000 letters", 422) {
        try $0.lesson(#"{"\#(String(repeating: "k", count: 200_000))": 1}"#)
      },
    ]

    // MARK: Orders

    /// Every order with members of every type but the right one, and far out of range: answered, whatever they are.
    static let orders: [HostileRequest] =
      [
        HostileRequest("each order with wrong members", 200, 422) { target in
          let values = [
            "null", "true", "-1", "1.5", "1e300", "-9223372036854775808", "99999999999999999999", #""""#,
            #""NaN""#, "[]", "[[]]", "{}", #"{"a": {"b": []}}"#,
          ]
          let keys = [
            "by", "step", "stepsPerSecond", "lesson", "path", "index", "value", "size", "sample", "layer",
            "unit",
            "on", "names", "optimizers", "pixels", "points",
          ]
          for name in target.orders {
            for value in values {
              let members = keys.map { #","\#($0)": \#(value)"# }.joined()
              let status = try target.order(#"{"do": "\#(name)"\#(members)}"#)
              guard status == 200 || status == 422 else { return status }
            }
          }
          return 422
        }
      ]
      + [
        ("no order", "{}"), ("an order that is a number", #"{"do": 1}"#),
        ("an unknown order", #"{"do": "fly"}"#),
        ("a list of orders", #"[{"do": "play"}]"#), ("a step by years", #"{"do": "step", "by": "year"}"#),
        ("a step to nowhere", #"{"do": "scrub", "step": 1e99}"#),
        ("no speed", #"{"do": "speed", "stepsPerSecond": 0}"#),
        ("a negative speed", #"{"do": "speed", "stepsPerSecond": -1}"#),
        ("a speed that is a text", #"{"do": "speed", "stepsPerSecond": "as fast as it can"}"#),
        ("a weight beyond the last", #"{"do": "weight", "path": "0.weight", "index": 100000, "value": 1}"#),
        ("a weight before the first", #"{"do": "weight", "path": "0.weight", "index": -1, "value": 1}"#),
        (
          "a weight by the smallest number",
          #"{"do": "weight", "path": "0.weight", "index": -9223372036854775808, "value": 1}"#
        ),
        ("a weight too large", #"{"do": "weight", "path": "0.weight", "index": 0, "value": 1e38}"#),
        (
          "a weight of another path", #"{"do": "weight", "path": "../../etc/passwd", "index": 0, "value": 1}"#
        ),
        ("a picture of a million places across", #"{"do": "grid", "size": 1000000}"#),
        ("a picture of none", #"{"do": "grid", "size": 0}"#),
      ].map { name, body in HostileRequest(name, 422) { try $0.order(body) } }

    // MARK: Lessons

    static let lessons: [HostileRequest] =
      [
        ("four million units", #"{"layers": [{"units": 4000000}]}"#),
        (
          "a thousand layers",
          #"{"layers": [\#(Array(repeating: "{}", count: 1000).joined(separator: ","))]}"#
        ),
        ("no units", #"{"layers": [{"units": 0}]}"#),
        ("9 · 10¹⁸ points", #"{"data": {"points": 9000000000000000000}}"#),
        ("as many points as none", #"{"data": {"points": -1}}"#),
        ("10¹⁸ epochs", #"{"epochs": 1000000000000000000}"#), ("a negative batch", #"{"batch": -5}"#),
        ("half a seed", #"{"seed": 1.5}"#), ("a negative seed", #"{"seed": -1}"#),
        ("a clip of nothing", #"{"clipNorm": 0}"#), ("dropout of all", #"{"layers": [{"dropout": 1}]}"#),
        ("more noise than there is plane", #"{"data": {"noise": 1e300}}"#),
        (
          "30,000 times the same input",
          #"{"inputs": [\#(Array(repeating: #""x1""#, count: 30_000).joined(separator: ","))]}"#
        ),
        ("no inputs", #"{"inputs": []}"#), ("an input that is code", #"{"inputs": ["x1*system('rm')"]}"#),
        ("an optimizer's parameter that is a text", #"{"optimizer": {"momentum": {"momentum": "NaN"}}}"#),
        ("two optimizers", #"{"optimizer": {"adam": {}, "momentum": {}}}"#),
        ("no schedule", #"{"schedule": []}"#), ("a list of no schedules", #"{"schedule": ["constant", []]}"#),
        ("a loss that is a list", #"{"loss": [[1]]}"#),
        (
          "a table that was never there",
          #"{"data": {"set": "own", "columns": {"x": "a", "y": "b", "target": "c"}}}"#
        ),
        (
          "a thousand points by hand",
          #"{"data": {"added": [\#(Array(repeating: "{}", count: 1000).joined(separator: ","))]}}"#
        ),
        ("a point of class 10¹⁸", #"{"data": {"added": [{"x": 0, "y": 0, "target": 1000000000000000000}]}}"#),
        ("a point of half a class", #"{"data": {"added": [{"x": 0, "y": 0, "target": 0.5}]}}"#),
        ("a point at the end of the world", #"{"data": {"added": [{"x": 1e300, "y": 0, "target": 0}]}}"#),
        (
          "no point left",
          #"{"data": {"points": 60, "removed": [\#((0..<60).map(String.init).joined(separator: ","))]}}"#
        ),
        (
          "60 points, and one left",
          #"{"data": {"points": 60, "removed": [\#((0..<59).map(String.init).joined(separator: ","))]}}"#
        ),
        ("five classes of four points", #"{"data": {"set": "spirals", "classes": 5, "points": 4}}"#),
      ].map { name, lesson in HostileRequest(name, 422) { try $0.lesson(lesson) } }
      + [
        // Taken or refused, but never more than that.
        (
          "a schedule of 15,000",
          #"{"schedule": [\#(Array(repeating: #""constant""#, count: 15_000).joined(separator: ","))]}"#
        ),
        (
          "weights that overflow at once",
          #"{"initializer": {"constant": {"value": 1e38}}, "learningRate": 1000, "data": {"set": "hills", "classes": 1}}"#
        ),
        (
          "the largest lesson",
          #"{"data": {"points": 20000, "set": "spirals", "classes": 5}, "batch": 1, "layers": [\#(Array(repeating: #"{"units": 32, "batchNorm": true}"#, count: 8).joined(separator: ","))]}"#
        ),
        (
          "a lesson of one step",
          #"{"data": {"points": 4, "set": "hills", "classes": 1, "validation": 0.9}, "epochs": 1, "batch": 20000}"#
        ),
      ].map { name, lesson in
        HostileRequest(name, 200, 422) { target in
          let status = try target.lesson(lesson)
          guard status == 200 || status == 422 else { return status }
          for by in ["sample", "batch", "epoch", "batch"] {
            let status = try target.order(#"{"do": "step", "by": "\#(by)"}"#)
            guard status == 200 else { return status }
          }
          return try target.order(#"{"do": "export"}"#)
        }
      }
  }
#endif
