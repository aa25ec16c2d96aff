import Apus
import Foundation
import Testing

/// The articles of the documentation: each example is a compiled function that is run here, each configuration is one,
/// each flag is known, each table is what the package has.
@Suite struct ArticleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let folder = root.appendingPathComponent("Sources/Apus/Apus.docc")

  private static func text(_ article: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent("\(article).md"), encoding: .utf8)
  }

  private static func blocks(_ language: String, in article: String) throws -> [String] {
    try text(article).components(separatedBy: "```\(language)\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
  }

  static let articles: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".md") }.map { String($0.dropLast(3)) }.sorted()
  }()

  /// A Swift example: its article, its file in `Documented/`, and what holds for it.
  struct Example: Sendable, CustomTestStringConvertible {
    let article, file: String
    let check: @Sendable () throws -> Void
    var testDescription: String { article }
  }

  static let examples = [
    Example(article: "GettingStarted", file: "TenLines") {
      let folder = try TemporaryFolder()
      let found = try tenLines(in: folder.path)
      #expect(found.accuracy > 0.95)
      let label = try #require(found.first.label)
      #expect(found.first.probability(of: label) ?? 0 > 0.5)
      #expect(found.first.description.hasPrefix("\(label) (0.") || found.first.description == "\(label) (1)")
    },
    Example(article: "TensorsAndGradients", file: "TensorBasics") {
      let line = try fittedLine()
      #expect(abs(line.slope - 2) < 1e-3 && abs(line.intercept - 1) < 2e-3, "\(line)")
      #expect(line.text == "[[0.5,   1],\n [1.5,   2]]  float32[2, 2]")
    },
    Example(article: "ModelsAsValues", file: "ModelValues") {
      let (outputs, text) = try averagedModels()
      #expect(outputs[1] == outputs[0] + 1 && abs(outputs[2] - outputs[0] - 0.5) < 1e-6)
      #expect(
        text.hasPrefix("input [2]\n") && text.contains("2     dense")
          && text.hasSuffix("13 parameters, without an objective"))
    },
    Example(article: "DataAndBatches", file: "OwnDataset") {
      let found = try ringsToldApart()
      #expect(found.accuracy > 0.95 && found.shape == [32, 2])
    },
    Example(article: "TrainingByHand", file: "TrainingLoop") {
      let found = try digitsByHand()
      #expect(found.accuracy > 0.93 && found.skipped == 0, "\(found)")
    },
    Example(article: "PredictionAndFiles", file: "Features") {
      let folder = try TemporaryFolder()
      let found = try features(in: folder.path)
      #expect(found.features == [500, 32] && found.probabilities == [500, 10] && found.first.label != nil)
    },
    Example(article: "FromATable", file: "HousePrices") {
      let folder = try TemporaryFolder()
      let known = try folder.write("known.csv", Samples.csv(300))
      let new = try folder.write("new.csv", Samples.csv(20, columns: ["kind", "b", "a"]))
      let found = try prices(of: new, learnedFrom: known, in: folder.path)
      guard case .table(let table) = try DataSource.open(known).content,
        case .numbers(let truth) = table.columns[3].cells
      else { throw ApusError("no prices") }
      #expect(found.count == 20 && zip(found, truth).allSatisfy { abs($0 - $1) < 8 }, "\(found)")
      // The file is what the command takes.
      let model = try Model(contentsOf: folder.path("houses.safetensors"))
      let written = try model.predict(DataSource.open(new, format: model.tableFormat)).predictions
      #expect(zip(written, found).allSatisfy { abs(Double($0)! - $1) < 1e-3 })
    },
    Example(article: "ExtendingApus", file: "OwnParts") {
      let folder = try TemporaryFolder()
      guard case .table(let table) = try DataSource.open(folder.write("known.csv", Samples.csv(300))).content
      else { throw ApusError("no table") }
      let task = try TableTask(table, target: table.columns[3].name)
      let model = try ownParts(on: task, file: folder.path("own.safetensors"))
      #expect(try model.requireObjective().loss as? Quantile == Quantile(level: 0.9))
      guard case .numbers(let truth) = table.columns[3].cells else { throw ApusError("no numbers") }
      let found = try model.predict(table).map(\.value)
      let below = zip(truth, found).count { $0 < $1 }
      #expect((200...299).contains(below), "\(below) of 300")
    },
    Example(article: "TheDoctor", file: "ExamineDigits") {
      let checks = try examineDigits()
      #expect(checks.allSatisfy { $0.level == .ok })
    },
    Example(article: "ChoosingActivations", file: "ChooseActivation") {
      let found = try accuracies(of: [ReLU(), Tanh(), Step()])
      #expect(found[0] > 0.8 && found[1] > 0.8 && found[2] < found[0])
    },
    Example(article: "LossesAndMetrics", file: "QuantileLoss") {
      let data = try Samples.values(400, noise: 1)
      var model = try Model(input: [2], seed: 1) { Dense(1) }
      model.objective = Objective(data.targets, loss: QuantileLoss(0.9))
      try model.fit(data, epochs: 30, optimizer: .adam(0.02))
      let results = try model.results(on: data)
      let below = zip(results.values, results.predictions).count { $0 < $1 }
      #expect(abs(Double(below) / 400 - 0.9) < 0.05, "\(below) of 400")
    },
    Example(article: "ChoosingOptimizers", file: "TwoNetworks") {
      let mean = try meanOfGeneratedPoints()
      #expect(abs(mean.x - 3) < 1 && abs(mean.y + 2) < 1, "\(mean)")
    },
    Example(article: "LearningRates", file: "WarmedCosine") {
      let rates = warmedCosine()
      #expect(rates[0] < 0.001 && abs(rates[99] - 0.01) < 1e-9 && rates[999] < 1e-6)
      #expect(zip(rates[99...], rates[100...]).allSatisfy { $0 >= $1 })
    },
    Example(article: "FirstWeights", file: "ThirtyLayers") {
      let losses = try lossesOfThirtyLayers()
      #expect(losses.small > 2.2 && losses.lsuv < 1.5, "\(losses)")
    },
    Example(article: "Overfitting", file: "RegularizedDigits") {
      let found = try regularizedDigits()
      #expect(found.accuracy > 0.93 && found.spread.count == 200 && found.spread.max()! > 0.01)
    },
    Example(article: "SearchingSettings", file: "SearchRecipe") {
      let folder = try TemporaryFolder()
      let found = try bestRecipe(in: folder.path("search"))
      #expect(found.recipe.learningRate ?? 0 > 1e-3 && found.recipe.epochs == 4)
      #expect(
        found.importance.map(\.key).sorted() == ["model.dropout", "model.hidden", "training.learningRate"])
    },
    Example(article: "Configuration", file: "Reasons") {
      let reasons = try reasons()
      #expect(reasons.contains("training.batch 30: set in the program"))
      #expect(reasons.contains("training.learningRate 0.005: the default with adam"), "\(reasons)")
    },
    Example(article: "Ensembles", file: "ThreeNetworks") {
      let losses = try logLosses()
      #expect(losses.ensemble < losses.members.reduce(0, +) / 3)
    },
    Example(article: "MeasuringNetworks", file: "MeasureDigits") {
      let found = try measuredDigits()
      #expect(found.probes.count == 2 && found.probes.allSatisfy { $0 > 0.85 }, "\(found)")
      #expect((0.3...1).contains(found.halved) && found.barrier > 0.02 && found.noise > 1, "\(found)")
    },
    Example(article: "Pictures", file: "DrawMoons") {
      let folder = try TemporaryFolder()
      try drawMoons(in: folder.path("run"))
      for name in ["regions", "landscape"] {
        #expect(try String(decoding: folder.bytes("run/\(name).svg"), as: UTF8.self).hasSuffix("</svg>\n"))
      }
    },
    Example(article: "Configuration", file: "PlannedRun") {
      let folder = try TemporaryFolder()
      let result = try plannedRun(in: folder.path("run"))
      #expect(result.epochs == 30 && result.folder == folder.path("run") && !result.findings.isEmpty)
    },
    Example(article: "Training", file: "FineTuning") {
      let tuned = try fineTuned()
      #expect(tuned.hiddenIsUnchanged)
    },
  ]

  @Test(arguments: examples)
  func examplesRun(_ example: Example) throws {
    let files = Self.examples.filter { $0.article == example.article }.map {
      Self.root.appendingPathComponent("Tests/ApusTrainingTests/Documented/\($0.file).swift")
    }
    #expect(
      try Self.blocks("swift", in: example.article)
        == files.map { try String(contentsOf: $0, encoding: .utf8) })
    try example.check()
  }

  /// No Swift in an article goes untested; the first page's is the README's (`DocumentationTests`).
  @Test(arguments: articles.filter { $0 != "Apus" })
  func everyExampleIsRun(_ article: String) throws {
    let count = Self.examples.count { $0.article == article }
    #expect(try Self.blocks("swift", in: article).count == count)
  }

  @Test(arguments: articles)
  func configurationsAreRight(_ article: String) throws {
    let folder = try TemporaryFolder()
    for block in try Self.blocks("yaml", in: article) {
      let file = try ConfigurationFile(contentsOf: folder.write("article.yaml", block))
      var configuration = file.run
      // Images that are not in the package: others stand for them.
      switch configuration.data.source {
      case "cifar10": configuration.data.source = "digits"
      case "mnist": configuration.data.source = try Self.mnist(in: folder)
      default: break
      }
      if file.search.over == nil {
        #expect(try RunPlan(configuration).model.parameterCount > 0)
      } else {
        #expect(try Search.Run(configuration, file.search, folder: folder.path("search")).trials.count > 1)
      }
    }
  }

  /// A folder like MNIST's: forty grey images of 28 × 28, four of each class.
  private static func mnist(in folder: TemporaryFolder) throws -> String {
    let path = folder.path("mnist")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let imagesHeader: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 28, 0, 0, 0, 28]
    let pixels = (0..<40 * 28 * 28).map { UInt8(truncatingIfNeeded: $0 * 7919 / 28) }
    try folder.write("mnist/train-images-idx3-ubyte", imagesHeader + pixels)
    let labelsHeader: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 40]
    try folder.write("mnist/train-labels-idx1-ubyte", labelsHeader + (0..<40).map { UInt8($0 % 10) })
    return path
  }

  /// Each command and flag of a console block is in the help, and a name behind a flag is in its table.
  @Test(arguments: articles)
  func commandsAreRight(_ article: String) throws {
    let tables: [String: (String) throws -> Any] = [
      "--activation": { try Activations.table.prototype(named: $0) },
      "--loss": { try Losses.table.prototype(named: $0) },
      "--optimizer": { try Optimizers.table.prototype(named: $0) },
      "--model": { try ModelFamilies.table.prototype(named: $0) },
      "--ensemble": { try EnsembleMethods.table.prototype(named: $0) },
    ]
    let lines = try Self.blocks("console", in: article).flatMap { $0.split(separator: "\n") }
    for line in lines where line.hasPrefix("$ apus ") {
      let words = line.dropFirst(7).split(separator: " ").map { String($0.filter { $0 != "'" }) }
      let help = try String(
        contentsOf: Self.root.appendingPathComponent("Tests/ApusCLITests/Expected/help-\(words[0]).txt"),
        encoding: .utf8)
      for (place, word) in words.enumerated() where word.hasPrefix("--") {
        #expect(help.contains("\(word) ") || help.contains("\(word)/"), "\(word) in \(line)")
        if let prototype = tables[word], place + 1 < words.count {
          _ = try prototype(String(words[place + 1].prefix { $0 != "(" }))
        }
      }
    }
  }

  /// What stands between `<!-- table: name -->` and `<!-- end -->` is the table of that name.
  ///
  /// To write the tables anew: `APUS_REWRITE_EXPECTED=1 swift test -c release --filter ArticleTests`
  @Test(arguments: articles)
  func tablesAreThePackages(_ article: String) throws {
    var parts = try Self.text(article).components(separatedBy: "<!-- table: ")
    for index in parts.indices.dropFirst() {
      let name = String(parts[index].prefix { $0 != " " })
      let table = try #require(
        SettingTables.all[name] ?? NameFamilies.all.first { $0.name == name }?.markdown, "\(name)")
      let rest = try #require(parts[index].range(of: "<!-- end -->"))
      parts[index] = "\(name) -->\n\(table)\n" + parts[index][rest.lowerBound...]
    }
    let wanted = parts.joined(separator: "<!-- table: ")
    if ProcessInfo.processInfo.environment["APUS_REWRITE_EXPECTED"] != nil {
      try Data(wanted.utf8).write(to: Self.folder.appendingPathComponent("\(article).md"))
    }
    #expect(try Self.text(article) == wanted)
  }

  /// Each file of Swift that an article names is one of the package's, and each path leads somewhere.
  @Test(arguments: articles)
  func filesAreThere(_ article: String) throws {
    let all =
      FileManager.default.enumerator(atPath: Self.root.appendingPathComponent("Sources").path)?
      .compactMap { ($0 as? String)?.split(separator: "/").last.map(String.init) } ?? []
    let words = try Self.text(article).split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    for word in words where word.wholeMatch(of: /[A-Za-z+]+\.swift/) != nil {
      #expect(all.contains(word), "\(word)")
    }
    for word in words where word.hasPrefix("Sources/") {
      let path = Self.root.appendingPathComponent(word).path
      #expect(FileManager.default.fileExists(atPath: path), "\(word)")
    }
  }

  /// Every family of names that settings can use stands in some article.
  @Test func everyFamilyIsDocumented() throws {
    let all = try Self.articles.map(Self.text).joined()
    for family in NameFamilies.all where family.name != "layers" {
      #expect(all.contains("<!-- table: \(family.name) -->"), "\(family.name)")
    }
  }

  /// Every section of a configuration stands in its article; `tablesAreThePackages` compares the tables themselves.
  @Test func everySectionIsDocumented() throws {
    let article = try Self.text("Configuration")
    for name in SettingTables.all.keys { #expect(article.contains("<!-- table: \(name) -->"), "\(name)") }
  }

  /// The doctor's article names the checks that there are.
  @Test func everyCheckIsDocumented() throws {
    let words = try Self.text("TheDoctor").components(separatedBy: "`")
    for check in Examinations.table where check.stage == .training || check.stage == .result {
      #expect(words.contains(check.name), "\(check.name)")
    }
  }

  /// Links lead to articles, and each article is on the first page.
  @Test func linksLeadSomewhere() throws {
    for article in Self.articles {
      for link in try Self.text(article).components(separatedBy: "<doc:").dropFirst() {
        #expect(Self.articles.contains(String(link.prefix { $0 != ">" })), "\(article)")
      }
      let first = try Self.text("Apus")
      #expect(article == "Apus" || first.contains("<doc:\(article)>"), "\(article)")
    }
  }
}
