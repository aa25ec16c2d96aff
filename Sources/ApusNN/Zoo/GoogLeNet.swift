import ApusCore

/// Inception, version 1 (Szegedy et al. 2014): nine blocks of convolutions of several sizes side by side.
///
/// `[rows, 224, 224, 3] → [rows, classes]`, 6,998,552 parameters with 1,000 classes. With ``withAuxiliaryHeads`` a network
/// of three outputs, 13,378,280 parameters: two further classifiers on the way bring gradients to the lower blocks, and
/// their losses count 0.3 each in training. The small form has a quarter of the channels, and takes images from 13 pixels a
/// side; its heads want 25.
public struct GoogLeNet: CompositeLayer {
  public static let otherNames = ["inception"]
  public static let formula = "nine blocks [1×1, 1×1 → 3×3, 1×1 → 5×5, pool → 1×1] side by side"
  /// The outputs of the last layer; nil leaves it out, and a family takes the data's classes.
  public var classes: Int?
  /// The size of the images; nil is the large form, and a family goes by the data's.
  public var form: ImageForm?
  /// A Boolean value that indicates whether a family trains it with two further classifiers on the way, their losses
  /// counted 0.3 each. As a layer it has one output; see ``withAuxiliaryHeads``.
  public var auxiliaryHeads: Bool

  public init(classes: Int? = nil, form: ImageForm? = nil, auxiliaryHeads: Bool = false) {
    self.classes = classes
    self.form = form
    self.auxiliaryHeads = auxiliaryHeads
  }

  public var body: some Layer {
    lower
    middle
    upper
  }

  /// The outputs `classes`, `head1` and `head2`.
  public var withAuxiliaryHeads: LayerGraph {
    LayerGraph(outputs: ["classes", "head1", "head2"]) {
      LayerGraph.Node("lower", layers: lower)
      LayerGraph.Node("middle", layers: middle)
      LayerGraph.Node("classes", layers: upper)
      LayerGraph.Node("head1", from: ["lower"], layers: head)
      LayerGraph.Node("head2", from: ["middle"], layers: head)
    }
  }

  /// Up to the first of the blocks at a sixteenth of the pixels (4a), where the first head begins.
  @Sequential.Builder private var lower: Sequential {
    if form != .small {
      Conv2D(64, 7, stride: 2); ReLU(); Self.pool; LocalResponseNorm(5)
      Conv2D(64, 1); ReLU()
      Conv2D(192, 3); ReLU(); LocalResponseNorm(5); Self.pool
    } else {
      Conv2D(48, 3); ReLU(); Self.pool
    }
    block(64, 96, 128, 16, 32, 32)
    block(128, 128, 192, 32, 96, 64)
    Self.pool
    block(192, 96, 208, 16, 48, 64)
  }

  @Sequential.Builder private var middle: Sequential {
    block(160, 112, 224, 24, 64, 64)
    block(128, 128, 256, 24, 64, 64)
    block(112, 144, 288, 32, 64, 64)
  }

  @Sequential.Builder private var upper: Sequential {
    block(256, 160, 320, 32, 128, 128)
    Self.pool
    block(256, 160, 320, 32, 128, 128)
    block(384, 192, 384, 48, 128, 128)
    GlobalAveragePool2D(); Dropout(0.4)
    if let classes { Dense(classes) }
  }

  @Sequential.Builder private var head: Sequential {
    AveragePool2D(5, stride: 3)
    Conv2D(channels(128), 1); ReLU(); Flatten()
    Dense(channels(1024), initializer: .he); ReLU(); Dropout(0.7)
    if let classes { Dense(classes) }
  }

  private static let pool = MaxPool2D(3, stride: 2, padding: 1)

  private func channels(_ count: Int) -> Int { form != .small ? count : count / 4 }

  /// An inception block: 1 × 1 convolutions, alone and as narrow beginnings of larger ones, and pooling.
  private func block(
    _ single: Int, _ before3: Int, _ of3: Int, _ before5: Int, _ of5: Int, _ pooled: Int
  ) -> Branches {
    Branches {
      Sequential {
        Conv2D(channels(single), 1); ReLU()
      }
      Sequential {
        Conv2D(channels(before3), 1); ReLU(); Conv2D(channels(of3), 3); ReLU()
      }
      Sequential {
        Conv2D(channels(before5), 1); ReLU(); Conv2D(channels(of5), 5); ReLU()
      }
      Sequential {
        MaxPool2D(3, stride: 1, padding: 1); Conv2D(channels(pooled), 1); ReLU()
      }
    }
  }
}
