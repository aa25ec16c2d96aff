import Apus
import Foundation
import Testing

/// The doctor finds what is wrong, and only what is wrong.
///
/// The whole grid, 20 seeds from the given one × 3 sizes, and its figures:
///
///     APUS_FULL_GRID=1 swift test -c release --filter DoctorTests
@Suite struct DoctorTests {
  /// The first of the seeds; nil for the short grid.
  private static let first = ProcessInfo.processInfo.environment["APUS_FULL_GRID"].map { UInt64($0) ?? 1 }
  private static var isFull: Bool { first != nil }

  private static func seeds(short count: UInt64) -> ClosedRange<UInt64> {
    first.map { $0...($0 + 19) } ?? 1...count
  }

  @Test(arguments: Illness.all)
  func findsIllnesses(_ illness: Illness) throws {
    let seeds = Self.seeds(short: 2)
    var found = 0
    var all = 0
    for size in 0..<3 {
      for seed in seeds {
        found += try illness.isFound(seed: seed, size: size) ? 1 : 0
        all += 1
      }
    }
    if Self.isFull { print("grid: \(illness.name): found \(found) of \(all)") }
    #expect(Double(found) >= 0.95 * Double(all), "\(illness.name): \(found) of \(all)")
  }

  /// Runs as `apus train` would choose them: on each set at most one of twenty has a false alarm.
  @Test(arguments: ["iris", "fish", "digits", "moons", "blobs"])
  func leavesTheHealthyAlone(_ set: String) throws {
    let seeds = Self.seeds(short: 4)
    var alarms: [String] = []
    var ill = 0
    for seed in seeds {
      var configuration = RunConfiguration()
      configuration.data.source = set
      configuration.training.seed = seed
      if set == "digits" {
        configuration.training.epochs = Self.isFull ? nil : 4
        configuration.model.hidden = Self.isFull ? nil : [64]
      }
      let raised = try Doctor.examine(ExaminedModel(configuration)).filter { $0.level != .ok }
      ill += raised.isEmpty ? 0 : 1
      alarms += raised.map {
        "seed \(seed): \($0.name) \($0.result.figure), expected \($0.result.expected)"
      }
    }
    if Self.isFull { print("grid: healthy \(set): \(ill) of \(seeds.count) with an alarm: \(alarms)") }
    #expect(Double(ill) <= 0.05 * Double(seeds.count), "\(alarms)")
  }

  @Test func saysEverythingOfEachFinding() throws {
    let checks = Doctor.examine(try Illness.examined(1, 0, rate: 1e-7))
    #expect(checks.count >= 15)
    for check in checks {
      #expect(check.why.hasSuffix("."), "\(check.name)")
      #expect(!check.result.figure.isEmpty && !check.result.expected.isEmpty, "\(check.name)")
      #expect((check.level == .ok) == (check.result.fix == nil), "\(check.name)")
    }
    let names = Examinations.table.map { $0.name }
    #expect(Set(names).count == names.count)
    #expect(checks.map(\.name) == names.filter { name in checks.contains { $0.name == name } })
  }

  @Test func namesTheLayerOfAValueThatIsNotFinite() throws {
    let examined = try Illness.examined(
      1, 0, data: try Illness.data(1, 80, scale: 1e30)
    ) { width in
      Dense(width, initializer: .normal(1e6))
      ReLU()
      Dense(2, initializer: .normal(1e6))
    }
    let bad = Doctor.examine(examined).filter { $0.level == .bad }
    #expect(
      bad.contains {
        $0.result.figure.contains("layer 2 (dense)") || $0.result.figure.contains("layer 0 (dense)")
      })
  }

  @Test func nanInTheRowsIsNamedByRowAndFeature() throws {
    var features = try Illness.data(1, 80).features
    for row in 0..<80 { features[row * 5 + 3] = .nan }
    let data = try TableDataset(
      features: features, inputShape: [5], labels: (0..<80).map { $0 % 2 }, names: ["no", "yes"])
    let check = try #require(
      Doctor.examine(try Illness.examined(1, 0, data: data)).first { $0.name == "initial loss" })
    #expect(check.level == .bad)
    #expect(check.result.figure.contains("in feature 4"), "\(check.result.figure)")
  }

  /// What is examined stays as it is, bit by bit, and so does what training makes of it.
  @Test func changesNothing() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.training.epochs = 3
    configuration.training.seed = 7
    let alone = try RunPlan(configuration, folder: folder.path("alone"))
    _ = try alone.run()
    var examined = try RunPlan(configuration, folder: folder.path("examined"))
    #expect(!examined.examine().isEmpty)
    let result = try examined.run()
    #expect(!result.firstFindings.isEmpty && !result.outcomeFindings.isEmpty)
    #expect(try folder.bytes("alone/model.safetensors") == folder.bytes("examined/model.safetensors"))
    let model = examined.model.bits
    _ = Doctor.examine(try ExaminedModel(configuration))
    #expect(examined.model.bits == model)
  }

  /// The same findings, figure by figure, with any number of threads.
  @Test func isReproducible() throws {
    var configuration = RunConfiguration()
    configuration.data.source = "moons"
    configuration.training.epochs = 3
    let checks = try [1, 2, 3].map { Doctor.examine(try ExaminedModel(configuration, threads: $0)) }
    #expect(checks[0] == checks[1] && checks[1] == checks[2])
  }

  /// An activation of a user's own is examined as those of the table are.
  @Test func examinesActivationsOfOnesOwn() throws {
    let examined = try Illness.examined(1, 0) { width in
      Dense(width)
      NeverActive()
      Dense(2)
    }
    let check = try #require(
      Doctor.examine(examined).first { $0.name == "dead, saturated" })
    #expect(
      check.level == .bad && check.result.figure.contains("8 of 8 dead"), "\(check.result.figure)")
  }

  @Test func suggestsARateThatWorks() throws {
    let check = try #require(
      Doctor.examine(
        try Illness.examined(1, 2, rate: 1e-7), Examinations.table.filter { $0.name == "learning rate" }
      ).first)
    let text = try #require(check.result.fix?.split(separator: " ").last)
    let rate = try #require(Double(text))
    #expect((1e-3...1).contains(rate), "\(rate)")
    let again = Doctor.examine(
      try Illness.examined(1, 2, rate: rate), Examinations.table.filter { $0.name == "learning rate" })
    #expect(again.first?.level == .ok)
  }
}

/// 0 wherever a network's values are.
private struct NeverActive: Activation {
  static let name = "neverActive"
  static let formula = "y = max(x − 5, 0)"
  func callAsFunction(_ x: Tensor) -> Tensor { ((x - 5) * 1).relu() * 0.5 + (x - 5).relu() * 0.5 }
}
