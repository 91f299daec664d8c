import CodecLM
import Foundation
import TestSupport
import Testing

/// `training.json`, whose form has changed.
@Suite struct RunRecordTests {
  private struct Stop: Error {}

  /// A run of twelve steps, stopped after the fifth, and where it keeps what it says of itself.
  private func stoppedRun(in folder: URL) throws -> (run: URL, record: URL, TokenStore) {
    let data = try TinyRun.store(6, in: folder)
    let place = folder.appendingPathComponent("run")
    var run = try self.run(data, in: place)
    #expect(throws: Stop.self) {
      try run.run { if case .step(let step) = $0, step.step == 5 { throw Stop() } }
    }
    let record = place.appendingPathComponent("checkpoints/step-00000005/training.json")
    return (place, record, data)
  }

  private func run(_ data: TokenStore, in place: URL) throws -> TrainingRun {
    try TrainingRun(
      Checkpoint(TinyRun.model(), data.tokenizer, TinyRun.profile), data,
      TinyRun.options(steps: 12, Optimizer.Options(muon: Muon.Options())), in: place)
  }

  private func fields(_ url: URL) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
  }

  private func parameters(_ folder: URL) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent("model.safetensors")))
  }

  /// Every key of an object and of those in it.
  private func keys(_ value: Any) -> [String] {
    switch value {
    case let object as [String: Any]: object.keys + object.values.flatMap(keys)
    case let list as [Any]: list.flatMap(keys)
    default: []
    }
  }

  @Test func `all keys are of small letters, and there is a version`() throws {
    try withTemporaryFolder { folder in
      let fields = try fields(stoppedRun(in: folder).record)
      #expect(fields["version"] as? Int == 2)
      let keys = Set(keys(fields))
      #expect(keys.contains("micro_batches") && keys.contains("adam_w"))
      for key in keys {
        #expect(key.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil, "\(key)")
      }
      #expect((fields["trainer"] as? [String: Any])?["budget"] as? [String: Int] == ["steps": 12])
    }
  }

  @Test func `a run of an earlier version goes on to the same bit`() throws {
    try withTemporaryFolder { folder in
      let (place, record, data) = try stoppedRun(in: folder)
      // The file of that version for this very run, but for the store.
      var old = try #require(
        JSONSerialization.jsonObject(with: Data(Fixtures.bytes("runs/training-1.json")))
          as? [String: Any])
      #expect(old["version"] == nil && old["dataKey"] != nil)
      old["dataKey"] = data.key
      try JSONSerialization.data(withJSONObject: old).write(to: record)
      var resumed = try TrainingRun(resuming: place, data)
      #expect(resumed.trainer.state.step == 5)
      #expect(resumed.trainer.options.optimizer.muon != nil)
      try resumed.run { _ in }

      let whole = folder.appendingPathComponent("whole")
      var unbroken = try run(data, in: whole)
      try unbroken.run { _ in }
      #expect(try parameters(place) == parameters(whole))
    }
  }

  @Test func `a file of a later version is refused as such, and for no other key`() throws {
    try withTemporaryFolder { folder in
      let (place, record, data) = try stoppedRun(in: folder)
      try Data(#"{"version": 3, "trainer": "of another kind"}"#.utf8).write(to: record)
      #expect(throws: FileError.malformed(path: record.path, reason: RunFault.version(3))) {
        _ = try TrainingRun(resuming: place, data).trainer.state
      }
    }
  }
}
