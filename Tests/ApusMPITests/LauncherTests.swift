import ApusCore
import ApusMPI
import ApusTraining
import Testing

/// What the environment says of a launcher, and which libraries are then looked for. Jobs with launchers are started by
/// `Tests/Scripts/mpi.sh`.
@Suite struct LauncherTests {
  private func launcher(_ environment: [String: String]) -> Launcher? { Launcher { environment[$0] } }

  @Test func launchersAreFoundByTheirVariables() throws {
    let open = try #require(
      launcher(["OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "3", "PMIX_RANK": "3"]))
    #expect(open.family == .openMPI && open.count == 8 && open.rank == 3)
    let mpich = try #require(launcher(["PMI_SIZE": "4", "PMI_RANK": "0"]))
    #expect(mpich.family == .mpich && mpich.count == 4 && mpich.rank == 0)
    let slurm = try #require(launcher(["PMIX_RANK": "2", "SLURM_STEP_NUM_TASKS": "16"]))
    #expect(slurm.family == .any && slurm.count == 16 && slurm.rank == 2)
  }

  /// A batch script is one process, of however many tasks its job is.
  @Test func variablesOfABatchSystemAreNoLauncher() {
    #expect(launcher(["SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "8"]) == nil)
    #expect(launcher([:]) == nil)
  }

  @Test func theLauncherSOwnLibraryIsTriedFirst() throws {
    let open = try #require(launcher(["OMPI_COMM_WORLD_SIZE": "2"]))
    let paths = open.libraries(startedBy: "/opt/openmpi-5/bin/prterun")
    #expect(paths.first == "/opt/openmpi-5/lib/libmpi.so.40" && paths.contains("libmpi.so.40"))
    #expect(!paths.contains { $0.contains("mpich") })
    #expect(open.libraries(startedBy: nil).first == "libmpi.so.40")
    let mpich = try #require(launcher(["PMI_SIZE": "2"]))
    #expect(!mpich.libraries(startedBy: nil).contains("libmpi.so.40"))
    #expect(mpich.libraries(startedBy: "/usr/bin/hydra_pmi_proxy").contains("libmpich.so.12"))
  }

  /// These tests are started by no launcher.
  @Test(.enabled(if: Launcher({ Environment[$0] }) == nil))
  func withoutALauncherThereIsOneProcess() throws {
    let collective = try Collective.mpi()
    #expect(collective.count == 1 && collective.rank == 0)
    #expect(try Collective.ofLauncher() == nil)
  }
}
