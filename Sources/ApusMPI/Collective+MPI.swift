import ApusCore
public import ApusTraining

extension Collective {
  /// The processes that `mpirun`, `mpiexec` or `srun` has started, or `Collective.alone` without them.
  ///
  /// The MPI library is looked for now: the one that the environment variable `APUS_MPI_LIBRARY` names, one that lies beside
  /// the launcher, then what the system finds of the launcher's family (Open MPI: `libmpi.so.40`; MPICH and its relatives:
  /// `libmpi_abi.so.1`, `libmpi.so.12`, `libmpich.so.12`).
  ///
  /// A rank that is lost ends all others, with a message, within seconds (`APUS_MPI_TIMEOUT`, 3.5 s; 0 waits for ever).
  ///
  /// - Throws: when there is no such library, or launcher and library do not belong together.
  public static func mpi() throws -> Collective { try ofLauncher() ?? .alone }

  /// The processes that a launcher has started; nil without a launcher. One process, where it has started one.
  package static func ofLauncher() throws -> Collective? {
    guard let launcher = Launcher({ Environment[$0] }) else { return nil }
    if launcher.count == 1 { return .single(host: CurrentProcess.host) }
    let timeout = try Self.timeout
    return try Collective(hasThread: true) { try MPITransport(launcher, timeout: timeout) }
  }

  private static var timeout: Double {
    get throws {
      guard let text = Environment["APUS_MPI_TIMEOUT"] else { return 3.5 }
      guard let seconds = Double(text), seconds == 0 || (1...86_400).contains(seconds) else {
        throw ApusError(
          "'\(text)' is no timeout", at: "the environment variable APUS_MPI_TIMEOUT",
          expected: "seconds, 1 to 86,400, or 0 to wait for ever")
      }
      return seconds
    }
  }
}
