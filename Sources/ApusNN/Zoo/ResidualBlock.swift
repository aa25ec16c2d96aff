import ApusCore

/// Convolutions with batch normalization, and a way around them (He et al. 2015).
///
/// `[rows, height, width, inputs] → [rows, ⌈height / stride⌉, ⌈width / stride⌉, outputs]`.
public struct ResidualBlock: CompositeLayer {
  /// The layers between the two ends.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Two 3 × 3 convolutions.
    case basic
    /// 1 × 1, 3 × 3, 1 × 1, the last with four times the channels.
    case bottleneck
  }

  /// The way around.
  public enum Shortcut: String, Codable, Sendable, CaseIterable {
    /// The input itself.
    case identity
    /// Every stride-th pixel, and channels of zeros (the paper's option A): no parameters.
    case padded
    /// A 1 × 1 convolution with batch normalization (option B).
    case projected
  }

  /// The channels of the 3 × 3 convolutions.
  public var channels: Int
  public var stride: Int
  public var kind: Kind
  public var shortcut: Shortcut

  public init() { self.init(64) }
  public init(_ channels: Int, stride: Int = 1, kind: Kind = .basic, shortcut: Shortcut = .identity) {
    self.channels = channels
    self.stride = stride
    self.kind = kind
    self.shortcut = shortcut
  }

  public var body: some Layer {
    switch shortcut {
    case .identity: Residual { convolutions }
    case .padded:
      Sum {
        Sequential { convolutions }
        Sequential {
          MaxPool2D(1, stride: Extent(stride)); ChannelPadding(outputs)
        }
      }
    case .projected:
      Sum {
        Sequential { convolutions }
        Sequential {
          Conv2D(outputs, 1, stride: Extent(stride), hasBias: false); BatchNorm()
        }
      }
    }
    ReLU()
  }

  private var outputs: Int { kind == .basic ? channels : 4 * channels }

  private var convolutions: Sequential {
    switch kind {
    case .basic:
      Sequential {
        Conv2D(channels, 3, stride: Extent(stride), hasBias: false); BatchNorm(); ReLU()
        Conv2D(channels, 3, hasBias: false); BatchNorm()
      }
    case .bottleneck:
      Sequential {
        Conv2D(channels, 1, hasBias: false); BatchNorm(); ReLU()
        Conv2D(channels, 3, stride: Extent(stride), hasBias: false); BatchNorm(); ReLU()
        Conv2D(outputs, 1, hasBias: false); BatchNorm()
      }
    }
  }
}
