import Foundation
import Testing

/// The command around the page; Tests/Browser has the rest.
@Suite struct PlaygroundTests {
  /// - Returns: the command's result, and what the desktop was asked to open.
  private func run(_ arguments: String...) throws -> (result: Command.Result, opened: String?) {
    let command = try Command()
    // Programs in the place of the desktop's write down what they are to open.
    for name in ["xdg-open", "open"] {
      try command.write("bin/\(name)", "#!/bin/sh\nprintf %s \"$1\" > '\(command.folder.path)/opened'\n")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: command.folder.appending(path: "bin/\(name)").path)
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let running = try command.start(
      ["playground", "--port", "0"] + arguments,
      environment: ["PATH": "\(command.folder.path)/bin:\(path)", "DISPLAY": ":0"])
    let end = Date().addingTimeInterval(20)
    func isReady() throws -> Bool {
      try running.output.contains("\n") && (!arguments.contains("--open") || command.exists("opened"))
    }
    while running.isRunning, Date() < end, try !isReady() { Thread.sleep(forTimeInterval: 0.01) }
    running.send(SIGINT)
    return (try running.wait(), try? command.text("opened"))
  }

  @Test func printsTheAddressAndOpensIt() throws {
    let (result, opened) = try run("--open")
    #expect(result.out.hasPrefix("http://127.0.0.1:") && result.out.contains("/#token="))
    #expect(opened.map { $0 + "\n" } == result.out)
    #expect(result.code == 0)
  }

  /// Where nobody sits at the terminal.
  @Test func opensNothingForAFile() throws {
    let (result, opened) = try run()
    #expect(result.out.hasPrefix("http://127.0.0.1:"))
    #expect(opened == nil)
  }
}
