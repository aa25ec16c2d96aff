import Apus

/// The rates of a run of 1,000 steps: up for 100, then down to 0 along a cosine.
func warmedCosine() -> [Double] {
  let schedule = Warmup(over: .steps(100)).then(.cosine())
  let run = RunLength(steps: 1000, stepsPerEpoch: 50)
  return (0..<1000).map { schedule.rate(step: $0, base: 0.01, run: run) }
}
