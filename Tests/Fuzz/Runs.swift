@testable import CodecLM
import CodecLMEvaluation
import Foundation

extension FuzzTarget {
  /// Token stores, whose checksum is made right so that what it protects is tried too.
  static func store() -> FuzzTarget {
    keepStore("images.tokens")
    return file("a.tokens") { url in
      seal(url)
      let store = try TokenStore(url)
      for index in 0..<store.count {
        require(store.tokens(of: index).count == store.tokenCount(of: index), "counts are right")
        _ = (store.name(of: index), store.byteCount(of: index))
      }
      _ = store.suggestedContext
    }
  }

  /// Stream stores, sealed like token stores.
  static func streamStore() -> FuzzTarget {
    keepStore("images.streams")
    return file("a.streams") { url in
      seal(url)
      let store = try StreamStore(url)
      for index in 0..<store.count {
        require(store.bytes(of: index).count == store.byteCount(of: index), "counts are right")
        _ = (store.name(of: index), store.annotation(of: index), store.isHeldOut(index))
      }
      require(StreamSample(of: store).streams.count <= store.originals, "a sample is of originals")
    }
  }

  /// Keeps a store of a run's images as a seed.
  private static func keepStore(_ name: String) {
    _ = run { folder, _ in
      keepSeed(folder.deletingLastPathComponent().appendingPathComponent(name))
      return FuzzTarget { _ in }
    }
  }

  /// Puts the right checksum at the end of a store's file.
  private static func seal(_ url: URL) {
    guard let mapped = try? MappedFile(path: url.path), mapped.count >= 8, mapped.count % 8 == 0
    else { return }
    var bytes = mapped.bytes(0..<mapped.count - 8)
    let sum = StoreFile.checksum(of: mapped)
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    write(bytes, to: url)
  }

  /// What a checkpoint says of its run.
  static func trainingState() -> FuzzTarget {
    run { folder, data in
      let state = folder.appendingPathComponent("checkpoints/step-00000001/training.json")
      keepSeed(state)
      return FuzzTarget { bytes in
        write(bytes, to: state)
        guard let run = try? TrainingRun(resuming: folder, data) else { return }
        _ = run.trainer.isFinished
        _ = TrainingRun.summary(of: folder)
      }
    }
  }

  /// A run's metrics, and the page that shows them.
  static func metrics() -> FuzzTarget {
    run { folder, _ in
      let url = folder.appendingPathComponent("metrics.jsonl")
      keepSeed(url)
      return FuzzTarget { bytes in
        write(bytes, to: url)
        _ = try? RunMetrics(of: folder)
        _ = try? RunReport(of: folder).page()
      }
    }
  }

  /// A run of one step.
  private static func run(_ body: (URL, TokenStore) -> FuzzTarget) -> FuzzTarget {
    let folder = scratchFolder()
    do {
      let images = folder.appendingPathComponent("images")
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
      for index in 0..<4 {
        let samples = (0..<64).map { UInt8(($0 * (index + 3)) % 251) }
        let picture = PixelImage(width: 8, height: 8, channels: 1, samples: samples)
        let url = images.appendingPathComponent("\(index).jpg")
        write(try picture.jpegFile(), to: url)
        // The store's key depends on it, and a finding must be one in another process too.
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: url.path)
      }
      let data = try TokenStore.build(
        StreamSource(MediaFolder(images), tinyProfile), .bytes,
        at: folder.appendingPathComponent("images.tokens"))
      var options = Trainer.Options(budget: .steps(1), context: 32, learningRate: 1e-2)
      options.optimizer = Optimizer.Options(muon: nil)
      options.batch = 1
      let place = folder.appendingPathComponent("run")
      var run = try TrainingRun(
        Checkpoint(tinyModel(), .bytes, tinyProfile), data, options, in: place)
      try run.run { _ in }
      return body(place, data)
    } catch {
      fatalError("\(error)")
    }
  }
}
