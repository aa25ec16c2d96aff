/// Colors and fonts of all charts, as a style sheet for light and dark.
///
/// Classes with colors, and no variables: what draws SVG outside a browser knows those too.
package enum ChartStyle {
  /// The number of colors for series before they repeat, then dashed.
  static let seriesCount = 6

  /// Okabe and Ito's colors, which people tell apart whatever they see of colors; yellow, too faint on white, is left out.
  static let series: [(light: Color, dark: Color)] = [
    (Color(0x0072B2), Color(0x4FA8E0)), (Color(0xD55E00), Color(0xF58A45)),
    (Color(0x009E73), Color(0x2BC79A)),
    (Color(0xB4578F), Color(0xE39AC9)), (Color(0xC98200), Color(0xF0B429)),
    (Color(0x4C98C9), Color(0x9AD4F5)),
  ]

  /// The number of steps in a ramp of fractions.
  static let rampSteps = 10

  /// The class of a series' line; dashed the second time round.
  static func line(_ number: Int) -> String {
    "line s\(number % seriesCount)" + (number / seriesCount % 2 == 1 ? " dash" : "")
  }
  /// The class of what is filled with a series' color.
  static func fill(_ number: Int) -> String { "f\(number % seriesCount)" }
  /// The class of a cell for a share from 0 to 1, in blue or in orange, and of the text on it.
  package static func cell(_ share: Double, isWarm: Bool) -> (cell: String, text: String) {
    let step = min(max(Int(share * Double(rampSteps)), 0), rampSteps - 1)
    return ("\(isWarm ? "w" : "c")\(step)", step >= 6 ? "on" : "")
  }

  private struct Mode {
    var isDark: Bool
    var paper: Color
    var ink: Color
    var muted: Color
    var grid: Color

    static let light = Mode(
      isDark: false, paper: Color(0xFFFFFF), ink: Color(0x1F2328), muted: Color(0x59636E),
      grid: Color(0xE3E7EB))
    static let dark = Mode(
      isDark: true, paper: Color(0x0F1419), ink: Color(0xE6EAEE), muted: Color(0x9DA7B1),
      grid: Color(0x2A323A))

    var rules: String {
      var text =
        ".chart text{fill:\(ink.hex)}.chart .muted{fill:\(muted.hex)}.chart .paper{fill:\(paper.hex)}"
      text += ".chart .on{fill:\(paper.hex)}.chart .grid{stroke:\(grid.hex)}.chart .axis{stroke:\(muted.hex)}"
      text += ".chart .box{fill:\(paper.hex);stroke:\(muted.hex)}.chart .track{fill:\(grid.hex)}"
      text +=
        ".chart .halo{stroke:\(paper.hex)}.chart .dot{stroke:\(paper.hex)}.chart .contour{stroke:\(ink.hex)}"
      for (number, colors) in series.enumerated() {
        let color = isDark ? colors.dark : colors.light
        text += ".chart .s\(number){stroke:\(color.hex)}.chart .f\(number){fill:\(color.hex)}"
      }
      let cold = isDark ? Color(0x4FA8E0) : Color(0x0B5C94)
      let warm = isDark ? Color(0xF58A45) : Color(0xA84300)
      for step in 0..<rampSteps {
        let share = 0.08 + 0.92 * Double(step) / Double(rampSteps - 1)
        text += ".chart .c\(step){fill:\(paper.mixed(cold, share).hex)}"
        text += ".chart .w\(step){fill:\(paper.mixed(warm, share).hex)}"
      }
      return text
    }
  }

  /// The styles that every page with charts needs once.
  package static let css =
    """
    .chart{max-width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    .chart .title{font-size:15px;font-weight:600}.chart .small{font-size:10px}.chart .strong{font-weight:600}
    .chart .line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}.chart .thin{stroke-width:1}
    .chart .dash{stroke-dasharray:5 4}.chart .grid{stroke-width:1}.chart .axis{stroke-width:1;fill:none}
    .chart .dot{stroke-width:1}.chart .contour{fill:none;stroke-width:.8;stroke-opacity:.55}
    .chart .halo{paint-order:stroke;stroke-width:3;stroke-linejoin:round}
    .chart .px{image-rendering:pixelated}

    """ + Mode.light.rules + "\n@media (prefers-color-scheme:dark){" + Mode.dark.rules + "}\n"
}
