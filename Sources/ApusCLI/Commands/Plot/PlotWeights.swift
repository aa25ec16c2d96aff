#if Command
  import Apus
  import ArgumentParser

  struct PlotWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "weights",
      abstract: "The first layer's weights as images, of several models side by side.",
      discussion: "Blue is below 0, orange above; of color images the weights are red, green and blue.")

    @Argument(
      help: ArgumentHelp("Model files that apus train wrote, of images.", valueName: "model"),
      completion: .file())
    var models: [String]

    @OptionGroup var picture: PictureArguments

    func validate() throws {
      if models.isEmpty { throw ValidationError("Missing expected argument '<model>': give a model file.") }
    }

    func run() throws {
      try picture.refuse(over: models)
      let grids = try models.map { path -> Picture in
        guard let weights = WeightImages(try Model(contentsOf: path)) else {
          throw ApusError(
            "the first layer does not see an image", at: path,
            expected: "a dense layer or a convolution on images of 1 or 3 channels",
            fix: "name a model of images")
        }
        return weights.picture(title: models.count == 1 ? "layer \(weights.layer)" : path)
      }
      try picture.write(
        Picture("Weights of the first layer", grids, columns: grids.count), beside: models[0],
        name: "weights")
    }
  }
#endif
