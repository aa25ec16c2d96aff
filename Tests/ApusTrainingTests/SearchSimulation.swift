import Apus
import Testing

/// Workers on a search, in virtual time: machines that see one server, are killed, and are replaced by others. Trials are
/// functions of their numbers, as in a search.
struct SearchSimulation {
  var workers = 1
  var seed: UInt64 = 0
  /// Seconds for which attributes are kept.
  var age = 60.0
  /// The largest difference of a clock from the server's.
  var skew = 300.0
  /// The part of links whose answer gets lost.
  var lost = 0.0
  /// The machines that lose their power, at some operation; each is replaced.
  var kills = 0
  var lease = 300.0

  let search: SearchConfiguration
  let server = FileServer()

  /// What came of it.
  struct Outcome {
    /// The leaderboards of all workers that came to the end.
    var leaderboards: [String] = []
    var runs: [SearchWorker.Claim] = []
    /// The results that another worker's came before.
    var late = 0
    var kills = 0
    var seconds = 0.0
  }

  init(_ search: SearchConfiguration) { self.search = search }

  /// Twelve trials, one in three of which goes on.
  static var settings: SearchConfiguration {
    get throws {
      var search = SearchConfiguration()
      search.over = try SearchConfiguration.Space(
        StrictJSON.parse(#"{"training.learningRate": {"log": [1e-4, 0.1]}}"#, name: "over"))
      (search.trials, search.halving) = (12, 3)
      return search
    }
  }

  private final class Machine {
    let files: NetworkFiles
    let worker: SearchWorker
    var nextBeat: Double
    var nextStep: Double
    var claim: SearchWorker.Claim?
    var isDone = false

    init(_ files: NetworkFiles, _ worker: SearchWorker, at time: Double) {
      (self.files, self.worker, nextBeat, nextStep) = (files, worker, time, time)
    }

    var next: Double { min(nextBeat, nextStep) }
  }

  static func score(_ number: Int, _ rung: Int) -> Double {
    Philox(seed: 7, path: "score \(rung)").uniform(UInt64(number))
  }

  static func result(_ claim: SearchWorker.Claim, rungs: Int) -> TrialResult {
    let isLast = claim.rung == rungs - 1
    var result = TrialResult(
      number: claim.number, rung: claim.rung,
      status: claim.problem != nil ? .failed : isLast ? .finished : .waiting, folder: claim.folder)
    result.epochs = claim.rung + 1
    result.problem = claim.problem
    if claim.problem == nil { result.scores = [score(claim.number, claim.rung)] }
    return result
  }

  func machine(_ number: Int, operations: Int? = nil) throws -> (NetworkFiles, SearchWorker) {
    let random = Philox(seed: seed, path: "machine \(number)")
    let files = NetworkFiles(
      server, age: age, skew: (random.uniform(0) * 2 - 1) * skew, lost: lost, seed: seed &+ UInt64(number),
      operations: operations)
    let server = server
    return (
      files,
      SearchWorker(
        "s", try TrialBoard(search), lease: lease, name: "worker-\(number)", host: "host\(number)",
        numberSpace: "host\(number)", files: files
      ) { _ in "\(server.time)" }
    )
  }

  func run() throws -> Outcome {
    var outcome = Outcome()
    let random = Philox(seed: seed, path: "simulation")
    var draws: UInt64 = 0
    func draw(_ low: Double, _ high: Double) -> Double {
      draws += 1
      return low + (high - low) * random.uniform(draws)
    }
    var count = 0
    func start(at time: Double) throws -> Machine {
      count += 1
      let dies = outcome.kills < kills
      if dies { outcome.kills += 1 }
      let (files, worker) = try machine(count, operations: dies ? Int(draw(1, 60)) : nil)
      return Machine(files, worker, at: time)
    }
    var machines: [Machine] = []
    for _ in 0..<workers { machines.append(try start(at: draw(0, 20))) }
    let space = try #require(search.over)
    while let position = machines.indices.filter({ !machines[$0].isDone }).min(by: {
      machines[$0].next < machines[$1].next
    }) {
      let machine = machines[position]
      server.time = machine.next
      guard server.time < 1e7 else { throw ApusError("the search comes to no end") }
      do {
        try advance(machine, &outcome, duration: { draw(20, 900) })
      } catch {
        // What a link's lost answer leads to ends a worker; another one is started in its place.
        machines[position] = try start(at: server.time + draw(0, 100))
        continue
      }
      if machine.isDone {
        let report = Search.Report(machine.worker.board, space: space, folder: "s", seconds: 0)
        outcome.leaderboards.append(report.leaderboard)
      }
    }
    outcome.seconds = server.time
    return outcome
  }

  private func advance(_ machine: Machine, _ outcome: inout Outcome, duration: () -> Double) throws {
    let time = server.time
    if machine.nextBeat <= time {
      machine.nextBeat = time + machine.worker.interval
      try machine.worker.beat()
    }
    guard machine.nextStep <= time else { return }
    if let claim = machine.claim {
      machine.claim = nil
      let rungs = machine.worker.board.rungs.count
      if try !machine.worker.publish(Self.result(claim, rungs: rungs)) { outcome.late += 1 }
    }
    switch try machine.worker.next() {
    case .done:
      try machine.worker.end()
      machine.isDone = true
    case .run(let claim):
      machine.claim = claim
      outcome.runs.append(claim)
      machine.nextStep = time + duration()
    case .wait: machine.nextStep = time + 10
    }
  }
}
