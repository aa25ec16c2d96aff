/// The page's modules as one script: a browser asks for twenty files, one after another, longer than for one.
///
/// A module stays what it is in its file, and becomes a function that gives what it exports; those that it imports come
/// before it. Of the language's many forms the page uses these, each in a line of its own:
///
///     import * as plane from './plane.js';        const plane = modules.plane;
///     import { css, mix } from './colors.js';    const { css, mix } = modules.colors;
///     export function draw() {                    function draw() {
///     export const css = …                        const css = …
package struct JoinedScript {
  private let sources: [String: [UInt8]]
  package private(set) var text = "'use strict';\nconst modules = {};\n"
  private var known: Set<String> = []

  /// - Parameters:
  ///   - entry: the module that begins; what it does not need, directly or through others, is left out.
  ///   - sources: each module's text by its name, the file's without `.js`.
  package init(entry: String, _ sources: [String: [UInt8]]) {
    self.sources = sources
    add(entry)
  }

  private mutating func add(_ name: String) {
    guard known.insert(name).inserted, let source = sources[name] else { return }
    var body = ""
    var exports: [Substring] = []
    for line in source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map({
      String(decoding: $0, as: UTF8.self)
    }) {
      if let (names, module) = Self.imported(line) {
        add(module)
        body += "const \(names) = modules.\(module);\n"
      } else if let (declaration, name) = Self.exported(line) {
        exports.append(name)
        body += "\(declaration)\n"
      } else {
        body += line + "\n"
      }
    }
    text += "modules.\(name) = (() => {\n\(body)return { \(exports.joined(separator: ", ")) };\n})();\n"
  }

  /// Returns the names that a line imports, as the left side of a declaration, and the module they are from.
  private static func imported(_ line: String) -> (names: Substring, module: String)? {
    guard line.hasPrefix("import "), line.hasSuffix(".js';"),
      let end = line.firstRange(of: " from './")
    else { return nil }
    let names = line[..<end.lowerBound].dropFirst("import ".count)
    let module = line[end.upperBound...].dropLast(".js';".count)
    return (names.hasPrefix("* as ") ? names.dropFirst("* as ".count) : names, String(module))
  }

  /// A declaration without its `export`, and the name that it declares.
  private static func exported(_ line: String) -> (declaration: Substring, name: Substring)? {
    guard line.hasPrefix("export ") else { return nil }
    let declaration = line.dropFirst("export ".count)
    for kind in ["async function ", "function ", "class ", "const "] where declaration.hasPrefix(kind) {
      let name = declaration.dropFirst(kind.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return (declaration, name)
    }
    return nil
  }
}
