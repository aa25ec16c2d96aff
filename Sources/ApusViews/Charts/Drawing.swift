/// SVG elements as text, one after the other. What comes from data is escaped here, and nowhere else.
///
/// The same values give the same bytes on every machine.
package struct Drawing: Sendable {
  package private(set) var text = ""

  package init() {}

  /// A part of an element's start: a number is written with at most two decimals.
  enum Attribute {
    case number(Double)
    case word(String)
  }

  /// `<name … />`, or `<name …>content</name>`.
  mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, Attribute>, content: String? = nil
  ) {
    text += "<" + name + Self.written(attributes)
    text += content.map { ">" + escaped($0) + "</" + name + ">\n" } ?? "/>\n"
  }

  /// Elements within another one.
  mutating func group(
    _ attributes: KeyValuePairs<String, Attribute>, as name: String = "g", _ body: (inout Drawing) -> Void
  ) {
    text += "<" + name + Self.written(attributes) + ">\n"
    body(&self)
    text += "</" + name + ">\n"
  }

  private static func written(_ attributes: KeyValuePairs<String, Attribute>) -> String {
    var text = ""
    for (name, value) in attributes {
      switch value {
      case .number(let number): text += " " + name + "=\"" + coordinate(number) + "\""
      case .word(let word): if !word.isEmpty { text += " " + name + "=\"" + escaped(word) + "\"" }
      }
    }
    return text
  }

  // MARK: Shapes

  mutating func line(_ from: Point, _ to: Point, _ style: String) {
    element(
      "line",
      [
        "x1": .number(from.x), "y1": .number(from.y), "x2": .number(to.x), "y2": .number(to.y),
        "class": .word(style),
      ])
  }

  /// - Parameter note: what a pointer over it shows.
  mutating func rectangle(
    _ area: Area, _ style: String, corner: Double = 0, opacity: Double = 1, note: String? = nil
  ) {
    let shape: KeyValuePairs<String, Attribute> = [
      "x": .number(area.x), "y": .number(area.y), "width": .number(area.width),
      "height": .number(area.height),
      "rx": corner > 0 ? .number(corner) : .word(""), "class": .word(style),
      "fill-opacity": opacity < 1 ? .number(opacity) : .word(""),
    ]
    guard let note else { return element("rect", shape) }
    group(shape, as: "rect") { $0.element("title", [:], content: note) }
  }

  mutating func circle(_ center: Point, radius: Double, _ style: String) {
    element(
      "circle",
      ["cx": .number(center.x), "cy": .number(center.y), "r": .number(radius), "class": .word(style)])
  }

  /// A line through points.
  mutating func path(_ points: [Point], _ style: String, isClosed: Bool = false) {
    guard points.count > 1 else { return }
    var steps = ""
    for (index, point) in points.enumerated() {
      steps += (index == 0 ? "M" : " ") + coordinate(point.x) + "," + coordinate(point.y)
    }
    element("path", ["d": .word(steps + (isClosed ? "Z" : "")), "class": .word(style)])
  }

  enum Anchor: String { case start, middle, end }

  mutating func label(_ words: String, at place: Point, _ style: String = "", _ anchor: Anchor = .start) {
    element(
      "text",
      [
        "x": .number(place.x), "y": .number(place.y), "class": .word(style),
        "text-anchor": .word(anchor == .start ? "" : anchor.rawValue),
      ], content: words)
  }

  mutating func image(_ image: PixelImage, in area: Area) {
    element(
      "image",
      [
        "x": .number(area.x), "y": .number(area.y), "width": .number(area.width),
        "height": .number(area.height),
        "preserveAspectRatio": .word("none"), "class": .word("px"), "href": .word(image.dataURI),
      ])
  }

  /// Another drawing, cut at the edges of an area.
  mutating func clipped(_ area: Area, _ body: (inout Drawing) -> Void) {
    group(
      [
        "x": .number(area.x), "y": .number(area.y), "width": .number(area.width),
        "height": .number(area.height),
        "viewBox": .word([area.x, area.y, area.width, area.height].map(coordinate).joined(separator: " ")),
      ], as: "svg", body)
  }
}

/// A place in a picture: x to the right, y down, in pixels.
package struct Point: Sendable, Equatable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// A rectangle in a picture.
package struct Area: Sendable, Equatable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double

  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  var right: Double { x + width }
  var bottom: Double { y + height }
}

/// A number with at most two decimals and no zeros at the end.
package func coordinate(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "0" }
  let hundredths = Int((abs(value) * 100).rounded())
  let sign = value < 0 && hundredths > 0 ? "-" : ""
  let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
  if rest == 0 { return "\(sign)\(whole)" }
  return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}

/// Text for HTML and XML, within elements and within quoted attributes. What XML does not allow becomes �.
package func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
    case _
    where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
      result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// About how many pixels a text takes, at a size, in the usual sans-serif fonts; a little too much rather than too little.
package func textWidth(_ text: String, size: Double = 12) -> Double {
  text.unicodeScalars.reduce(0.0) { sum, scalar in
    let part: Double =
      switch scalar {
      case "i", "j", "l", "I", "|", "'", ".", ",", ":", ";", "!": 0.3
      case " ", "f", "t", "r", "(", ")", "[", "]", "-", "/": 0.4
      case "m", "w", "M", "W", "@", "%", "—": 0.92
      case "A"..."Z": 0.7
      case _
      where scalar.value >= 0x1100 && scalar.value < 0xFFFF && !(0x2000...0x2BFF).contains(scalar.value): 1.05
      default: 0.61
      }
    return sum + part * size
  }
}

/// About how many pixels a chart's title takes; it is bold.
func titleWidth(_ title: String) -> Double { textWidth(title, size: 16.5) + 2 }

/// A text cut with an ellipsis where it takes more pixels than there are.
package func shortened(_ text: String, to width: Double, size: Double = 12) -> String {
  guard textWidth(text, size: size) > width + 0.5 else { return text }
  var kept = Substring(text)
  while kept.count > 1, textWidth(String(kept), size: size) + 0.6 * size > width { kept.removeLast() }
  while kept.last == " " { kept.removeLast() }
  return kept + "…"
}
