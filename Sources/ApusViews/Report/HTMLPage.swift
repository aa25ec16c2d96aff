/// A page that needs nothing but itself: no network, no script, no font.
///
/// What comes from data is escaped here, and nowhere else.
package struct HTMLPage {
  private var body = ""

  package init() {}

  // MARK: Parts

  package mutating func heading(_ text: String, level: Int = 2) { tag("h\(level)", text) }

  package mutating func paragraph(_ text: String, style: String = "") { tag("p", text, style: style) }

  private mutating func tag(_ name: String, _ text: String, style: String = "") {
    body += "<\(name)\(Self.classes(style))>\(escaped(text))</\(name)>\n"
  }

  package mutating func list(_ items: [String]) {
    guard !items.isEmpty else { return }
    element("ul") { page in for item in items { page.tag("li", item) } }
  }

  /// Something with parts within.
  package mutating func element(_ name: String, style: String = "", _ parts: (inout HTMLPage) throws -> Void)
    rethrows
  {
    body += "<\(name)\(Self.classes(style))>\n"
    try parts(&self)
    body += "</\(name)>\n"
  }

  /// A part of the page under a title of its own.
  package mutating func section(_ title: String, _ parts: (inout HTMLPage) throws -> Void) rethrows {
    try element("section") { page in
      page.heading(title)
      try parts(&page)
    }
  }

  /// A chart, or several side by side as far as they fit.
  package mutating func charts(_ charts: [any Chart]) {
    guard !charts.isEmpty else { return }
    element("div", style: "charts") { page in
      for chart in charts {
        // A single chart is still legible when a phone shrinks it; a wide grid of them is scrolled.
        page.element("figure", style: chart.width <= Self.shrinkingWidth ? "fit" : "") {
          $0.body += chart.inlineSVG
        }
      }
    }
  }

  /// Text as it stands, for files and commands.
  package mutating func code(_ text: String) { body += "<pre><code>\(escaped(text))</code></pre>\n" }

  /// Adds a part that unfolds at a click.
  package mutating func folded(_ title: String, _ parts: (inout HTMLPage) -> Void) {
    element("details") { page in
      page.tag("summary", title)
      parts(&page)
    }
  }

  /// A cell of a table: text, or a small chart.
  package enum Cell {
    case text(String)
    case figure(String)
    case strong(String)
    case chart(String)
    /// A name that leads to another page.
    case link(String, to: String)

    fileprivate var html: String {
      switch self {
      case .text(let text): "<td>\(escaped(text))</td>"
      case .figure(let text): "<td class=\"n\">\(escaped(text))</td>"
      case .strong(let text): "<th scope=\"row\">\(escaped(text))</th>"
      case .chart(let svg): "<td>\(svg)</td>"
      case .link(let text, let page):
        "<th scope=\"row\"><a href=\"\(escaped(page))\">\(escaped(text))</a></th>"
      }
    }
  }

  /// Rows under headers; on a narrow screen it scrolls by itself.
  ///
  /// - Parameter style: `wrap` for cells of several lines.
  package mutating func table(_ headers: [String], _ rows: [[Cell]], style: String = "") {
    guard !rows.isEmpty else { return }
    element("div", style: "scroll") { page in
      page.element("table", style: style) { page in
        if headers.contains(where: { !$0.isEmpty }) {
          let cells = headers.enumerated().map { column, header in
            let isFigure = rows.allSatisfy {
              if column < $0.count, case .figure = $0[column] { true } else { false }
            }
            return "<th scope=\"col\"\(isFigure ? " class=\"n\"" : "")>\(escaped(header))</th>"
          }
          page.body += "<thead><tr>\(cells.joined())</tr></thead>\n"
        }
        page.body +=
          "<tbody>\n" + rows.map { "<tr>\($0.map(\.html).joined())</tr>\n" }.joined() + "</tbody>\n"
      }
    }
  }

  private static func classes(_ style: String) -> String { style.isEmpty ? "" : " class=\"\(style)\"" }

  private static let shrinkingWidth = 420.0

  // MARK: Whole

  /// The page as a file.
  package func document(title: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>\(escaped(title))</title>
    <style>
    \(Self.css)\(ChartStyle.css)</style>
    </head>
    <body>
    <main>
    \(body)</main>
    </body>
    </html>

    """
  }

  private static let css = """
    :root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--muted:#59636e;--rule:#e3e7eb;--soft:#f5f7f9;--good:#1a7f4b;--look:#9a6200;--bad:#b3261e}
    @media (prefers-color-scheme:dark){:root{--paper:#0f1419;--ink:#e6eaee;--muted:#9da7b1;--rule:#2a323a;--soft:#171d24;--good:#2bc79a;--look:#f0b429;--bad:#ff8a80}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}
    h1{font-size:1.5rem;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
    h2{font-size:1.15rem;margin:0 0 12px}
    h3{font-size:1rem;margin:20px 0 8px}
    section{margin-top:36px;padding-top:20px;border-top:1px solid var(--rule)}
    p{margin:0 0 10px;max-width:75ch}
    .lead{font-size:1.15rem;line-height:1.45;margin:12px 0;max-width:70ch}
    .muted,.note{color:var(--muted)}
    .note{font-size:.9rem}
    ul{margin:0 0 10px;padding-left:20px;max-width:85ch}
    .scroll{overflow-x:auto;margin:0 0 12px}
    .scroll,figure{background:linear-gradient(90deg,var(--paper) 40%,transparent) left/36px 100% no-repeat local,linear-gradient(270deg,var(--paper) 40%,transparent) right/36px 100% no-repeat local,linear-gradient(90deg,var(--rule),transparent) left/12px 100% no-repeat scroll,linear-gradient(270deg,var(--rule),transparent) right/12px 100% no-repeat scroll}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:5px 14px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top;white-space:nowrap}
    th{font-weight:600}thead th{color:var(--muted);font-weight:500}
    td.n,th.n{text-align:right}
    .wrap th,.wrap td{white-space:normal}.wrap th{min-width:5rem;max-width:24rem}.wrap td{min-width:3rem;max-width:32rem}
    a{color:inherit}
    .charts{display:flex;flex-wrap:wrap;gap:24px 32px;margin:0 0 12px}
    figure{margin:0;max-width:100%;overflow-x:auto}
    figure .chart{max-width:none}figure.fit .chart{max-width:100%}
    details{margin:0 0 10px}summary{cursor:pointer;color:var(--muted)}
    pre{background:var(--soft);padding:10px 12px;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem;line-height:1.4;margin:8px 0 12px}
    @media (max-width:520px){table{font-size:.8rem}th,td{padding-right:7px}thead th{white-space:normal}.wrap th{min-width:4rem}
    .cards,.cards tbody,.figures,.figures thead,.figures tbody{display:block}.cards thead,.figures thead th:first-child{display:none}
    .cards tr{display:block}.figures tr{display:grid;grid-template-columns:1fr 1fr 4.5rem}.figures tbody th{grid-column:1/-1}
    .cards tr,.figures tr{border-bottom:1px solid var(--rule);padding:5px 0}.cards th,.cards td{display:block}
    .cards th,.cards td,.figures th,.figures td{border:0;padding:1px 7px 1px 0;min-width:0;overflow-wrap:anywhere}}
    .finding{margin:0 0 12px;padding-left:12px;border-left:3px solid var(--rule);max-width:85ch}
    .finding p{margin:0}
    .ok{border-color:var(--good)}.look{border-color:var(--look)}.bad{border-color:var(--bad)}
    .hash{overflow-wrap:anywhere;font-size:.85rem}

    """
}
