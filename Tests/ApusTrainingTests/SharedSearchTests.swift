import Apus
import Synchronization
import Testing

/// How workers agree, on a file server as bad as NFS may be.
@Suite struct SharedSearchTests {
  private func leaderboard() throws -> String {
    var alone = SearchSimulation(try SearchSimulation.settings)
    (alone.age, alone.skew) = (0, 0)
    let outcome = try alone.run()
    #expect(outcome.leaderboards.count == 1 && outcome.runs.count == 12 + 4 + 2 && outcome.late == 0)
    return outcome.leaderboards[0]
  }

  /// The same leaderboard for any number of workers, whoever is killed, whatever is old and whoever's answers get lost.
  @Test(arguments: [1, 3, 8], [0, 6, 40])
  func theSameLeaderboard(workers: Int, kills: Int) throws {
    let expected = try leaderboard()
    for seed in 0..<12 {
      var simulation = SearchSimulation(try SearchSimulation.settings)
      (simulation.workers, simulation.kills, simulation.seed) = (workers, kills, UInt64(seed))
      simulation.lost = seed % 2 == 0 ? 0 : 0.2
      let outcome = try simulation.run()
      #expect(outcome.leaderboards.count == workers)
      #expect(outcome.leaderboards.allSatisfy { $0 == expected }, "seed \(seed)")
    }
  }

  /// Attributes that are a minute old and clocks that differ by minutes make nobody look dead.
  @Test(arguments: [2, 8])
  func whoIsAliveIsLeftAlone(workers: Int) throws {
    for seed in 0..<12 {
      var simulation = SearchSimulation(try SearchSimulation.settings)
      (simulation.workers, simulation.seed) = (workers, UInt64(seed))
      let outcome = try simulation.run()
      #expect(outcome.runs.allSatisfy { $0.predecessor == nil } && outcome.late == 0)
      #expect(outcome.runs.count == 18, "seed \(seed): each trial is run once at each rung")
    }
  }

  /// A worker may end between any two of its operations: another one comes to the same.
  @Test func crashesBetweenAnyTwoSteps() throws {
    let expected = try leaderboard()
    let settings = try SearchSimulation.settings
    let space = try #require(settings.over)
    // As many as a worker alone needs.
    let whole = SearchSimulation(settings)
    let (files, worker) = try whole.machine(0, operations: 100_000)
    #expect(try Self.finish(worker, whole.server))
    let operations = try 100_000 - #require(files.left)
    #expect(operations > 100)
    for moment in 0..<operations {
      let simulation = SearchSimulation(settings)
      let (files, first) = try simulation.machine(1, operations: moment)
      #expect(message { _ = try Self.finish(first, simulation.server) }.contains("power"))
      #expect(!files.hasPower)
      let (_, second) = try simulation.machine(2)
      #expect(try Self.finish(second, simulation.server))
      let report = Search.Report(second.board, space: space, folder: "s", seconds: 0)
      #expect(report.leaderboard == expected, "after \(moment) operations")
      let results = simulation.server.state.withLock { $0.links.filter { $0.hasPrefix("s/results/") } }
      #expect(results.count == 18 && Set(results).count == 18)
      #expect(simulation.server.time < 1000, "one lease is waited for, and not several")
    }
  }

  /// Works until all is done; a trial takes no time.
  private static func finish(_ worker: SearchWorker, _ server: FileServer) throws -> Bool {
    var beat = server.time
    for _ in 0..<10_000 {
      if server.time >= beat {
        try worker.beat()
        beat = server.time + worker.interval
      }
      switch try worker.next() {
      case .done:
        try worker.end()
        return true
      case .run(let claim):
        _ = try worker.publish(SearchSimulation.result(claim, rungs: worker.board.rungs.count))
      case .wait: server.time += 2
      }
    }
    return false
  }

  private func run(_ step: SearchWorker.Step) throws -> SearchWorker.Claim {
    guard case .run(let claim) = step else { throw ApusError("no trial was taken: \(step)") }
    return claim
  }

