import Foundation

/// What a checkpoint says of its run: `training.json`.
///
/// The file's `version` is 2. Files without one are of version 1: their keys are in camelCase, and a length
/// is an object in an object. Both are read.
package struct RunRecord: Codable {
  package var trainer: Trainer.Options
  package var run: TrainingRun.Options
  package var state: Trainer.State
  /// Of all validations; `nil` in the oldest files.
  package var best: TrainingRun.Best?
  /// The token store's.
  package var dataKey: UInt64

  private static let version = 2

  private enum CodingKeys: String, CodingKey {
    case version, trainer, run, state, best, dataKey
  }

  init(
    trainer: Trainer.Options, run: TrainingRun.Options, state: Trainer.State,
    best: TrainingRun.Best?, dataKey: UInt64
  ) {
    self.trainer = trainer
    self.run = run
    self.state = state
    self.best = best
    self.dataKey = dataKey
  }

  /// Reads a file.
  ///
  /// - Throws: ``FileError``.
  init(contentsOf url: URL) throws {
    do {
      self = try JSONFile.read(RunRecord.self, url, keys: .snakeCase)
    } catch let fault as RunFault {
      throw FileError.malformed(path: url.path, reason: fault)
    }
  }

  /// Writes the file, complete or not at all.
  ///
  /// - Throws: ``FileError``.
  func write(to url: URL) throws { try JSONFile.write(self, to: url, keys: .snakeCase) }

  /// - Throws: `RunFault/version(_:)` for a file of a later version, whose other keys may mean anything.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let version = try fields.decodeIfPresent(Int.self, forKey: .version) ?? 1
    guard version <= Self.version else { throw RunFault.version(version) }
    trainer = try fields.decode(Trainer.Options.self, forKey: .trainer)
    run = try fields.decode(TrainingRun.Options.self, forKey: .run)
    state = try fields.decode(Trainer.State.self, forKey: .state)
    best = try fields.decodeIfPresent(TrainingRun.Best.self, forKey: .best)
    dataKey = try fields.decode(UInt64.self, forKey: .dataKey)
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(Self.version, forKey: .version)
    try fields.encode(trainer, forKey: .trainer)
    try fields.encode(run, forKey: .run)
    try fields.encode(state, forKey: .state)
    try fields.encodeIfPresent(best, forKey: .best)
    try fields.encode(dataKey, forKey: .dataKey)
  }

  /// The learning rate where the run stands.
  package var rate: Float { trainer.schedule.rate(at: Trainer.progress(state, of: trainer.budget)) }

  /// The first number that no run can have, for a model of this context; `nil` if all are possible.
  package func impossibility(context: Int) -> RunFault? {
    do {
      try trainer.validate(contextLength: max(context, 1))
      try run.validate()
    } catch {
      return .setting(error)
    }
    let most = 1 << 48
    let counts: [(String, Int)] = [
      ("step", state.step), ("tokens", state.tokens), ("images", state.images),
      ("epoch", state.sampler.epoch), ("best", best?.step ?? 0),
    ]
    for (name, value) in counts where !(0...most).contains(value) {
      return .count(name, value, allowed: 0...most)
    }
    let amounts: [(String, Double)] = [
      ("seconds", state.seconds), ("first", state.plan?.first ?? 0),
      ("reserve", state.plan?.reserve ?? 0), ("least", state.plan?.least ?? 0),
    ]
    for (name, value) in amounts where !(0...1e15).contains(value) {
      return .amount(name, value)
    }
    return nil
  }
}

extension Trainer.Length: Codable {
  private enum CodingKeys: String, CodingKey { case steps, seconds }

  /// The one field of a case in `RunRecord`'s version 1.
  private struct Field<Value: Decodable>: Decodable {
    let _0: Value
  }

  /// Reads `{"steps": 9}` or `{"seconds": 9.5}`.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys) throws -> Value {
      if let field = try? fields.decode(Field<Value>.self, forKey: key) { return field._0 }
      return try fields.decode(Value.self, forKey: key)
    }
    self = fields.contains(.steps) ? .steps(try value(.steps)) : .seconds(try value(.seconds))
  }

  /// Writes what is read.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .steps(let steps): try fields.encode(steps, forKey: .steps)
    case .seconds(let seconds): try fields.encode(seconds, forKey: .seconds)
    }
  }
}
