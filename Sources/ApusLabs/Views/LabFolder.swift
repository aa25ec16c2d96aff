package import ApusCore
import ApusViews

/// The folder of a lab's page and pictures.
package enum LabFolder {
  /// Writes `lab.html` and the pictures as SVG files into a folder, which is made where there is none.
  ///
  /// - Returns: the page's path.
  package static func write(_ result: LabResult, to folder: String) throws(ApusError) -> String {
    try Files.makeFolder(folder)
    for (number, picture) in result.report.pictures.enumerated() {
      try AtomicFile.write(
        "\(folder)/\(number + 1)-\(fileName(picture.title)).svg", text: picture.svg,
        survivesPowerFailure: false)
    }
    let path = "\(folder)/lab.html"
    try AtomicFile.write(path, text: LabPage(result).html, survivesPowerFailure: false)
    return path
  }

  /// The folder of a lab among others.
  package static func name(of lab: any Lab) -> String { "lab-\(lab.name)" }

  /// Writes the index page of labs whose folders lie in a folder.
  ///
  /// - Returns: the page's path.
  package static func writeIndex(_ results: [LabResult], to folder: String) throws(ApusError) -> String {
    try Files.makeFolder(folder)
    let path = "\(folder)/labs.html"
    let page = LabIndexPage(results) { "\(name(of: $0.lab))/lab.html" }
    try AtomicFile.write(path, text: page.html, survivesPowerFailure: false)
    return path
  }

  /// Letters and digits of a title, with hyphens between its words, of which only whole ones are taken.
  package static func fileName(_ title: String) -> String {
    let words = title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    guard let first = words.first else { return "picture" }
    var name = String(first.prefix(longestName))
    for word in words.dropFirst() {
      guard name.count + 1 + word.count <= longestName else { break }
      name += "-" + word
    }
    return name
  }

  private static let longestName = 48
}
