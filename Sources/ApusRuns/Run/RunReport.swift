public import ApusCore
public import ApusData
public import ApusTraining

/// What a training run came to.
public struct RunReport: Sendable {
  public var task: LearningTask
  public var training: [MetricValue]
  public var validation: [MetricValue]
  public var test: [MetricValue]
  public var epochs: Int
  /// Of training alone.
  public var seconds: Double
  public var samplesPerSecond: Double
  public var parameters: Int
  /// The model file; nil when training was interrupted.
  public var model: String?
  public var history: History
  /// Of the test samples, of the validation samples where there are none.
  public var confusion: ConfusionMatrix?
  /// The same of each label, of the test samples; empty where there are none.
  public var labels: [LabelCounts] = []
  public var profiles: [Profile] = []
  /// What the model says, where it is linear.
  public var linear: LinearReading?
  public var stopReason: String?
  /// Whether training was interrupted; the folder then resumes it.
  public var isInterrupted = false

  /// The object that `--json` prints.
  public var json: JSONValue {
    func metrics(_ values: [MetricValue]) -> JSONValue {
      .object(values.map { JSONMember($0.name, .double($0.value)) })
    }
    let members = [
      JSONMember("task", .string(task.rawValue)), JSONMember("train", metrics(training)),
      JSONMember("validation", metrics(validation)), JSONMember("test", metrics(test)),
      JSONMember("epochs", .integer(epochs)), JSONMember("seconds", .double(seconds)),
      JSONMember("samplesPerSecond", .double(samplesPerSecond)),
      JSONMember("parameters", .integer(parameters)),
      JSONMember("model", model.map { .string($0) } ?? .null),
      JSONMember("kept", history.kept.map(\.json) ?? .null),
    ]
    let labels = labels.isEmpty ? [] : [JSONMember("labels", .array(labels.map(\.json)))]
    return .object(members + labels + (linear.map { [JSONMember("linear", $0.json)] } ?? []))
  }
}
