import Apus

/// What a small network decides in the plane of the moons, and the loss around it, as SVG files in the folder.
func drawMoons(in folder: String) throws {
  var configuration = RunConfiguration()
  configuration.data.source = "moons"
  configuration.model.hidden = [8]
  configuration.training.epochs = 10
  let result = try RunPlan(configuration, folder: folder).run()
  let saved = try Model(contentsOf: result.modelFile)
  let moons = try DataSource.open("moons")
  let regions = try PlaneReading(saved, moons).picture(title: "Eight units on the moons")
  try AtomicFile.write(folder + "/regions.svg", text: regions.svg)
  let landscape = try LossLandscape(saved, moons, size: 9).picture(title: "The loss around them")
  try AtomicFile.write(folder + "/landscape.svg", text: landscape.svg)
}
