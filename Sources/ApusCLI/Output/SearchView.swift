#if Command
  import Apus

  /// The lines of a search on standard error, while it goes on.
  struct SearchView: Sendable {
    private let search: Apus.Search.Run
    /// A Boolean value that indicates whether the trials of other workers are shown too.
    private let tellsOthers: Bool

    init(_ search: Apus.Search.Run, tellsOthers: Bool) {
      (self.search, self.tellsOthers) = (search, tellsOthers)
      let done = search.trials.count { Self.isDone($0) }
      if done > 0 { Output.tell(["\(search.folder): \(done) of \(search.trials.count) trials are done"]) }
    }

    func tell(_ event: Apus.Search.Event) {
      switch event {
      case .trial(let trial): tell(trial, worker: nil)
      case .other(let trial, let worker): if tellsOthers { tell(trial, worker: worker) }
      case .takenOver(let trial, let worker):
        Output.tell(["trial \(trial): taken over from \(worker), which is lost"])
      case .late(let trial): Output.tell(["trial \(trial): another worker was first, with the same result"])
      case .waiting(let holders):
        let shown = holders.prefix(4).map { "\($0.trial) (\($0.worker))" }.joined(separator: ", ")
        let rest = holders.count > 4 ? " and \(holders.count - 4) more" : ""
        Output.tell(["waiting for others' trials: \(shown)\(rest)"])
      }
    }

    private func tell(_ trial: Apus.Search.Trial, worker: String?) {
      let place = worker.map { ", by \($0)" } ?? ""
      switch trial.status {
      case .running: break
      case .failed: Output.tell(["trial \(trial.number) failed: \(trial.problem ?? "")\(place)"])
      case .waiting, .stopped, .finished:
        guard let score = trial.score else { break }
        let done = search.trials.count { Self.isDone($0) }
        Output.tell([
          "trial \(trial.number): \(search.metric) \(shortFigure(score)) after "
            + (trial.steps.map { counted($0, "step") } ?? counted(trial.epochs, "epoch")) + place
            + " (\(done) of \(search.trials.count) done)"
        ])
      }
    }

    private static func isDone(_ trial: Apus.Search.Trial) -> Bool {
      trial.status != .waiting && trial.status != .running
    }
  }
#endif
