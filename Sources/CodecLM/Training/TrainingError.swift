/// Why a run stopped by itself.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss or the gradient is infinite or no number.
  case notFinite(step: Int, fault: Trainer.Fault)
  /// The same in a run, whose folder holds the checkpoint of an earlier step.
  case diverged(path: String, checkpoint: Int?, step: Int, fault: Trainer.Fault)
  /// The held-out images have no finite loss; the run's folder may hold an earlier checkpoint.
  case validationDiverged(path: String, checkpoint: Int?, step: Int)
  /// The folder holds another run.
  case runExists(path: String)
  /// The folder holds a model that is no run's.
  case modelExists(path: String)
  /// There is a file or folder that a run would replace.
  case taken(path: String)
  /// The folder holds no run that could be resumed.
  case nothingToResume(path: String)
  /// The folder holds no run.
  case noRun(path: String)
  /// What the run was started with has changed.
  case changed(path: String, what: String)

  /// One line.
  public var description: String {
    switch self {
    case .notFinite(let step, let fault): "step \(step), as those before it: \(fault)"
    case .diverged(let path, let checkpoint, let step, let fault):
      "step \(step), as those before it: \(fault); \(Self.wayOut(path, checkpoint))"
    case .validationDiverged(let path, let checkpoint, let step):
      "step \(step): the loss of held-out images is not finite; \(Self.wayOut(path, checkpoint))"
    case .runExists(let path):
      "\(path) holds a run already"
    case .modelExists(let path):
      "\(path) holds a model, which would be replaced"
    case .taken(let path): "\(path) exists and would be replaced"
    case .nothingToResume(let path):
      "\(path) holds no checkpoint to resume"
    case .noRun(let path):
      "\(path) holds no training run"
    case .changed(let path, let what):
      "\(path): \(what) changed since the run began"
    }
  }

  private static func wayOut(_ path: String, _ checkpoint: Int?) -> String {
    guard let checkpoint else { return "the model to begin with is not usable" }
    return "\(path) holds the model of step \(checkpoint), which is good"
  }
}
