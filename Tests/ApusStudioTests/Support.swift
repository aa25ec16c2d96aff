import ApusStudio
import ApusNN
import ApusRuns
import Foundation
import Testing

/// What a lesson's exported files come to by the command, once the lesson itself has been trained to its end.
func exportedRun(of playground: PlaygroundSession) throws -> Model {
  playground.play(true)
  while playground.isPlaying { _ = playground.trainForAWhile() }
  let export = Export(playground)
  let folder = try TemporaryFolder()
  var configuration = export.configuration
  configuration.data.source = try folder.write("points.csv", #require(export.csv))
  _ = try RunPlan(configuration, folder: folder.path + "/run").run()
  return try Model(contentsOf: folder.path + "/run/model.safetensors")
}

/// A folder that is gone with the value.
final class TemporaryFolder {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appending(path: name))
    return url.appending(path: name).path
  }
}