  /// A worker that stands still is taken over from, in another folder; when it goes on, its result is dropped.
  @Test func whoStandsStillComesTooLate() throws {
    let simulation = SearchSimulation(try SearchSimulation.settings)
    let (_, slow) = try simulation.machine(1)
    try slow.beat()
    let claim = try run(slow.next())
    #expect(claim.number == 1 && claim.folder == "1")
    let (_, quick) = try simulation.machine(2)
    var taken: SearchWorker.Claim?
    try quick.beat()
    while taken == nil {
      simulation.server.time += 10
      try quick.beat()
      guard case .run(let next) = try quick.next() else { continue }
      if next.number == 1 {
        taken = next
      } else {
        #expect(try quick.publish(SearchSimulation.result(next, rungs: 3)))
      }
    }
    #expect(simulation.server.time > 300 && simulation.server.time < 450)
    #expect(taken?.folder == "1-1-2" && taken?.sources == ["1"])
    #expect(taken?.predecessor?.contains("host1") == true)
    #expect(try quick.publish(SearchSimulation.result(#require(taken), rungs: 3)))
    #expect(try !slow.publish(SearchSimulation.result(claim, rungs: 3)))
    #expect(quick.board.rung == 1 && quick.board.folder(of: 1) == "1-1-2")
  }

  /// An observer that stood still itself takes nobody's silence for it.
  @Test func anObserversOwnPauseIsNoSilence() throws {
    var simulation = SearchSimulation(try SearchSimulation.settings)
    simulation.age = 0
    let (_, first) = try simulation.machine(1)
    try first.beat()
    _ = try run(first.next())
    let (_, second) = try simulation.machine(2)
    try second.beat()
    for number in 2...12 {
      #expect(try second.publish(SearchSimulation.result(run(second.next()), rungs: 3)), "\(number)")
    }
    guard case .wait(let holders) = try second.next() else { throw ApusError("nobody has trial 1") }
    #expect(holders.map(\.trial) == [1] && holders[0].worker.contains("host1"))
    // The server was away for an hour, for both.
    simulation.server.time += 3600
    guard case .wait = try second.next() else { throw ApusError("trial 1 was taken over") }
    try first.beat()
    simulation.server.time += 250
    guard case .wait = try second.next() else { throw ApusError("trial 1 was taken over") }
  }

  /// What is given back is taken at once, in the folder where its run is.
  @Test func aGivenBackTrialIsTakenAtOnce() throws {
    var simulation = SearchSimulation(try SearchSimulation.settings)
    simulation.age = 0
    let (_, first) = try simulation.machine(1)
    try first.beat()
    #expect(try run(first.next()).number == 1)
    try first.end()
    let (_, second) = try simulation.machine(2)
    try second.beat()
    let claim = try run(second.next())
    #expect(claim.number == 1 && claim.folder == "1" && claim.predecessor == nil && claim.problem == nil)
  }

  /// A trial during which worker after worker is lost is left out, unless it gets further.
  @Test(arguments: [false, true])
  func whatTakesWorkersDownIsLeftOut(isFurther: Bool) throws {
    let server = FileServer()
    func worker(_ number: Int, isGone: Bool) throws -> SearchWorker {
      // No process has such a number.
      let process = isGone ? 2_000_000_000 + number : Int(Files.process)
      return SearchWorker(
        "s", try TrialBoard(SearchSimulation.settings), lease: 300, name: "worker-\(number)",
        process: process, files: NetworkFiles(server, age: 0)
      ) { _ in isFurther ? "\(number)" : "" }
    }
    for number in 1...3 {
      let lost = try worker(number, isGone: true)
      try lost.beat()
      let claim = try run(lost.next())
      #expect(claim.number == 1 && claim.folder == "1" && claim.problem == nil)
      #expect((claim.predecessor != nil) == (number > 1))
    }
    let last = try worker(4, isGone: false)
    try last.beat()
    let claim = try run(last.next())
    #expect(claim.number == 1)
    #expect(claim.problem == (isFurther ? nil : "the process ended during it, 3 times in a row"))
  }

  /// Of many that publish at once, one succeeds; whoever is told nothing finds its own bytes.
  @Test func onePublicationCounts() throws {
    for seed in 0..<50 {
      let server = FileServer()
      var winners: [Int] = []
      for number in 0..<10 {
        let files = NetworkFiles(server, age: 0, lost: 0.3, seed: UInt64(seed * 10 + number))
        let isOurs = try? files.publish([UInt8(number)], as: "s/file", by: "s/\(number).tmp")
        if isOurs == true { winners.append(number) }
      }
      let found = server.state.withLock { $0.files }
      #expect(found.keys.sorted() == ["s/file"], "no temporary file is left")
      #expect(winners.map { [UInt8($0)] } == [found["s/file"]], "seed \(seed)")
    }
  }
}
