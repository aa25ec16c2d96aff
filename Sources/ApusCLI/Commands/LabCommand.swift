#if Command
  import Apus
  import ApusLabs
  import ArgumentParser

  struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lab",
      abstract: "Run the experiment behind a claim of the lectures, and judge the claim.",
      usage: "apus lab [<name>] [<options>] | apus lab --all [<options>]",
      discussion: """
        Without a name, lists the labs by theme. A lab measures a claim, prints each figure beside what the lecture \
        says, reaches a verdict (holds, holds partly, does not hold here), and leaves a page with its pictures. Ends \
        with 1 when the verdict differs from the expected one.
        """)

    @Argument(help: "The lab, as apus lab lists it.", completion: .list(Labs.table.map(\.name)))
    var name: String?

    @Flag(help: "Run every lab, and write an index page.")
    var all = false

    @Option(help: "Decides the random numbers. Labs that repeat take this seed and those after it.")
    var seed: UInt64 = 1

    @Option(
      help: ArgumentHelp(
        "The lecture's own data, for a lab that can run on it.", valueName: "path"),
      completion: .file())
    var data: String?

    @Flag(help: "Take more seeds and sizes.")
    var full = false

    @Flag(help: "Break the experiment on purpose; its verdict must then be another one.")
    var sabotage = false

    @Option(
      help: ArgumentHelp(
        "The folder for the page and the pictures. (default: runs/lab-NAME)", valueName: "folder"),
      completion: .directory)
    var out: String?

    @Flag(help: "Print one object of results, and nothing else; without a name, the labs themselves.")
    var json = false

    func validate() throws {
      if all, name != nil { throw ValidationError("give the name of a lab, or --all for every lab") }
      if all, data != nil { throw ValidationError("--data is for one lab: give its name instead of --all") }
    }

    func run() throws {
      guard name != nil || all else {
        let listing = LabListing(style: Output.style)
        return Output.print(json ? [listing.json.text(sortsKeys: false)] : listing.lines)
      }
      let context = LabContext(seed: seed, data: data, isFull: full, isSabotaged: sabotage)
      if !json { Output.tellBuild() }
      let areGood = try all ? runAll(context) : runOne(Labs.lab(named: name!), context)
      guard !areGood else { return }
      try Output.finish()
      throw ExitCode(1)
    }

    private func runOne(_ lab: any Lab, _ context: LabContext) throws -> Bool {
      let result = try LabResult(lab, context)
      let page = try LabFolder.write(result, to: out ?? "runs/\(LabFolder.name(of: lab))")
      if json {
        Output.print([result.json.text(sortsKeys: false)])
      } else {
        Output.print(LabView(result, style: Output.style).lines + ["pictures: \(page)"])
      }
      return result.isAsExpected
    }

    private func runAll(_ context: LabContext) throws -> Bool {
      let folder = out ?? "runs"
      var results: [LabResult] = []
      for lab in Labs.table {
        let result = try LabResult(lab, context)
        _ = try LabFolder.write(result, to: "\(folder)/\(LabFolder.name(of: lab))")
        results.append(result)
        if !json { Output.print(LabView(result, style: Output.style).summary) }
      }
      let page = try LabFolder.writeIndex(results, to: folder)
      if json {
        Output.print([JSONValue.array(results.map(\.json)).text(sortsKeys: false)])
      } else {
        Output.print([LabIndexPage(results) { $0.lab.name }.sentence, "index: \(page)"])
      }
      return results.allSatisfy(\.isAsExpected)
    }
  }
#endif
