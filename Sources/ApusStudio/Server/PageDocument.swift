#if Server
  package import ApusCore
  import ApusData
  import ApusViews

  /// The page as it is served: what `index.html` names by a tag stands in the tag's place, style sheets, menus and script, so
  /// that one answer brings all of it.
  ///
  /// Nothing in it is secret, and it is the same for everybody: it is served without a token.
  package struct PageDocument: Sendable {
    package private(set) var text = ""
    /// The fingerprints of what may run and of what may style, as a policy names them.
    private var scripts = ""
    private var styles = ""

    package init() throws(ApusError) {
      for line in PackageResources.index_html.split(separator: UInt8(ascii: "\n")) {
        switch String(decoding: line, as: UTF8.self) {
        case #"<link rel="stylesheet" href="style.css">"#: add(style: PackageResources.style_css)
        case #"<link rel="stylesheet" href="closer.css">"#: add(style: PackageResources.closer_css)
        case #"<link rel="stylesheet" href="kit.css">"#:
          // The charts' own style, by a name that the page does not use.
          add(style: Array(ChartStyle.css.replacing(".chart", with: ".kit").utf8))
        case #"<script type="application/json" id="menus"></script>"#: add(menus: try Menus.json)
        case #"<script type="module" src="main.js"></script>"#:
          add(script: JoinedScript(entry: "main", Self.modules))
        case let line: text += line + "\n"
        }
      }
    }

    var bytes: [UInt8] { Array(text.utf8) }

    /// The policy for the page: it may use the styles and the script that it has, and talk to its own server.
    package var policy: String {
      "default-src 'none'; script-src\(scripts); style-src\(styles); img-src 'self' data: blob:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }

    private mutating func add(style: [UInt8]) {
      styles += Self.fingerprint(style)
      text += "<style>\(String(decoding: style, as: UTF8.self))</style>\n"
    }

    private mutating func add(script: JoinedScript) {
      scripts += Self.fingerprint(Array(script.text.utf8))
      // No module any more: it runs where it stands, before the browser has drawn anything.
      text += "<script>\(script.text)</script>\n"
    }

    private mutating func add(menus: JSONValue) {
      // No text among them ends the element.
      let json = menus.text(sortsKeys: false).replacing("<", with: "\\u003c")
      text += "<script type=\"application/json\" id=\"menus\">\(json)</script>\n"
    }

    private static func fingerprint(_ bytes: [UInt8]) -> String {
      " 'sha256-\(base64(bytes.withUnsafeBytes(SHA256.digest)))'"
    }

    /// The files of `Page`, by the names that they import one another by.
    package static let modules = [
      "address": PackageResources.address_js, "closer": PackageResources.closer_js,
      "colors": PackageResources.colors_js, "controls": PackageResources.controls_js,
      "curves": PackageResources.curves_js, "depth": PackageResources.depth_js,
      "digit": PackageResources.digit_js, "encoding": PackageResources.encoding_js,
      "ending": PackageResources.ending_js, "figures": PackageResources.figures_js,
      "flow": PackageResources.flow_js, "glance": PackageResources.glance_js,
      "gradients": PackageResources.gradients_js, "graph": PackageResources.graph_js,
      "hiding": PackageResources.hiding_js, "inspector": PackageResources.inspector_js,
      "landscape": PackageResources.landscape_js, "legend": PackageResources.legend_js,
      "lesson": PackageResources.lesson_js, "lessons": PackageResources.lessons_js,
      "main": PackageResources.main_js, "menus": PackageResources.menus_js,
      "messages": PackageResources.messages_js, "network": PackageResources.network_js,
      "notice": PackageResources.notice_js, "panels": PackageResources.panels_js,
      "parts": PackageResources.parts_js, "pictures": PackageResources.pictures_js,
      "plane": PackageResources.plane_js, "race": PackageResources.race_js,
      "server": PackageResources.server_js, "sets": PackageResources.sets_js,
      "state": PackageResources.state_js, "ticks": PackageResources.ticks_js,
      "time": PackageResources.time_js, "tools": PackageResources.tools_js,
      "waiting": PackageResources.waiting_js,
    ]
  }
#endif
