#if Command
  import ApusCore
  import ApusStudio

  extension HostileRequest {
    // MARK: Tables

    private static func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map(row).joined() }

    static let tables: [HostileRequest] =
      [
        ("no table", ""), ("a header alone", "a,b,c\n"), ("one column", "a\n1\n2\n3\n4\n5\n"),
        ("one row", "a,b,c\n1,2,in\n"), ("zeros in it", "a,b,c\n\u{0},\u{0},\u{0}\n"),
        ("a quote that never ends", "a,b,c\n\"" + rows(5000) { "\($0),1,2\n" }),
        ("quotes alone", String(repeating: "\"", count: 100_000)),
        ("100,000 columns", rows(100_000) { "c\($0)," } + "\n" + rows(100_000) { "\($0)," } + "\n"),
        ("100,000 columns of one name", String(repeating: "a,", count: 100_000) + "\n1,2\n"),
        ("a row wider than the others", "a,b,c\n1,2,in\n" + String(repeating: "1,", count: 200_000) + "\n"),
        ("30,000 rows", "a,b,c\n" + rows(30_000) { "\($0),\($0 % 7),\($0 % 2)\n" }),
        ("as many classes as rows", "a,b,c\n" + rows(500) { "\($0 % 50),\($0 % 13),x\($0)\n" }),
        ("the same in every row", "a,b,c\n" + rows(50) { _ in "1,1,in\n" }),
      ].map { name, text in HostileRequest(name, 422) { try $0.table(text) } }
      + [
        (
          "HTML",
          "<script>alert(1)</script>,\"<img src=x onerror=alert(1)>\",c\n"
            + rows(60) { "\($0 % 9),\($0 % 7),\($0 % 2 == 0 ? "<b>" : "</script>")\n" }
        ),
        (
          "formulas",
          "=cmd|'/c calc'!A1,+1+1,@c\n" + rows(60) { "\($0 % 9),\($0 % 7),\($0 % 2 == 0 ? "=1+1" : "-2")\n" }
        ),
        (
          "the largest numbers",
          "a,b,c\n"
            + rows(60) { "\($0 % 2 == 0 ? "" : "-")1.7e308,\($0 % 7),\($0 % 3 == 0 ? "in" : "out")\n" }
        ),
        (
          "the smallest numbers",
          "a,b,c\n" + rows(60) { "\($0 % 5)e-323,\($0 % 7)e-320,\($0 % 3 == 0 ? "in" : "out")\n" }
        ),
        (
          "numbers whose squares overflow", "a,b,c\n" + rows(60) { "\($0 % 5)e200,\($0 % 7)e200,\($0)e150\n" }
        ),
        (
          "classes that begin alike",
          "a,b,c\n" + rows(60) { "\($0 % 9),\($0 % 7),\(String(repeating: "t", count: 200))\($0 % 3)\n" }
        ),
        (
          "names that are alike",
          "a,a,a,a (2),,\n" + rows(60) { "\($0 % 9),\($0 % 7),\($0 % 4),\($0 % 5),\($0 % 11),\($0 % 2)\n" }
        ),
        ("classes by number", "a,b,target\n" + rows(110) { "\($0 % 9),\($0 % 7),\($0 % 11)\n" }),
        (
          "writing that goes both ways",
          "\u{202E}a,b\u{200B},\u{1F469}\u{200D}\u{1F469}\n"
            + rows(60) { "\($0 % 9),\($0 % 7),\($0 % 2 == 0 ? "e\u{301}" : "\u{e9}")\n" }
        ),
        ("line ends of another time", "a,b,c\r" + rows(60) { "\($0 % 9),\($0 % 7),\($0 % 2)\r" }),
      ].map { name, text in
        HostileRequest("a table with \(name)", 200, 422) { target in
          let status = try target.table(text, name: "../../\(name)\u{0}.csv")
          guard status == 200 else { return status }
          for body in [#"{"do": "step", "by": "epoch"}"#, #"{"do": "export"}"#, #"{"do": "show"}"#] {
            let status = try target.order(body)
            guard status == 200 else { return status }
          }
          return 200
        }
      }
      + [
        HostileRequest("a table without a name", 422) {
          try $0.server.request("POST", $0.path + "/table", #"{"text": "a,b\n1,2\n"}"#)?.status
        },
        HostileRequest("a table that is a list", 422) {
          try $0.server.request("POST", $0.path + "/table", #"{"name": "t", "text": [1]}"#)?.status
        },
      ]

    // MARK: Paths

    static let paths: [HostileRequest] =
      [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "//etc/passwd",
        "/.git/config",
        "/icon.svg/x", "/icon.svg%00.html", "/ICON.SVG", "/./icon.svg", "/\\..\\icon.svg", "/%", "/%zz",
        "/%ff%fe",
      ].map { path in HostileRequest("the path \(path)", 400, 404, nil) { try $0.get(path) } }
      + [
        HostileRequest("a path of 100,000 letters", 400, 404, 414, nil) {
          try $0.get("/" + String(repeating: "a", count: 100_000))
        },
        HostileRequest("an api that is none", 401) { try $0.get("/api", headers: ["X-Apus-Token": nil]) },
        HostileRequest("no session", 404) {
          try $0.server.request("POST", "/api/sessions/none/orders", #"{"do": "play"}"#)?.status
        },
        HostileRequest("a session outside", 404) {
          try $0.server.request("POST", "/api/sessions/..%2f..%2fetc%2fpasswd/orders", #"{"do": "play"}"#)?
            .status
        },
        HostileRequest("a session of 6,000 letters", 404) {
          try $0.server.request(
            "POST", "/api/sessions/\(String(repeating: "s", count: 6000))/table",
            #"{"name": "t", "text": ""}"#)?
            .status
        },
        HostileRequest("a stream by POST", 404, 405) {
          try $0.server.request("POST", $0.path + "/stream", "{}")?.status
        },
        HostileRequest("a session that is over", 404) { target in
          let id = try target.server.open()
          for _ in 0..<2 { _ = try target.server.request("POST", "/api/sessions/\(id)/close", "{}") }
          return try target.server.request("POST", "/api/sessions/\(id)/model", "{}")?.status
        },
      ]

    // MARK: Connections

    static let connections: [HostileRequest] = [
      HostileRequest("200 requests in one piece", 200) { target in
        let client = try RawClient(port: target.port)
        client.send(String(repeating: "GET /icon.svg HTTP/1.1\r\n\(target.usual)\r\n", count: 200))
        let statuses = client.answers(200)
        return statuses.count == 200 && statuses.allSatisfy { $0 == 200 } ? 200 : statuses.count
      },
      HostileRequest("a good request with another hidden in its body", 422) { target in
        let hidden = "POST \(target.path)/close HTTP/1.1\r\n\(target.json)Content-Length: 2\r\n\r\n{}"
        let status = try target.order(hidden)
        // The session is still there.
        return try target.order(#"{"do": "pause"}"#) == 200 ? status : 404
      },
      HostileRequest("something unreadable after a good request", 200) { target in
        try target.raw("GET /icon.svg HTTP/1.1\r\n\(target.usual)\r\n\u{1}\u{2}\u{3}\r\n\r\n")
      },
      HostileRequest("a client that asks and closes its half", 200) { target in
        try target.raw("GET / HTTP/1.1\r\n\(target.usual)\r\n")
      },
      HostileRequest("a client that closes its half within a body", 400, 413, nil) { target in
        try target.raw(
          "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Content-Length: 100\r\n\r\n{\"do\"")
      },
      HostileRequest("a client that is gone before its answer", nil) { target in
        for _ in 0..<20 {
          let client = try RawClient(port: target.port)
          client.send("POST \(target.path)/model HTTP/1.1\r\n\(target.json)Content-Length: 2\r\n\r\n{}")
          client.abort()
        }
        return nil
      },
      HostileRequest("streams that are cut off", nil) { target in
        for _ in 0..<20 {
          let client = try RawClient(port: target.port)
          client.send("GET \(target.path)/stream HTTP/1.1\r\n\(target.usual)\r\n")
          _ = client.receive()
          client.abort()
        }
        return nil
      },
      HostileRequest("a client that never reads", nil) { target in
        let clients = try (0..<20).map { _ in try RawClient(port: target.port) }
        for client in clients {
          client.send(String(repeating: "GET / HTTP/1.1\r\n\(target.usual)\r\n", count: 20))
        }
        return withExtendedLifetime(clients) { (try? target.get("/")) == 200 ? nil : 0 }
      },
      HostileRequest("200 clients, half of which have begun to speak", nil) { target in
        let clients = try (0..<200).map { _ in try RawClient(port: target.port) }
        for client in clients.prefix(100) { client.send("POST \(target.path)/orders HTTP/1.1\r\nHost: 127.") }
        return withExtendedLifetime(clients) { (try? target.get("/")) == 200 ? nil : 0 }
      },
      HostileRequest("a body that comes a byte at a time", 200) { target in
        let client = try RawClient(port: target.port)
        let body = #"{"do": "pause"}"#
        client.send(
          "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Content-Length: \(body.utf8.count)\r\n\r\n")
        for byte in body.utf8 {
          client.send([byte])
          guard try target.get("/icon.svg") == 200 else { return 0 }
        }
        return client.answer()?.status
      },
      HostileRequest("a client that waits for leave to go on", 200, 400, 413, 417, nil) { target in
        let client = try RawClient(port: target.port)
        client.send(
          "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Expect: 100-continue\r\nContent-Length: 15\r\n\r\n"
            + #"{"do": "pause"}"#)
        return client.answers(1).first
      },
    ]

    // MARK: Floods

    static let floods: [HostileRequest] = [
      HostileRequest("sessions beyond the bound", 422) { target in
        var ids: [String] = []
        defer { for id in ids { _ = try? target.server.request("POST", "/api/sessions/\(id)/close", "{}") } }
        for _ in 0...Limits.sessions {
          let (id, answer) = try target.server.session(#"{"data": {"points": 20}}"#)
          guard let id else { return answer?.status }
          ids.append(id)
        }
        return 200
      },
      HostileRequest("500 orders at once", 200) { target in
        let client = try RawClient(port: target.port)
        let body = #"{"do": "step", "by": "epoch"}"#
        client.send(
          String(
            repeating:
              "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
            count: 500))
        return client.answers(500).count == 500 ? 200 : 0
      },
      HostileRequest("200 clients with an order each", 200) { target in
        let clients = try (0..<200).map { _ in try RawClient(port: target.port) }
        let body = #"{"do": "rewind"}"#
        for client in clients {
          client.send(
            "POST \(target.path)/orders HTTP/1.1\r\n\(target.json)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
          )
        }
        // Some may be told that there is too much to do.
        let statuses = clients.map { $0.answers(1).first }
        return statuses.contains(200) && statuses.allSatisfy { $0 == 200 || $0 == 422 } ? 200 : 0
      },
      HostileRequest("doctors for sessions that are over", 200, 422) { target in
        var last: Int?
        for _ in 0..<20 {
          let id = try target.server.open(#"{"data": {"points": 2000}}"#)
          last = try target.server.request("POST", "/api/sessions/\(id)/orders", #"{"do": "doctor"}"#)?.status
          _ = try target.server.request("POST", "/api/sessions/\(id)/close", "{}")
          guard last == 200 || last == 422 else { return last }
        }
        return last
      },
      HostileRequest("sessions that are closed in the middle of their work", 404) { target in
        var last: Int?
        for _ in 0..<10 {
          let id = try target.server.open(#"{"data": {"points": 20000}, "batch": 1}"#)
          let client = try RawClient(port: target.port)
          let body = #"{"do": "step", "by": "epoch"}"#
          client.send(
            String(
              repeating:
                "POST /api/sessions/\(id)/orders HTTP/1.1\r\n\(target.json)Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
              count: 60))
          _ = try target.server.request("POST", "/api/sessions/\(id)/close", "{}")
          last = try target.server.request("POST", "/api/sessions/\(id)/orders", body)?.status
        }
        return last
      },
    ]
  }
#endif
