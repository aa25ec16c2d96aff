import Apus

/// Two tables of invented houses: one with prices, and one to be priced.
enum Houses {
  static func write() throws {
    try write("houses.csv", rows: 600, seed: 1, withPrices: true)
    try write("new.csv", rows: 3, seed: 2, withPrices: false)
  }

  private static func write(_ path: String, rows: Int, seed: UInt64, withPrices: Bool) throws {
    let numbers = try Tensor.uniform([.init(rows), 4], seed: seed).values()
    var text = "area,rooms,age,quarter" + (withPrices ? ",price" : "") + "\n"
    for row in 0..<rows {
      let part = numbers[(row * 4)..<(row * 4 + 4)].map { Double($0) }
      let (area, age) = (40 + Int(part[0] * 160), Int(part[1] * 80))
      let rooms = 1 + area / 35 + Int(part[2] * 2)
      let quarter = ["north", "old town", "river"][Int(part[3] * 3)]
      text += "\(area),\(rooms),\(age),\(quarter)"
      if withPrices {
        let place = ["north": 1_900, "old town": 2_600, "river": 3_400][quarter]!
        text += ",\(area * place - age * 800 + rooms * 4_000 + Int((part[2] - 0.5) * 30_000))"
      }
      text += "\n"
    }
    try AtomicFile.write(path, text: text)
  }
}
