#if Command
  import ApusViews
  import HTTPTypes
  import Hummingbird

  /// The page's files, which are in the program: no file system is asked.
  struct Asset: Sendable {
    let path: String
    let type: String
    let bytes: ByteBuffer

    init(_ path: String, _ type: String, _ bytes: [UInt8]) {
      (self.path, self.type, self.bytes) = (path, type, ByteBuffer(bytes: bytes))
    }

    private static let html = "text/html; charset=utf-8"
    private static let css = "text/css; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"

    static let all = [
      Asset("/", html, PackageResources.index_html),
      Asset("/style.css", css, PackageResources.style_css),
      Asset("/icon.svg", "image/svg+xml", PackageResources.icon_svg),
      Asset("/main.js", script, PackageResources.main_js),
      Asset("/server.js", script, PackageResources.server_js),
      Asset("/network.js", script, PackageResources.network_js),
      Asset("/plane.js", script, PackageResources.plane_js),
      Asset("/curves.js", script, PackageResources.curves_js),
      Asset("/flow.js", script, PackageResources.flow_js),
      Asset("/hiding.js", script, PackageResources.hiding_js),
      Asset("/controls.js", script, PackageResources.controls_js),
      Asset("/colours.js", script, PackageResources.colours_js),
      Asset("/digit.js", script, PackageResources.digit_js),
      Asset("/race.js", script, PackageResources.race_js),
      Asset("/panels.js", script, PackageResources.panels_js),
      Asset("/closer.js", script, PackageResources.closer_js),
      Asset("/closer.css", css, PackageResources.closer_css),
      Asset("/parts.js", script, PackageResources.parts_js),
      Asset("/depth.js", script, PackageResources.depth_js),
      Asset("/landscape.js", script, PackageResources.landscape_js),
      Asset("/graph.js", script, PackageResources.graph_js),
      Asset("/gradients.js", script, PackageResources.gradients_js),
      // The charts' own style, by a name that the page does not use.
      Asset("/kit.css", css, Array(ChartStyle.css.replacing(".chart", with: ".kit").utf8)),
    ]

    var response: Response {
      Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: bytes))
    }
  }
#endif
