package import ApusCore
import Synchronization

/// Data that several runs share: it is read once, however many ask for it. So the trials of a search, and the folds of a
/// cross-validation, can come through a pipe too.
package final class SharedSources: Sendable {
  private struct Key: Hashable {
    let path: String
    let format: TableFormat
    let pictures: PictureFormat
    let generated: GeneratedOptions
    let isText: Bool
  }

  /// Data in memory, by the place that names it.
  private let given = Mutex<[String: DataSource]>([:])
  private let known = Mutex<[Key: Result<DataSource, ApusError>]>([:])

  package init() {}

  /// Gives data that is in memory out for the place that it names.
  package func add(_ source: DataSource) { given.withLock { $0[source.origin] = source } }

  /// As ``DataSource/open(_:format:generated:isText:)``.
  package func open(
    _ path: String, format: TableFormat = TableFormat(), pictures: PictureFormat = PictureFormat(),
    generated: GeneratedOptions = GeneratedOptions(), isText: Bool = false
  ) throws(ApusError) -> DataSource {
    if let source = given.withLock({ $0[path] }) { return source }
    let key = Key(path: path, format: format, pictures: pictures, generated: generated, isText: isText)
    return try known.withLock { known in
      if let found = known[key] { return found }
      let opened = Result { () throws(ApusError) in
        try DataSource.open(
          path, format: format, pictures: pictures, generated: generated, isText: isText)
      }
      known[key] = opened
      return opened
    }.get()
  }
}
