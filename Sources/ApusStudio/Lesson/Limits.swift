/// The limits of what a client may ask for: everything is checked before memory is taken for it.
public enum Limits {
  public static let layers = 8
  public static let units = 32
  public static let racers = 4
  public static let points = 20_000
  /// Points that were added or taken away by hand.
  public static let edits = 500
  /// Places along each axis of a picture.
  public static let grid = 200
  public static let classes = 12
  /// Numbers that the network is given of a row of a table: the principal components take time with their cube.
  public static let features = 128
  /// Inputs that have a picture of their own.
  public static let shownInputs = 32
  public static let epochs = 100_000
  /// Sessions at a time, each with two threads.
  public static let sessions = 8
  /// Examinations and readings at a time, of all sessions together, those that are closed included.
  public static let longWork = 64
  /// Columns of a table that is handed in.
  public static let columns = 1000
  /// Seconds from a request's head to its end.
  public static let requestSeconds: Int64 = 30
  /// Seconds that a session lives without a page that looks at it.
  public static let lonelySeconds = 60.0
  public static let connections = 256
  /// Bytes of a request's body: a table, or a lesson.
  public static let tableBytes = 4 << 20
  public static let lessonBytes = 256 << 10
}
