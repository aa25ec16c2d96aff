import ApusCore

extension TracedModel {
  /// A model traced on its own input.
  package init(traced model: Model, mode: Scope.Mode) {
    self.init(model, mode: mode)
    _ = self(model.inputs[0].tensor)
  }

  /// The layers that compute something, in the order of their calls: neither those around others, nor those that
  /// hand their input on.
  package var ownLayers: [LayerRecord] {
    layers.filter { !($0.layer is any ContainerLayer) && $0.output.node !== $0.input.node }
  }
}

extension Model {
  /// The weights of the layer at a path, without biases, scales and state: what turns units into other units.
  package func weights(of path: String) -> [Model.Parameter] {
    own(path).filter { $0.specification.isDecayed && $0.shape.count > 1 }
  }

  /// The biases of the layer at a path: one number for each of its units.
  package func biases(of path: String) -> [Model.Parameter] {
    own(path).filter { !$0.specification.isDecayed && !$0.specification.isState && $0.shape.count == 1 }
  }

  private func own(_ path: String) -> [Model.Parameter] {
    parameters.filter { $0.path.hasPrefix(path + ".") && !$0.path.dropFirst(path.count + 1).contains(".") }
  }
}
