/// What is wrong with the files of a run.
package enum RunFault: Error, FileFault {
  /// There is nothing that a run measured.
  case noMetrics
  /// What says where the run stands is of a later version.
  case version(Int)
  /// A setting that no run has.
  case setting(InvalidSetting)
  /// A count, by its key, that no run has.
  case count(String, Int, allowed: ClosedRange<Int>)
  /// An amount, by its key, that is negative, not a number, or beyond what any run has.
  case amount(String, Double)

  package var description: String {
    switch self {
    case .noMetrics: "no metrics of a training run"
    case .version(let version):
      "of version \(version), which a later jpeglm wrote; go on with that one"
    case .setting(let setting): setting.description
    case .count(let key, let value, let allowed):
      "\(key) is \(value), outside \(allowed.lowerBound)…\(allowed.upperBound)"
    case .amount(let key, let value): "\(key) is \(value), outside 0…10¹⁵"
    }
  }
}

/// What is wrong with a file of a checkpoint, without which a run would go on from the one before.
package struct DamagedCheckpoint: FileFault {
  /// What is wrong with the file.
  package let fault: any FileFault
  /// The checkpoint's folder.
  package let checkpoint: String

  package var description: String { fault.description }

  /// That a checkpoint is damaged.
  package init(fault: any FileFault, checkpoint: String) {
    self.fault = fault
    self.checkpoint = checkpoint
  }

  package static func == (one: DamagedCheckpoint, other: DamagedCheckpoint) -> Bool {
    one.checkpoint == other.checkpoint && one.fault.equals(other.fault)
  }
}
