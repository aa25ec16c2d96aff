import ApusCore
import CMPI

/// The calls of the MPI library, for the one thread that makes them.
enum MPILibrary {
  /// Loads the library of a launcher, and starts it.
  ///
  /// - Returns: this process' rank, and the number of processes.
  static func start(_ launcher: Launcher) throws -> (rank: Int, count: Int) {
    let path = try open(launcher)
    var rank: Int32 = 0
    var count: Int32 = 0
    try call { apus_mpi_start(&rank, &count, $0) }
    if count == 1, launcher.count != 1 {
      let version = version
      try? finish()
      let started = launcher.count.map { "\($0) processes" } ?? "several processes"
      throw ApusError(
        "the launcher has started \(started) (\(launcher.variable)), but \(path) (\(version)) sees one",
        expected: "a launcher and a library of one MPI installation",
        fix: "start with the mpirun of that library, or name the launcher's library in APUS_MPI_LIBRARY")
    }
    return (Int(rank), Int(count))
  }

  private static func open(_ launcher: Launcher) throws -> String {
    if let path = Environment["APUS_MPI_LIBRARY"] {
      do { try call { apus_mpi_open(path, $0) } } catch {
        throw ApusError(
          error.problem, at: "the environment variable APUS_MPI_LIBRARY",
          expected: "the path or name of an MPI library, as libmpi.so.40")
      }
      return path
    }
    let paths = launcher.libraries(startedBy: CurrentProcess.parentProgram)
    for path in paths where (try? call { apus_mpi_open(path, $0) }) != nil { return path }
    let names = paths.filter { !$0.contains("/") && $0.contains(".so") }
    throw ApusError(
      "started by MPI (\(launcher.variable)), but no MPI library is found",
      expected: names.joined(separator: ", "),
      fix: "name the launcher's library in the environment variable APUS_MPI_LIBRARY")
  }

  static var version: String {
    (try? text { message in
      apus_mpi_version(message)
      return 0
    }) ?? ""
  }

  static func finish() throws(ApusError) { try call { apus_mpi_finish($0) } }

  /// Makes a call; what it says when it fails is the error.
  static func call(_ body: (UnsafeMutablePointer<CChar>) -> Int32) throws(ApusError) {
    _ = try text(body)
  }

  private static func text(_ body: (UnsafeMutablePointer<CChar>) -> Int32) throws(ApusError) -> String {
    var failed = false
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(APUS_MPI_MESSAGE_SIZE)) {
      message in
      message[0] = 0
      failed = body(message.baseAddress!) != 0
      return String(cString: message.baseAddress!)
    }
    if failed { throw ApusError(text, at: "MPI") }
    return text
  }
}
