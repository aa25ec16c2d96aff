package import ApusCore
import Synchronization

/// One of the processes that work on a search, in its folder: which trial is next, who has which, and what came of them.
///
/// There is no coordinator: each worker reads the results that are there, knows from them alone which trials are due, takes
/// one that nobody has, and leaves its result. A worker may end between any two of its steps; another one goes on from there.
package final class SearchWorker: Sendable {
  /// A trial that this worker has taken, at a rung.
  package struct Claim: Sendable, Equatable {
    /// The trial, from 1.
    package let number: Int
    package let rung: Int
    /// The folder for its run, in `trials`.
    package let folder: String
    /// The folders of runs of the trial that others may still be writing to, and that it goes on from.
    package let sources: [String]
    /// The worker that had it and was lost, and why it counts as lost; nil where nobody was.
    package let predecessor: String?
    /// Why it isn't run: workers were lost during it again and again.
    package let problem: String?
  }

  package enum Step: Sendable {
    case run(Claim)
    /// Others have what is due: the trials, with their workers.
    case wait([(trial: Int, worker: String)])
    /// All trials have their results.
    case done
  }

  /// Workers lost in a row during one trial, none of which got any further, after which it is left out.
  package static let mostAttempts = 3

  private struct State: Sendable {
    var board: TrialBoard
    /// The leases that are known, by their files' names.
    var leases: [String: TrialLease] = [:]
    /// The newest generation that is known, by trial and rung.
    var generations: [Place: Int] = [:]
    var running: Set<Int> = []
    var claims = 0
    /// Results of others that nobody has been told of.
    var news: [TrialResult] = []
  }

  private struct Place: Hashable, Sendable {
    let number: Int
    let rung: Int
  }

  private struct Pulse: Sendable {
    var heartbeat: WorkerWatch.Beat
    var watch: WorkerWatch
  }

  package let name: String
  private let folder: SearchFolder
  private let files: any SharedFiles
  private let progress: @Sendable (_ folders: [String]) -> String
  private let state: Mutex<State>
  private let pulse: Mutex<Pulse>

  /// - Parameters:
  ///   - folder: the search's, with its folders made.
  ///   - board: the search's trials.
  ///   - lease: seconds without a heartbeat after which a worker is lost.
  ///   - name: no other worker's.
  ///   - numberSpace: what numbers the process.
  ///   - progress: a text that changes when the runs in some folders, in `trials`, get further.
  package init(
    _ folder: String, _ board: TrialBoard, lease: Double, name: String,
    host: String = CurrentProcess.host, process: Int = Int(Files.process),
    numberSpace: String? = CurrentProcess.numberSpace, files: any SharedFiles = MountedFiles(),
    progress: @escaping @Sendable (_ folders: [String]) -> String
  ) {
    (self.folder, self.files, self.name) = (SearchFolder(path: folder), files, name)
    self.progress = progress
    state = Mutex(State(board: board))
    pulse = Mutex(
      Pulse(
        heartbeat: WorkerWatch.Beat(host: host, process: process, numberSpace: numberSpace),
        watch: WorkerWatch(lease: lease)))
  }

  /// The host and the process, with a number that makes the name this worker's alone.
  package static func uniqueName() -> String {
    let host = CurrentProcess.host.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return "\(String(host))-\(Files.process)-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
  }

  package var board: TrialBoard { state.withLock { $0.board } }

  /// Results of others that this worker has read since it was asked last.
  package func news() -> [TrialResult] {
    state.withLock { state in
      defer { state.news = [] }
      return state.news
    }
  }

  // MARK: Heartbeats

  /// Seconds from one heartbeat to the next.
  package var interval: Double { pulse.withLock { $0.watch.interval } }

  /// Shows that this worker is there. To be called first, and then once in each ``interval``.
  ///
  /// - Throws: when the file cannot be written.
  package func beat() throws(ApusError) {
    let (bytes, others) = pulse.withLock { pulse in
      pulse.heartbeat.count += 1
      return (pulse.heartbeat.bytes, pulse.watch.names)
    }
    for other in others { try look(at: other) }
    try files.replace(folder.heartbeat(of: name), with: bytes, by: folder.temporary(of: name, "beat"))
  }

  /// Gives back what this worker has: it writes nothing more.
  package func end() throws(ApusError) {
    let bytes = pulse.withLock { pulse in
      pulse.heartbeat.count += 1
      pulse.heartbeat.hasEnded = true
      return pulse.heartbeat.bytes
    }
    try files.replace(folder.heartbeat(of: name), with: bytes, by: folder.temporary(of: name, "beat"))
  }

  private func look(at worker: String) throws(ApusError) {
    let bytes = try files.read(folder.heartbeat(of: worker))
    let now = files.seconds
    pulse.withLock { $0.watch.look(at: worker, bytes, now: now) }
  }

  // MARK: Trials

  /// Reads what others have done since, and takes a trial.
  package func next() throws(ApusError) -> Step {
    try state.withLock { (state) throws(ApusError) in
      try refresh(&state)
      for name in try files.names(in: folder.workers) {
        guard let found = SearchFolder.lease(named: name) else { continue }
        let place = Place(number: found.number, rung: found.rung)
        state.generations[place] = max(state.generations[place] ?? 0, found.generation)
      }
      while !state.board.isComplete {
        let rung = state.board.rung
        var holders: [(trial: Int, worker: String)] = []
        // A result that is found on the way may begin another rung.
        for number in state.board.due where state.board.rung == rung && !state.running.contains(number) {
          switch try claim(number, &state) {
          case .taken(let claim):
            state.running.insert(number)
            return .run(claim)
          case .others(let holder): if let holder { holders.append((number, holder)) }
          case .isDone: break
          }
        }
        if state.board.rung == rung { return .wait(holders) }
      }
      return .done
    }
  }

  private enum Attempt {
    case taken(Claim)
    /// Somebody has it: who, where that is known.
    case others(String?)
    case isDone
  }

  private func claim(_ number: Int, _ state: inout State) throws(ApusError) -> Attempt {
    let rung = state.board.rung
    let place = Place(number: number, rung: rung)
    let generation = state.generations[place] ?? 0
    var previous: (lease: TrialLease, condition: WorkerWatch.Condition)?
    if generation > 0 {
      guard let lease = try self.lease(place, generation, &state) else { return .others(nil) }
      if lease.worker == name {
        // Linked without knowing: the answer got lost.
        return .taken(claim(place, lease, predecessor: nil, sources: lease.folders.dropLast()))
      }
      try look(at: lease.worker)
      let (condition, holder) = pulse.withLock {
        ($0.watch.condition(of: lease.worker), $0.watch.description(of: lease.worker))
      }
      guard condition != .alive else { return .others(holder) }
      previous = (lease, condition)
      // It may have come to its end before it was lost.
      if try read(number, rung: rung, &state) { return .isDone }
    }

    var folders = previous?.lease.folders ?? [state.board.folder(of: number) ?? "\(number)"]
    // Who stands still may go on later, in the folder that it has.
    if previous?.condition == .silent { folders.append("\(number)-\(rung + 1)-\(generation + 1)") }
    let found = progress(folders)
    var attempts = 1
    if let (lease, condition) = previous {
      attempts = condition == .ended ? lease.attempts : lease.progress == found ? lease.attempts + 1 : 1
    }
    state.claims += 1
    let lease = TrialLease(
      worker: name, claim: state.claims, folders: folders, attempts: attempts, progress: found)
    let file = SearchFolder.leaseName(number, rung: rung, generation: generation + 1)
    let isOurs = try files.publish(
      lease.bytes, as: "\(folder.workers)/\(file)", by: folder.temporary(of: name, "\(state.claims)"))
    state.generations[place] = generation + 1
    guard isOurs else { return .others(nil) }
    state.leases[file] = lease
    let holder = previous.flatMap { previous in
      previous.condition == .ended
        ? nil : pulse.withLock { $0.watch.description(of: previous.lease.worker) }
    }
    return .taken(claim(place, lease, predecessor: holder, sources: folders.dropLast()))
  }

  private func claim(
    _ place: Place, _ lease: TrialLease, predecessor: String?, sources: ArraySlice<String>
  ) -> Claim {
    Claim(
      number: place.number, rung: place.rung, folder: lease.folder, sources: Array(sources),
      predecessor: predecessor,
      problem: lease.attempts > Self.mostAttempts
        ? "the process ended during it, \(Self.mostAttempts) times in a row" : nil)
  }

  private func lease(_ place: Place, _ generation: Int, _ state: inout State) throws(ApusError)
    -> TrialLease?
  {
    let name = SearchFolder.leaseName(place.number, rung: place.rung, generation: generation)
    if let known = state.leases[name] { return known }
    let bytes = try files.read("\(folder.workers)/\(name)")
    state.leases[name] = bytes.flatMap { TrialLease($0) }
    return state.leases[name]
  }

  /// Leaves a trial's result, unless another worker has left one.
  ///
  /// - Returns: whether it is this worker's that counts.
  package func publish(_ result: TrialResult) throws(ApusError) -> Bool {
    var result = result
    result.worker = pulse.withLock { $0.heartbeat.description }
    let use = "\(result.number)-\(result.rung + 1)"
    let path = "\(folder.results)/\(SearchFolder.resultName(result.number, rung: result.rung))"
    let isFirst = try files.publish(
      Array((result.json.text(indents: true) + "\n").utf8), as: path,
      by: folder.temporary(of: name, use), survivesPowerFailure: true)
    // As everybody reads it.
    if isFirst { result = try TrialResult(result.json, at: path) }
    try state.withLock { (state) throws(ApusError) in
      state.running.remove(result.number)
      if isFirst {
        state.board.add(result)
      } else {
        _ = try read(result.number, rung: result.rung, &state)
      }
    }
    return isFirst
  }

  /// Reads what others have done since.
  func refresh() throws(ApusError) {
    try state.withLock { (state) throws(ApusError) in try refresh(&state) }
  }

  private func refresh(_ state: inout State) throws(ApusError) {
    for name in try files.names(in: folder.results) {
      guard let (number, rung) = SearchFolder.result(named: name), rung < state.board.rungs.count,
        !state.board.has(number, rung: rung)
      else { continue }
      _ = try read(number, rung: rung, &state)
    }
  }

  /// Reads a result.
  ///
  /// - Returns: whether there is one.
  private func read(_ number: Int, rung: Int, _ state: inout State) throws(ApusError) -> Bool {
    let path = "\(folder.results)/\(SearchFolder.resultName(number, rung: rung))"
    guard let bytes = try files.read(path) else { return false }
    let result = try TrialResult(
      StrictJSON.parse(String(decoding: bytes, as: UTF8.self), name: path), at: path)
    if state.board.add(result) { state.news.append(result) }
    return true
  }
}
