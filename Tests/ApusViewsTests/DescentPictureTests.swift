import ApusCore
import ApusNN
import ApusRuns
import ApusViews
import Testing

/// The picture of descent: its steps are the engine's, its tangents the function's.
@Suite("Picture of descent")
struct DescentPictureTests {
  @Test("The parabola is the lecture's: least in 29/14, from 62 at the first place")
  func parabola() throws {
    let function = try DescentFunction.named("parabola")
    let descent = try Descent([function.start], function.value)
    #expect(abs(try descent.values()[0] - 62) < 1e-4)
    let path = try descent.path(steps: 200, rate: 0.02)
    #expect(abs(path[200][0] - 29.0 / 14) < 1e-4)
    let picture = try Picture.descent(on: function, [("sgd", .sgd(0.02))], steps: 20)
    #expect(picture.summary == "The steps, and their tangents; The value after each step")
    #expect(picture.svg.contains("tangent"))
  }

  @Test(
    "Every function goes down at its own rate, and its picture names each optimizer",
    arguments: DescentFunction.all)
  func everyFunction(_ function: DescentFunction) throws {
    let descent = try Descent([function.start], function.value)
    let first = try descent.values()[0]
    #expect(try descent.run(steps: 30, rate: function.rate))
    #expect(try descent.values()[0] < first)
    let picture = try Picture.descent(
      on: function, [("plain", .sgd(function.rate)), ("moments", .adam(function.rate))], steps: 10)
    #expect(picture.svg.contains("plain") && picture.svg.contains("moments"))
    #expect(picture.title.contains(function.formula))
  }

  @Test("An unknown function gets the nearest name") func unknown() {
    #expect {
      try DescentFunction.named("ravin")
    } throws: { error in
      "\(error)".contains("ravine")
    }
  }
}
