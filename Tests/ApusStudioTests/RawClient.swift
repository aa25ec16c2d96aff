import Foundation

private func streamSocket() -> Int32 {
  #if os(Linux)
    socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  #else
    socket(AF_INET, SOCK_STREAM, 0)
  #endif
}

/// A connection that sends whatever bytes a test likes.
final class RawClient {
  private let socket: Int32

  init(port: Int) throws {
    socket = streamSocket()
    signal(SIGPIPE, SIG_IGN)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(code: errno) }
    var timeout = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  struct Failure: Error { var code: Int32 }

  deinit { close(socket) }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(socket, $0.baseAddress! + sent, bytes.count - sent) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// What comes next; empty when the other side has closed, or nothing comes for ten seconds.
  func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var count: Int
    // A signal, as of a command that another test has run, interrupts a read with a time limit.
    repeat { count = read(socket, &buffer, buffer.count) } while count < 0 && errno == EINTR
    return count > 0 ? Array(buffer[..<count]) : []
  }

  /// Sends nothing more, and still reads.
  func closeSending() { shutdown(socket, Int32(SHUT_WR)) }

  /// The deinitializer then ends the connection at once, as a process that is killed may.
  func abort() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Linger>.size))
  }
  private typealias Linger = linger

  /// Reads until so many answers have begun, or no more comes.
  func answers(_ count: Int) -> [Int] {
    var text = ""
    while true {
      let statuses = text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
      if statuses.count >= count { return statuses }
      let part = receive()
      guard !part.isEmpty else { return statuses }
      text += String(decoding: part, as: UTF8.self)
    }
  }

  struct Answer {
    var status: Int
    var head: String
    var body: String
  }

  /// Reads one answer with a length.
  func answer() -> Answer? {
    var bytes: [UInt8] = []
    while true {
      let part = receive()
      if part.isEmpty, bytes.isEmpty { return nil }
      bytes += part
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else {
        if part.isEmpty { return nil }
        continue
      }
      let head = String(text[..<end.lowerBound])
      let body = String(text[end.upperBound...])
      let length =
        head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).trimmingPrefix(" ")) } ?? 0
      if body.utf8.count >= length || part.isEmpty {
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, head: head, body: body)
      }
    }
  }
}

extension String {
  fileprivate func range(of other: String) -> Range<String.Index>? { firstRange(of: other) }
}
