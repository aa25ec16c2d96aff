import ApusCore

/// What all workers of a search must have in common, checked when one of them begins.
struct SearchAgreement {
  let folder: SearchFolder
  let files: any SharedFiles
  /// The worker's name, for files that are its own.
  let worker: String

  // MARK: Settings

  /// Makes a folder that of a search, unless it is one already: of several workers that begin at once, one does.
  ///
  /// - Throws: when the folder holds another search.
  func begin(_ given: ConfigurationFile) throws {
    try folder.make()
    let isNew = try files.publish(
      Array(given.yaml().utf8), as: folder.settings, by: folder.temporary(of: worker, "settings"),
      survivesPowerFailure: true)
    guard !isNew else { return }
    _ = try awaited(folder.settings)
    try check(given, against: ConfigurationFile(contentsOf: folder.settings))
  }

  /// Writes the settings of a search that takes more trials.
  func replace(_ given: ConfigurationFile) throws {
    try files.replace(
      folder.settings, with: Array(given.yaml().utf8), by: folder.temporary(of: worker, "settings"),
      survivesPowerFailure: true)
  }

  /// - Throws: when the settings aren't those of the folder's search, with the first that is another.
  func check(
    _ given: ConfigurationFile, against found: ConfigurationFile, except ignored: String? = nil
  ) throws(ApusError) {
    let pairs = zip(Self.values(given), Self.values(found))
    let other = pairs.first { given, found in given.name != ignored && given.value != found.value }
    guard let (own, found) = other else { return }
    throw ApusError(
      "the folder holds another search: \(own.name) is \(found.value) in its search.yaml, and "
        + "\(own.value) here",
      at: folder.path, fix: "leave out the settings, which are the search's own; or begin another with --out")
  }

  private static func values(_ file: ConfigurationFile) -> [(name: String, value: String)] {
    RunPlan.values(file.run.data) + RunPlan.values(file.run.model) + RunPlan.values(file.run.training)
      + RunPlan.values(file.search)
  }

  // MARK: Version and data

  /// Checks that this worker computes what the others do.
  ///
  /// - Parameter data: the data's fingerprint, or why it cannot be read.
  /// - Throws: when the version or the data is another than that of the worker that was here first.
  func agree(data: Result<String, ApusError>) throws(ApusError) {
    let found: String
    switch data {
    case .success(let fingerprint): found = fingerprint
    case .failure(let error): found = "cannot be used: \(error)"
    }
    let own = JSONValue.object([
      JSONMember("version", .string(Release.version)), JSONMember("data", .string(found)),
    ])
    let bytes = Array((own.text(indents: true) + "\n").utf8)
    let path = folder.agreement
    if try files.publish(bytes, as: path, by: folder.temporary(of: worker, "agreement")) { return }
    let first = try StrictJSON.parse(String(decoding: awaited(path), as: UTF8.self), name: path)
    if let version = first["version"]?.stringValue, version != Release.version {
      throw ApusError(
        "the search was begun by Apus \(version), and this is \(Release.version)", at: folder.path,
        expected: "one version for all trials",
        fix: "go on with that version, or begin a search in another folder")
    }
    let other = first["data"]?.stringValue ?? "another"
    guard other != found else { return }
    if case .failure(let error) = data {
      throw ApusError(
        "the search's data cannot be used here: \(error)", at: folder.path,
        fix: "start in the folder that the search was begun in, or name the data by its whole path")
    }
    throw ApusError(
      "the data isn't that which the search was begun with: its fingerprint is \(found), and was \(other)",
      at: folder.path, fix: "use the same file on every machine, or begin a search in another folder")
  }

  /// Reads a file that is known to be there, though what this machine knows of the folder may be older.
  private func awaited(_ path: String) throws(ApusError) -> [UInt8] {
    let start = files.seconds
    while true {
      if let bytes = try files.read(path) { return bytes }
      // Twice as long as attributes are kept.
      guard files.seconds - start < 120 else { throw ApusError("cannot be seen from this machine", at: path) }
      Clock.sleep(seconds: 0.2)
    }
  }
}
