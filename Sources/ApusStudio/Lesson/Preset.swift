import ApusCore
import ApusData
import ApusNN

/// A lesson that shows one thing, and two sentences on what to look at.
package struct Preset: Sendable {
  package let name: String
  package let title: String
  /// The lab that measures what it shows: `apus lab NAME`.
  package let lab: String
  package let sentences: String
  /// Steps a second at which it is seen; nil where the usual ones do.
  package var speed: Double? = nil
  package let lesson: @Sendable () -> Lesson

  var json: JSONValue {
    get throws(ApusError) {
      .object([
        JSONMember("name", .string(name)), JSONMember("title", .string(title)),
        JSONMember("sentences", .string(sentences)), JSONMember("lab", .string(lab)),
        JSONMember("lesson", try lesson().json),
        JSONMember("speed", speed.map { .double($0) } ?? .null),
      ])
    }
  }

  /// Adding one costs an entry.
  package static let table = [
    Preset(
      name: "circle", title: "A circle", lab: "universal",
      sentences: """
        Each hidden unit draws one straight border; the output joins them into a closed one. \
        Point at a unit to see its half of the plane.
        """
    ) { Lesson() },
    Preset(
      name: "xor-line", title: "XOR without a hidden layer", lab: "boolean",
      sentences: """
        One straight border gets a quarter or more of the points wrong, however long it trains. \
        Add x₁x₂ as an input, and the same network is right at once.
        """
    ) { made("xor", hidden: []) },
    Preset(
      name: "xor", title: "XOR with a hidden layer", lab: "restart",
      sentences: """
        Four hidden units turn the plane until one border is enough. \
        Watch which of them are still needed in the end: the others hardly change.
        """
    ) { made("xor", hidden: [4]) },
    Preset(
      name: "vanishing", title: "Vanishing gradients", lab: "vanishing",
      sentences: """
        Seven sigmoid layers hand each gradient on at most a quarter as large: nothing moves for a long time. \
        Choose tanh or relu for the layers, or switch batch normalization on, and it learns.
        """
    ) {
      made(
        "circle", hidden: [6, 6, 6, 6, 6, 6, 6], activation: Sigmoid.name, optimizer: SGD.name,
        rate: 0.3)
    },
    Preset(
      name: "rate", title: "A learning rate too high", lab: "learning-rate",
      sentences: """
        The loss jumps and grows, until training stops and names the layer. \
        Go back to the last good state with a tenth of the rate.
        """
    ) {
      var lesson = made(
        "hills", hidden: [8, 8], activation: ReLU.name, optimizer: SGD.name, rate: 3)
      lesson.batch = 30
      return lesson
    },
    Preset(
      name: "dropout", title: "Dropout against overfitting", lab: "dropout",
      sentences: """
        Few noisy points and many units: the training loss falls while the validation loss rises. \
        Set the dropout of both layers to 0.3 and see the borders become smooth.
        """
    ) {
      var lesson = made("moons", hidden: [32, 32], rate: 0.01)
      lesson.data.points = 80
      lesson.data.noise = 0.2
      lesson.data.validation = 0.5
      return lesson
    },
    Preset(
      name: "batch-norm", title: "Batch normalization", lab: "batch-norm-gains",
      sentences: """
        Five relu layers with small first weights hardly begin; with batch normalization they learn at once. \
        Switch it off for all layers to compare, and rewind.
        """
    ) {
      var lesson = made("spirals", hidden: [8, 8, 8, 8, 8], activation: ReLU.name)
      for index in lesson.layers.indices {
        lesson.layers[index].batchNorm = true
        lesson.layers[index].initializer = .object([
          JSONMember(Normal.name, .object([JSONMember("deviation", .double(0.05))]))
        ])
      }
      lesson.batch = 30
      return lesson
    },
    Preset(
      name: "zeros", title: "First weights of zero", lab: "zero-weights",
      sentences: """
        All units of a layer are the same and stay the same: no gradient tells them apart. \
        Set one weight of a unit by hand, and that unit alone learns; draw the first weights at random, and all do.
        """
    ) {
      var lesson = made("gaussians", hidden: [4])
      for index in lesson.layers.indices { lesson.layers[index].initializer = .string(Zeros.name) }
      lesson.initializer = .string(Zeros.name)
      return lesson
    },
    Preset(
      name: "ravine", title: "Momentum in a ravine", lab: "momentum",
      sentences: """
        One input is ten times the other, so the loss is a long valley: plain descent creeps along its floor. \
        Choose momentum, and the same rate gathers speed; the race below the network has them side by side.
        """,
      speed: 20
    ) {
      var lesson = made("ravine", hidden: [], optimizer: SGD.name, rate: 0.02)
      lesson.scaling = .none
      // All of it can be learned, so that what is left is how far each has come along the valley.
      lesson.data.noise = 0
      lesson.batch = 1000
      lesson.race.racers = [
        LessonRacer(SGD.name, rate: 0.02), LessonRacer(Momentum.name, rate: 0.02),
        LessonRacer(Adam.name, rate: 0.02),
      ]
      lesson.race.goal = 0.01
      return lesson
    },
    Preset(
      name: "units-3", title: "3 hidden units", lab: "capacity",
      sentences: """
        Three units have three borders: just enough to close a triangle around the circle. \
        Compare with 6 and 20 units.
        """
    ) { made("circle", hidden: [3]) },
    Preset(
      name: "units-6", title: "6 hidden units", lab: "capacity",
      sentences:
        "Six borders round the triangle off. Compare how soon the loss falls with 3 and with 20 units."
    ) { made("circle", hidden: [6]) },
    Preset(
      name: "units-20", title: "20 hidden units", lab: "capacity",
      sentences: """
        Twenty units close the circle within a few epochs. \
        With more noise they also follow single points: watch the validation loss.
        """
    ) { made("circle", hidden: [20]) },
    Preset(
      name: "digits", title: "Handwritten digits", lab: "weight-images",
      sentences: """
        Each unit of the first layer is a picture of 8 × 8 weights: where it wants ink, and where it wants none. \
        Draw a digit of your own, also while it trains, and see what it is taken for.
        """
    ) {
      var lesson = made("digits", hidden: [16], activation: ReLU.name, rate: 0.003)
      lesson.batch = 32
      lesson.l2 = 0.001
      return lesson
    },
  ]

  private static func made(
    _ set: String, hidden: [Int], activation: String = Tanh.name, optimizer: String = Adam.name,
    rate: Double = 0.03
  ) -> Lesson {
    var lesson = Lesson()
    lesson.data.set = set
    if let task = try? PointSet.named(set).task, task == .regression { lesson.data.classes = 1 }
    lesson.layers = hidden.map { units in
      var layer = LessonLayer(units: units)
      layer.activation = .string(activation)
      return layer
    }
    lesson.optimizer = .string(optimizer)
    lesson.learningRate = rate
    return lesson
  }
}
