import ApusCore
import ApusRuns
import ApusViews
import Testing

@Suite struct DoctorViewTests {
  private let well = Finding(
    name: "initial loss", stage: .start, why: "It tells.",
    result: Finding.Result(.ok, value: 2.3, figure: "2.3", expected: "2.3 = ln 10"))
  private let ill = Finding(
    name: "gradient flow", stage: .start, why: "Gradients that fade leave layers untrained.",
    result: Finding.Result(
      .bad, value: 1e-9, figure: "vanishing: layer 0 gets 1/1e9 of the last one's",
      expected: "within 1,000 ×",
      fix: "use ReLU",
      details: FindingDetails(
        ["layer", "gradient"], (0..<12).map { ["\($0) dense", "\($0 + 1)"] })))

  @Test func whole() {
    let lines = DoctorView([well, ill]).lines()
    #expect(
      lines == [
        "before training           found                                   expected",
        "  OK       initial loss   2.3                                     2.3 = ln 10",
        "  Problem  gradient flow  vanishing: layer 0 gets 1/1e9 of the    within 1,000 ×",
        "                          last one's",
        "        Gradients that fade leave layers untrained.",
        "        → use ReLU",
        "          layer     gradient",
        "          0 dense          1",
        "          1 dense          2",
        "          2 dense          3",
        "          3 dense          4",
        "          4 dense          5",
        "          …                …",
        "          7 dense          8",
        "          8 dense          9",
        "          9 dense         10",
        "          10 dense        11",
        "          11 dense        12",
        "",
        "2 checks: 1 problem, 1 OK",
      ])
    #expect(DoctorView([well]).lines().last == "the check is OK")
    #expect(DoctorView([well]).lines(explains: true).contains("        It tells."))
    #expect(DoctorView([well, ill]).lines(explains: true).contains("          6 dense          7"))
  }

  @Test func short() {
    #expect(DoctorView([]).shortLines().isEmpty)
    #expect(DoctorView([well]).shortLines() == ["  · doctor: 1 check OK; initial loss: 2.3"])
    #expect(
      DoctorView([well, ill]).shortLines() == [
        "  · doctor: Problem: gradient flow: vanishing: layer 0 gets 1/1e9 of the last",
        "    one's; use ReLU",
      ])
  }

  @Test func objects() {
    let json = DoctorView([well, ill]).json
    #expect(json["level"]?.stringValue == "bad")
    let checks = json["checks"]?.arrayValue ?? []
    #expect(checks.map { $0["level"]?.stringValue } == ["ok", "bad"])
    #expect(checks[1]["details"]?.arrayValue?.count == 12)
    #expect(checks[1]["details"]?.arrayValue?[3]["gradient"]?.stringValue == "4")
    #expect(checks[0]["fix"] == JSONValue.null && checks[1]["fix"]?.stringValue == "use ReLU")
  }

  @Test func noLineIsWiderThanTheTerminal() {
    for width in [60, 80, 120] {
      for line in DoctorView([well, ill], style: TerminalStyle(width: width)).lines(explains: true) {
        #expect(line.count <= width, "\(line)")
      }
    }
  }
}
