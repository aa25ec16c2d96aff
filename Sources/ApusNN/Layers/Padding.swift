public import ApusCore

/// The zeros that a window finds beside an image.
///
/// Written `same`, `valid`, a number for all sides, `[y, x]`, or `[top, left, bottom, right]`.
public enum Padding: Hashable, Sendable, Codable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// dilation · (size − 1) pixels an axis, half of them before the image and half behind it, the odd one behind. The
  /// result has ⌈length / stride⌉ places, as many as the image has pixels with the stride 1. It depends on the window
  /// alone: for odd sizes it is PyTorch's `padding=size // 2`, for even ones PyTorch's `padding="same"`.
  case same
  /// None: the window stays within the image.
  case valid
  /// So many pixels on each side.
  case explicit(Margins)

  public init(integerLiteral margin: Int) { self = .explicit(Margins(margin)) }

  /// `[y, x]` or `[top, left, bottom, right]`; any other number of elements is refused where the layer is used.
  public init(arrayLiteral margins: Int...) { self = Padding(margins) ?? .explicit(Margins(-1)) }

  private init?(_ margins: [Int]) {
    switch margins.count {
    case 2:
      self = .explicit(Margins(top: margins[0], left: margins[1], bottom: margins[0], right: margins[1]))
    case 4:
      self = .explicit(Margins(top: margins[0], left: margins[1], bottom: margins[2], right: margins[3]))
    default: return nil
    }
  }

  /// The pixels beside an image.
  public func margins(_ size: Extent, dilation: Extent) -> Margins {
    switch self {
    case .same:
      let (y, x) = (dilation.height * (size.height - 1), dilation.width * (size.width - 1))
      return Margins(top: y / 2, left: x / 2, bottom: y - y / 2, right: x - x / 2)
    case .valid: return Margins()
    case .explicit(let margins): return margins
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let margin = try? container.decode(Int.self) {
      self = .explicit(Margins(margin))
    } else if let margins = try? container.decode([Int].self), let padding = Padding(margins) {
      self = padding
    } else {
      switch try? container.decode(String.self) {
      case "same": self = .same
      case "valid": self = .valid
      default:
        throw ApusError(
          "this is no padding", expected: "same, valid, a number, [y, x] or [top, left, bottom, right]")
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .same: try container.encode("same")
    case .valid: try container.encode("valid")
    case .explicit(let margins) where margins == Margins(margins.top): try container.encode(margins.top)
    case .explicit(let margins):
      try container.encode([margins.top, margins.left, margins.bottom, margins.right])
    }
  }
}
