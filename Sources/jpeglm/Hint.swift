import CodecLM
import CodecLMEvaluation

/// The way out of an error of the library, which knows no command line, by this one's options.
enum Hint {
  /// What is put behind the error's own text; empty where that says it all.
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as FileError: text(error)
    case let error as TrainingError: text(error)
    case LlamaError.notFinite(weights: .f32, cache: .f32): ""
    case LlamaError.notFinite(_, cache: .f32): "; take --weights f32"
    case LlamaError.notFinite: "; take --weights f32 --cache f32"
    case let error as FeatureWeightsMissing where error.architecture == .inceptionV3:
      "; give the path of pytorch-fid's file with --network-weights, or put it there"
    default: ""
    }
  }

  private static func text(_ error: FileError) -> String {
    switch error {
    case .inUse: "; wait for its end, or name another --out"
    case .cannotWrite(_, let fault) where fault as? PlaceFault == .exists:
      "; name another file, or give --force to replace it"
    case .malformed(_, let fault as DamagedCheckpoint):
      "; remove \(fault.checkpoint), and --resume goes on from the one before"
    default: ""
    }
  }

  private static func text(_ error: TrainingError) -> String {
    switch error {
    case .notFinite, .diverged(_, nil, _, _), .validationDiverged(_, nil, _): ""
    case .diverged(let path, _?, _, _), .validationDiverged(let path, _?, _):
      ": go on from it with --from \(path), another --out and a lower --learning-rate"
    case .runExists: "; give --resume to go on with it, or another --out"
    case .modelExists, .taken: "; give another --out"
    case .nothingToResume: "; leave out --resume to start a run there"
    case .noRun: "; name the --out of jpeglm train"
    case .changed: "; start a new run with another --out"
    }
  }
}
