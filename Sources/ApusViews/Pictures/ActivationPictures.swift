import ApusCore
public import ApusNN

extension Picture {
  /// Activation functions with their derivatives over −4 … 4, as they compute.
  ///
  /// A derivative is found as training finds it: from the function's own operations. Of layers that learn their activation,
  /// ``PReLU`` and ``Maxout``, it is that of the first weights.
  ///
  /// - Parameter activations: every one of ``Activations``, and the layers that learn theirs, when nil.
  /// - Throws: when one of them cannot be computed.
  public static func activations(_ activations: [any Layer]? = nil) throws -> Picture {
    let table = HiddenActivations.table
    let shown = activations ?? table.prototypes
    return Picture(
      ChartGrid(
        "Activations y = f(x), and their derivatives (dashed)",
        try shown.map { layer in
          // With what makes it another one than its name says.
          let isPlain = table.items.contains { $0.configuration == layer.configuration }
          return try panel(layer, isPlain ? type(of: layer).name : NameListing.call(layer))
        }, columns: min(shown.count, 4)))
  }

  /// Activations as they are written on a command line: `relu`, `leakyReLU(slope: 0.1)`.
  ///
  /// - Parameter texts: every one when empty.
  package static func activations(named texts: [String]) throws -> Picture {
    let table = HiddenActivations.table
    let descriptions = try texts.flatMap { (text) throws(ApusError) in try CallSyntax.parse(text, in: table) }
    return try activations(
      texts.isEmpty
        ? nil : descriptions.map { (description) throws(ApusError) in try table.item(description) })
  }

  private static let inputs = stride(from: Float(-4), through: 4, by: 0.05).map { $0 }

  private static func panel(_ layer: any Layer, _ name: String) throws -> LineChart {
    guard let activation = layer as? any Activation else { return try learned(layer, name) }
    // Beside each x stands a 0: to a function of single numbers it is nothing, one of whole rows needs company.
    let x = Tensor(inputs.flatMap { [$0, 0] }, shape: [Dimension(inputs.count), 2])
    let first = activation(x).slice(axis: 1, 0..<1)
    // Before a value is read, which would let go of the graph.
    let slopes = gradients(of: first, withRespectTo: [x])[0].slice(axis: 1, 0..<1)
    let (values, derivatives) = (try first.values(), try slopes.values())
    let alone = try activation(Tensor(inputs, shape: [Dimension(inputs.count), 1])).values()
    return chart(name + (alone == values ? "" : " of (x, 0)"), values, derivatives)
  }

  /// A layer of one unit with its first weights.
  private static func learned(_ layer: any Layer, _ name: String) throws -> LineChart {
    let model = try Model(input: [1], seed: 0, layers: Sequential([layer]))
    let x = Tensor(inputs, shape: [Dimension(inputs.count), 1])
    let output = model(x)
    guard model.outputShape == [1] || output.error != nil else {
      throw ApusError(
        "\(name) outputs \(model.outputShape.map(String.init).joined(separator: " × ")) numbers of one",
        expected: "one, which can be drawn")
    }
    let slopes = gradients(of: output, withRespectTo: [x])[0]
    return chart(name + ", first weights", try output.values(), try slopes.values())
  }

  private static func chart(_ title: String, _ values: [Float], _ derivatives: [Float]) -> LineChart {
    func points(_ values: [Float]) -> [Point] { zip(inputs, values).map { Point(Double($0), Double($1)) } }
    return LineChart(
      title, [.init("f", points(values)), .init("f′", points(derivatives), isDashed: true)],
      width: 230, height: 170, showsLegend: false, gridsX: true)
  }
}
