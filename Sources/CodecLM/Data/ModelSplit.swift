package import Foundation

/// Which pictures a model was trained on and which it was kept from, as far as its folder says.
///
/// A run's own store knows each of its pictures; of others the share decides that travels with a model
/// (`held_out.json`), by which its run, those it came from and those that go on from it divide pictures.
package struct ModelSplit: Sendable {
  /// The share of pictures that the model was kept from, if its folder says so.
  package let share: Double?
  private var training: Set<UInt64> = []
  private var heldOut: Set<UInt64> = []

  static let fileName = "held_out.json"

  /// Why a file of a share is none.
  package enum Fault: FileFault {
    /// It is outside 0…1.
    case share(Double)

    package var description: String {
      switch self {
      case .share(let share): "share \(share) is outside 0…1"
      }
    }
  }

  /// What is written beside a model.
  struct Contents: Codable {
    /// In 0…1; pictures are held out whose hash is below.
    let share: Double
  }

  /// What the folder of a run, a checkpoint or an exported model says.
  ///
  /// - Throws: `ModelSplitError/unknown(path:)` where it says nothing, ``FileError``, ``StoreError``.
  package init(of folder: URL) throws {
    share = try Self.share(of: folder)
    let url = RunFolder.store(RunFolder.store, of: folder)
    if FolderListing.kind(of: url.path) != .missing {
      let store = try TokenStore(url)
      training = Set(store.trainingIndices.lazy.map(store.hash))
      heldOut = Set(store.heldOutIndices.lazy.map(store.hash)).subtracting(training)
    } else if share == nil {
      throw ModelSplitError.unknown(path: folder.path)
    }
  }

  /// The share that a model's folder names, `nil` without one.
  ///
  /// - Throws: ``FileError``.
  package static func share(of folder: URL) throws -> Double? {
    let url = folder.appendingPathComponent(fileName)
    guard FolderListing.kind(of: url.path) != .missing else { return nil }
    let share = try JSONFile.read(Contents.self, url).share
    guard (0...1).contains(share) else {
      throw FileError.malformed(path: url.path, reason: Fault.share(share))
    }
    return share
  }

  /// Whether the model was kept from the picture of a canonical stream.
  package func isHeldOut(_ stream: [UInt8]) -> Bool {
    let hash = HeldOutSplit.hash(stream)
    if training.contains(hash) { return false }
    return heldOut.contains(hash) || share.map { HeldOutSplit.isHeldOut(hash, share: $0) } ?? false
  }
}

/// Why it is not known what a model was kept from.
package enum ModelSplitError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder has neither a run's store nor a share.
  case unknown(path: String)

  /// One line with the way out.
  package var description: String {
    switch self {
    case .unknown(let path):
      "\(path) does not say which pictures the model was kept from: it has neither images.tokens nor "
        + "held_out.json; compare with pictures that it has never seen"
    }
  }
}
