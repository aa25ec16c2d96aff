import ApusCore

/// What started this process as one of several: mpirun, mpiexec, srun.
///
/// By what MPI's own launchers set alone. A batch script under SLURM is one process, although variables of SLURM's speak of
/// many tasks.
package struct Launcher {
  package enum Family {
    case openMPI, mpich
    /// PMIx, which several libraries speak.
    case any
  }

  package var family: Family
  /// The number of processes, where the launcher tells it.
  package var count: Int?
  package var rank: Int?
  /// The variable by which it was found.
  package var variable: String

  package init?(_ environment: (String) -> String?) {
    func number(_ name: String) -> Int? { environment(name).flatMap { Int($0) } }
    if let count = number("OMPI_COMM_WORLD_SIZE") {
      self = Launcher(.openMPI, count, number("OMPI_COMM_WORLD_RANK"), "OMPI_COMM_WORLD_SIZE")
    } else if let count = number("PMI_SIZE") {
      self = Launcher(.mpich, count, number("PMI_RANK"), "PMI_SIZE")
    } else if let rank = number("PMI_RANK") {
      self = Launcher(.mpich, nil, rank, "PMI_RANK")
    } else if let rank = number("PMIX_RANK") {
      self = Launcher(.any, number("SLURM_STEP_NUM_TASKS"), rank, "PMIX_RANK")
    } else {
      return nil
    }
  }

  private init(_ family: Family, _ count: Int?, _ rank: Int?, _ variable: String) {
    (self.family, self.count, self.rank, self.variable) = (family, count, rank, variable)
  }

  /// The libraries to try, in this order: beside the launcher, and then where the system looks.
  ///
  /// - Parameter program: the path of the program that started this one.
  package func libraries(startedBy program: String?) -> [String] {
    let openMPI = ["libmpi.so.40", "libmpi.40.dylib"]
    let mpich = [
      "libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi.so.12", "libmpich.so.12", "libmpi_abi.1.dylib",
      "libmpi.12.dylib",
    ]
    let names =
      switch family {
      case .openMPI: openMPI
      case .mpich: mpich
      case .any: openMPI + mpich
      }
    guard let program else { return names }
    let folders = program.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    let beside = folders.joined(separator: "/")
    return ["lib", "lib64"].flatMap { folder in names.map { "\(beside)/\(folder)/\($0)" } } + names
  }
}
