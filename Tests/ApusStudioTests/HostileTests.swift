#if Command
  import ApusCore
  import ApusStudio
  import Foundation
  import Testing

  extension ServerTests {
    /// Whatever is asked, it is answered as it should be, and then a good request is.
    @Test func hostileRequestsAreAnsweredAndTheServerGoesOn() async throws {
      let names = HostileRequest.table.map(\.name)
      #expect(names.count >= 50 && Set(names).count == names.count)
      let server = try await Served()
      // On a thread of its own: those of the pool are the server's, and waiting must not take them.
      let problems = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: Self.attack(server)) }
      }
      #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }

    /// - Returns: what went wrong, in words.
    private static func attack(_ server: Served) -> [String] {
      var problems: [String] = []
      var last = "the beginning"
      do {
        let target = try target(server)
        for request in HostileRequest.table {
          last = request.name
          let status = try request.send(target)
          if !request.expected.contains(status) {
            problems.append("\(last): \(status.map(String.init) ?? "closed"), expected \(request.expected)")
          }
          if try !isWell(target) { problems.append("no good answer after \(last)") }
        }
      } catch {
        problems.append("\(last): \(error)")
      }
      return problems
    }

    private static func target(_ server: Served) throws -> Target {
      let id = try server.open(#"{"data": {"points": 60}}"#)
      let answer = try server.request("POST", "/api/sessions/\(id)/orders", #"{"do": "?"}"#)
      let known = try StrictJSON.parse(answer?.body ?? "")["expected"]?.stringValue ?? ""
      let names = known.split(separator: ", ").map(String.init)
      guard names.contains("play"), names.contains("export") else {
        throw ApusError("the server does not say what it obeys: \(known)")
      }
      return Target(server: server, session: id, orders: names)
    }

    /// A good lesson is taken, learns, and says so.
    private static func isWell(_ target: Target) throws -> Bool {
      guard try target.lesson(#"{"data": {"points": 60}, "epochs": 5}"#) == 200,
        try target.order(#"{"do": "rewind"}"#) == 200,
        try target.server.request("POST", target.path + "/orders", #"{"do": "step", "by": "epoch"}"#)?.body
          == "null",
        let shown = try target.server.request("POST", target.path + "/orders", #"{"do": "show"}"#)
      else { return false }
      return try StrictJSON.parse(shown.body)["lesson"]?["epochs"]?.intValue == 5 && target.get("/") == 200
    }
  }
#endif
