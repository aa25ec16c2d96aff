import Apus
import ApusCore
import Testing

@Suite struct DesignMatrixTests {
  /// Of a linear model the weights times a row of the matrix are what it predicts, powers and products included.
  @Test func predictions() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "iris"
    configuration.data.features = [Polynomial(degree: 2)]
    configuration.model.family = SoftmaxRegression()
    configuration.training.epochs = 2
    let model = try RunPlan(configuration, folder: folder.path("run")).run().model
    let source = try DataSource.open("iris")
    let matrix = try DesignMatrix(model, source)
    #expect(matrix.rows == 150 && matrix.names.count == 4 + 10 && Set(matrix.names).count == 14)
    let parameters = model.parameters.map(\.path)
    let (weights, bias) = (model[parameters[0]]!, model[parameters[1]]!)
    let predicted = try model.results(on: model.samples(source)).predictedLabels
    let rows = matrix.values(ofRows: 0..<150)
    #expect(rows.count == 150 && matrix.values(ofRows: 149..<400).count == 1)
    for (row, label) in zip(rows, predicted) {
      let scores = (0..<3).map { output in
        row.indices.reduce(bias[output]) { $0 + row[$1] * weights[$1 * 3 + output] }
      }
      #expect(scores.firstIndex(of: scores.max()!)! == Int(label))
    }
  }

  @Test func csv() throws {
    let folder = try TemporaryFolder()
    var configuration = RunConfiguration()
    configuration.data.source = "fish"
    configuration.training.epochs = 1
    let model = try RunPlan(configuration, folder: folder.path("run")).run().model
    let matrix = try DesignMatrix(model, DataSource.open("fish"))
    var text = ""
    matrix.writeCSV { text += $0 }
    let lines = text.split(separator: "\n")
    #expect(lines.count == 160 && String(lines[0]) == matrix.names.joined(separator: ","))
    let first = lines[1].split(separator: ",").compactMap { Float($0) }
    #expect(first == matrix.values(ofRows: 0..<1)[0])
  }
}
